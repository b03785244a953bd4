//! The rows: requests and their policies.

use axum::body::Bytes;

/// The kinds of policies. All have the same methods, headers and age.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PolicyKind {
    /// This many origins, with credentials.
    Origins(usize),
    /// The same, but refuses other origins before they reach the handler.
    Forbid(usize),
    /// This many patterns of subdomains, with credentials.
    Subdomains(usize),
    /// One regular expression, with credentials.
    Regex,
    /// `*`, without credentials.
    Any,
    /// Every origin is echoed, with credentials.
    Echo,
    /// This many origins, with credentials, and every request header.
    AnyHeader(usize),
}

/// One row of the table.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// The policy.
    pub policy: PolicyKind,
    /// The request's `Origin`.
    pub origin: Option<&'static str>,
    /// For a preflight: the method and the headers that it asks for.
    pub preflight: Option<(&'static str, String)>,
    /// The path of the handler.
    pub path: &'static str,
}

/// The last origin in every list.
pub const APP: &str = "https://app.example.com";

/// An origin in no list.
pub const STRANGER: &str = "https://app.example.net";

/// An origin that the last pattern of subdomains and the regular expression match.
pub const SUBDOMAIN: &str = "https://pr-1.example.com";

/// A typical `Access-Control-Request-Headers`. Every policy allows it.
const ASKED: &str = "content-type,x-request-id";

/// The body of every handler's answer.
pub const BODY: &str = "hello";

/// Headers of the handler at `/headers`.
pub const OWN_HEADERS: [(&str, &str); 11] = [
    ("cache-control", "public, max-age=60"),
    ("content-language", "en"),
    ("content-security-policy", "default-src 'none'"),
    ("etag", "\"5d8c72a5edda8\""),
    ("last-modified", "Wed, 21 Oct 2015 07:28:00 GMT"),
    ("link", "</items?page=2>; rel=next"),
    ("referrer-policy", "no-referrer"),
    ("vary", "Accept-Encoding"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("x-request-id", "f058ebd6-02f7-4d3f-942e-904344e8cde5"),
];

/// The rows whose names contain one of `texts`, or all if `texts` is empty. A quick run skips policies
/// with more than 10,000 entries.
pub fn rows(texts: &[String], quick: bool) -> Vec<Row> {
    use PolicyKind::{Any, AnyHeader, Echo, Forbid, Origins, Regex, Subdomains};
    let mut rows = Vec::new();
    let mut add = |name: &str, policy, origin: &'static str, preflight| {
        let (name, origin) = (name.to_owned(), (!origin.is_empty()).then_some(origin));
        rows.push(Row { name, policy, origin, preflight, path: "/" });
    };
    let asks = |method, headers: &str| Some((method, headers.to_owned()));

    add("no Origin", Origins(100), "", None);
    for n in [1, 10, 100, 10_000, 1_000_000] {
        add(&format!("allowed, last of {}", thousands(n)), Origins(n), APP, None);
    }
    add("not allowed, of 100", Origins(100), STRANGER, None);
    add("any origin", Any, APP, None);
    for n in [1, 100, 10_000] {
        add(&format!("preflight, of {}", thousands(n)), Origins(n), APP, asks("PUT", ASKED));
    }
    add("preflight refused by origin", Origins(100), STRANGER, asks("PUT", ASKED));
    add("preflight refused by method", Origins(100), APP, asks("PATCH", ASKED));
    let secret = format!("{ASKED},x-secret");
    add("preflight refused by header", Origins(100), APP, asks("PUT", &secret));
    add("preflight, 60 KiB of names", Origins(100), APP, asks("PUT", &names(60 * 1024)));
    let sizes = [("100 bytes", 100), ("1 KiB", 1024), ("4 KiB", 4096), ("60 KiB", 60 * 1024)];
    for (text, bytes) in sizes {
        add(&format!("any header, {text}"), AnyHeader(100), APP, asks("PUT", &names(bytes)));
    }
    for n in [10, 10_000] {
        add(&format!("{} subdomains, hit", thousands(n)), Subdomains(n), SUBDOMAIN, None);
        add(&format!("{} subdomains, miss", thousands(n)), Subdomains(n), STRANGER, None);
    }
    add("regex, hit", Regex, SUBDOMAIN, None);
    add("regex, miss", Regex, STRANGER, None);
    add("forbid", Forbid(100), STRANGER, None);
    add("echo with credentials", Echo, APP, None);
    add("ten own headers and Vary", Origins(100), APP, None);
    rows.last_mut().expect("it was just added").path = "/headers";
    rows.retain(|row| {
        (texts.is_empty() || texts.iter().any(|text| row.name.contains(text.as_str())))
            && !(quick && row.is_long())
    });
    rows
}

/// As many different names, with commas, as fit in this many bytes.
fn names(bytes: usize) -> String {
    (0..bytes / 8).map(|i| format!("x-{i:05}")).collect::<Vec<_>>().join(",")
}

impl Row {
    /// Whether the policy is so long that searching it from end to end takes milliseconds.
    pub fn is_long(&self) -> bool {
        matches!(self.policy, PolicyKind::Origins(n) | PolicyKind::Subdomains(n) if n > 10_000)
    }

    /// How much more than the least work ours may be.
    pub fn target(&self) -> f64 {
        if self.preflight.is_some() && self.origin == Some(APP) { 1.2 } else { 1.1 }
    }

    /// Whether the layer answers instead of the handler.
    pub fn is_answered(&self) -> bool {
        self.preflight.is_some() || matches!(self.policy, PolicyKind::Forbid(_))
    }

    /// The request's headers in the order in which Chromium sends them. The values are slices of one
    /// buffer, as in a server that has read them from a connection.
    pub fn headers(&self) -> Vec<(&'static str, Bytes)> {
        let site = if self.origin.is_some() { "cross-site" } else { "same-origin" };
        let agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
                     Chrome/140.0.0.0 Safari/537.36";
        let preflight = self.preflight.as_ref();
        let lines = [
            ("host", Some("api.example.org")),
            ("connection", Some("keep-alive")),
            ("access-control-request-method", preflight.map(|asked| asked.0)),
            ("access-control-request-headers", preflight.map(|asked| asked.1.as_str())),
            ("origin", self.origin),
            ("user-agent", Some(agent)),
            ("accept", Some("*/*")),
            ("sec-fetch-mode", Some("cors")),
            ("sec-fetch-site", Some(site)),
            ("sec-fetch-dest", Some("empty")),
            ("referer", Some("https://app.example.com/")),
            ("accept-encoding", Some("gzip, deflate, br, zstd")),
            ("accept-language", Some("en-GB,en;q=0.9")),
        ];
        let lines = lines.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let mut rest = Bytes::from(lines.clone().map(|(_, value)| value).collect::<String>());
        lines.map(|(name, value)| (name, rest.split_to(value.len()))).collect()
    }
}

/// A number with separators, such as 10,000.
pub fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_chosen_by_their_names() {
        let chosen = |texts: &[&str], quick| -> Vec<String> {
            let texts: Vec<_> = texts.iter().map(|text| (*text).to_owned()).collect();
            rows(&texts, quick).into_iter().map(|row| row.name).collect()
        };
        assert_eq!(chosen(&["regex", "forbid"], false), ["regex, hit", "regex, miss", "forbid"]);
        assert_eq!(chosen(&["1,000,000"], false).len(), 1);
        assert!(chosen(&["1,000,000"], true).is_empty());
        let mut all = chosen(&[], false);
        let rows = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), rows, "two rows have the same name");
    }
}
