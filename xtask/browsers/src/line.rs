//! The parts of a request that we compare between browser and model.

use std::fmt;

use cors_core::browser::Fetch;
use http::Request;
use http::header::ACCESS_CONTROL_REQUEST_METHOD;

use crate::Seen;

/// Headers that decide the server's answer, or that show what a browser includes. Not `Sec-Fetch-…`, which WebKit
/// drops after a redirect to another origin.
const COMPARED: [&str; 7] = [
    "origin",
    "access-control-request-method",
    "access-control-request-headers",
    "access-control-request-private-network",
    "authorization",
    "cookie",
    "content-type",
];

/// A request in a form that can be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    method: String,
    /// Scheme, host, path and query.
    url: String,
    /// The headers that are there; values of the same name are joined, and white space around them
    /// is trimmed.
    headers: Vec<(String, String)>,
}

/// Headers for which browsers send their own value if they drop the script's.
const OWN: [&str; 3] = ["accept-language", "priority", "user-agent"];

/// A request that the model sends.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The request on the wire.
    pub request: Request<()>,
    /// Lower-case names of the headers that the script set and that we compare.
    pub set: Vec<String>,
}

impl Sent {
    /// A request that belongs to this fetch.
    pub fn new(request: Request<()>, fetch: &Fetch) -> Self {
        let fetch = fetch.settled();
        let mut set: Vec<_> = fetch.headers.iter().map(|(n, _)| n.to_ascii_lowercase()).collect();
        set.sort();
        set.dedup();
        let headers = request.headers();
        // Preflights name the headers they ask for. Over HTTP/2, browsers do not send `Host`.
        let is_preflight = headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        set.retain(|name| {
            let name = &**name;
            !is_preflight
                && name != "host"
                && !COMPARED.contains(&name)
                && (headers.contains_key(name) || !OWN.contains(&name))
        });
        Self { request, set }
    }
}

impl Line {
    /// A request as the server received it, including the headers in `set` of the model's request.
    pub fn of_seen(seen: &Seen, set: &[String]) -> Self {
        let lines = seen.headers.iter().map(|(name, value)| (&**name, value.clone()));
        Self::new(&seen.method, &seen.url, lines, set)
    }

    /// A request as the model sends it.
    pub fn of_sent(Sent { request, set }: &Sent) -> Self {
        let lines = request.headers().iter().map(|(name, value)| {
            (name.as_str(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        Self::new(request.method().as_str(), &request.uri().to_string(), lines, set)
    }

    /// Whether it is a preflight, and which headers it has.
    pub fn shape(&self) -> String {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| &**name).collect();
        format!("{} {}", self.method == "OPTIONS", names.join(" "))
    }

    fn new<'n>(
        method: &str,
        url: &str,
        lines: impl Iterator<Item = (&'n str, String)>,
        set: &[String],
    ) -> Self {
        let lines: Vec<_> = lines.collect();
        let header = |name: &str| {
            let values: Vec<_> =
                lines.iter().filter(|(found, _)| *found == name).map(|(_, v)| &**v).collect();
            (!values.is_empty()).then(|| (name.to_owned(), values.join(", ").trim().to_owned()))
        };
        let names = COMPARED.into_iter().chain(set.iter().map(|name| &**name));
        let headers = names.filter_map(header).collect();
        Self { method: method.to_owned(), url: url.to_owned(), headers }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.url)?;
        self.headers.iter().try_for_each(|(name, value)| write!(f, " {name}={value}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(method: &str, url: &str, headers: &[(&str, &str)], set: &[String]) -> Line {
        let headers = headers.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect();
        Line::of_seen(&Seen { method: method.into(), url: url.into(), headers }, set)
    }

    #[test]
    fn what_scripts_set_is_compared() {
        let url = "https://a.test/";
        let fetch = ["X-A", "x-a", "x-b", "host", "Accept-Language", "user-agent", "cookie"];
        let fetch =
            fetch.into_iter().fold(Fetch::new("", ""), |fetch, name| fetch.header(name, ""));
        let sends = |names: &[&str]| {
            let request =
                names.iter().fold(Request::get(url), |request, n| request.header(*n, "1"));
            Sent::new(request.body(()).unwrap(), &fetch)
        };
        let sent = sends(&["x-a", "host", "user-agent"]);
        assert_eq!(sent.set, ["user-agent", "x-a", "x-b"]);
        assert_eq!(sends(&["access-control-request-method"]).set, [] as [&str; 0]);

        let same = [("x-a", " 1"), ("user-agent", "1")];
        let same_as = |more: &[(&str, &str)]| {
            seen("GET", url, &[&same[..], more].concat(), &sent.set) == Line::of_sent(&sent)
        };
        assert!(same_as(&[("accept-language", "en"), ("host", "b"), ("x-c", "1")]));
        for other in ["x-a", "x-b", "user-agent", "cookie"] {
            assert!(!same_as(&[(other, "1")]), "{other}");
        }
    }

    #[test]
    fn each_part_tells_requests_apart() {
        let seen =
            |method: &str, url: &str, headers: &[(&str, &str)]| seen(method, url, headers, &[]);
        let url = "https://a.test/b?c";
        let sent = Request::put(url).header("Cookie", "s=1").header("Accept", "*/*");
        let sent = Line::of_sent(&Sent::new(sent.body(()).unwrap(), &Fetch::new("", "")));
        assert_eq!(sent, seen("PUT", url, &[("cookie", "s=1"), ("accept-language", "en")]));

        for (method, url) in [
            ("put", url),
            ("PUT", "http://a.test/b?c"),
            ("PUT", "https://b.test/b?c"),
            ("PUT", "https://a.test/?c"),
            ("PUT", "https://a.test/b"),
        ] {
            assert_ne!(sent, seen(method, url, &[("cookie", "s=1")]), "{method} {url}");
        }
        for name in COMPARED {
            assert_ne!(seen("PUT", url, &[(name, "s=1")]), seen("PUT", url, &[]), "{name}");
            let twice = [(name, "s=1"), (name, "s=1")];
            assert_ne!(seen("PUT", url, &[(name, "s=1")]), seen("PUT", url, &twice), "{name}");
        }
    }
}
