//! What matters of a request, whether a browser sent it or the model.

use std::fmt;

use http::Request;

use crate::Seen;

/// The headers by which a server decides, or that tell what a browser let go along. Not `Sec-Fetch-…`, which WebKit
/// leaves out after a redirect to another origin.
const COMPARED: [&str; 7] = [
    "origin",
    "access-control-request-method",
    "access-control-request-headers",
    "access-control-request-private-network",
    "authorization",
    "cookie",
    "content-type",
];

/// A request as two of them are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    method: String,
    /// The whole of it: scheme, host, path and query.
    url: String,
    /// Those that there are, the lines of one name joined.
    headers: Vec<(&'static str, String)>,
}

impl Line {
    /// As it reached the server.
    pub fn of_seen(seen: &Seen) -> Self {
        let lines = seen.headers.iter().map(|(name, value)| (&**name, value.clone()));
        Self::new(&seen.method, &seen.url, lines)
    }

    /// As the model sends it.
    pub fn of_sent(request: &Request<()>) -> Self {
        let lines = request.headers().iter().map(|(name, value)| {
            (name.as_str(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        Self::new(request.method().as_str(), &request.uri().to_string(), lines)
    }

    /// Whether it is a preflight, and what headers it has.
    pub fn shape(&self) -> String {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| *name).collect();
        format!("{} {}", self.method == "OPTIONS", names.join(" "))
    }

    fn new<'n>(method: &str, url: &str, lines: impl Iterator<Item = (&'n str, String)>) -> Self {
        let lines: Vec<_> = lines.collect();
        let header = |name: &'static str| {
            let values: Vec<_> =
                lines.iter().filter(|(found, _)| *found == name).map(|(_, v)| &**v).collect();
            (!values.is_empty()).then(|| (name, values.join(", ")))
        };
        let headers = COMPARED.into_iter().filter_map(header).collect();
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

    #[test]
    fn each_part_tells_requests_apart() {
        let seen = |method: &str, url: &str, headers: &[(&str, &str)]| {
            let headers = headers.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect();
            Line::of_seen(&Seen { method: method.into(), url: url.into(), headers })
        };
        let url = "https://a.test/b?c";
        let sent = Request::put(url).header("Cookie", "s=1").header("Accept", "*/*");
        let sent = Line::of_sent(&sent.body(()).unwrap());
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
