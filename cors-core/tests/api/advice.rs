//! What a message says to write is right: the policy accepts it, an origin that browsers send
//! matches it, and it allows no more than the entry was meant to. The mistakes are made from
//! correct entries, so that their meaning is known.

use crate::cases::cases;
use crate::oracle::{matches, serialized};
use cors_core::strategies::origins_of;
use cors_core::{Config, Decision, ErrorKind, Meant, OriginEntry, Policy, WarningKind};
use http::Request;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// A wrong entry, and its meaning.
#[derive(Clone, Debug)]
struct Mistake {
    text: String,
    meant: Set,
}

#[derive(Clone, Debug)]
enum Set {
    /// What these patterns match. If there are none, the meaning cannot be known.
    Patterns(Vec<String>),
    /// What the text matches if each star is one or more characters. `:*` at the end is any port.
    Glob(String),
    /// What a regular expression in our syntax matches.
    Regex(&'static str),
}

impl Set {
    fn has(&self, origin: &str) -> bool {
        match self {
            Self::Patterns(patterns) => patterns.iter().any(|pattern| matches(pattern, origin)),
            Self::Glob(glob) => {
                let (glob, origin) = match (glob.strip_suffix(":*"), origin.rsplit_once(':')) {
                    (Some(glob), Some((origin, port))) if !port.contains('/') => (glob, origin),
                    (Some(glob), _) => (glob, origin),
                    (None, _) => (&**glob, origin),
                };
                glob_matches(glob.as_bytes(), origin.as_bytes())
            }
            Self::Regex(regex) => allows(&Config::new([OriginEntry::regex(*regex)]), origin),
        }
    }
}

fn glob_matches(glob: &[u8], text: &[u8]) -> bool {
    match (glob, text) {
        ([b'*', b'*', glob @ ..], _) => glob_matches(&[b"*", glob].concat(), text),
        ([b'*', glob @ ..], [first, text @ ..]) => {
            let is_host = first.is_ascii_alphanumeric() || b"-_.".contains(first);
            is_host && (glob_matches(glob, text) || glob_matches(&[b"*", glob].concat(), text))
        }
        ([expected, glob @ ..], [first, text @ ..]) => {
            expected == first && glob_matches(glob, text)
        }
        _ => glob.is_empty() && text.is_empty(),
    }
}

fn allows(config: &Config, origin: &str) -> bool {
    let request = Request::get("/").header("origin", origin).body(()).unwrap();
    Policy::new(config).unwrap().decide(&request) == Decision::Simple
}

/// The parts of a correct entry.
#[derive(Clone, Debug)]
struct Right {
    scheme: &'static str,
    star: &'static str,
    host: &'static str,
    port: &'static str,
}

impl Right {
    fn rest(&self) -> String {
        format!("{}{}{}", self.star, self.host, self.port)
    }

    fn text(&self) -> String {
        format!("{}://{}", self.scheme, self.rest())
    }

    fn is_loopback(&self) -> bool {
        ["localhost", "127.0.0.1", "[::1]"].contains(&self.host)
    }

    fn is_name(&self) -> bool {
        self.host.contains(|c: char| c.is_ascii_lowercase())
    }

    /// The meaning of the text without a scheme.
    fn with_default(&self) -> Self {
        Self { scheme: if self.is_loopback() { "http" } else { "https" }, ..self.clone() }
    }
}

fn right() -> impl Strategy<Value = Right> {
    let scheme = select(&["https", "https", "http"][..]);
    let host = select(
        &[
            "app.example.com",
            "example.com",
            "a.example.co.uk",
            "org.vercel.app",
            "localhost",
            "127.0.0.1",
            "[::1]",
            "192.0.2.7",
            "xn--mnchen-3ya.example",
        ][..],
    );
    let port = select(&["", "", ":3000", ":*"][..]);
    (scheme, any::<bool>(), host, port).prop_map(|(scheme, star, host, port)| {
        let star = if star && host.contains('.') && host.ends_with(char::is_alphabetic) {
            "*."
        } else {
            ""
        };
        Right { scheme, star, host, port }
    })
}

const SEPARATORS: [&str; 10] = [",", ";", ", ", "; ", " ", "\n", "\t", "|", " | ", ",\n "];

fn several() -> impl Strategy<Value = Mistake> {
    (right(), right(), select(&SEPARATORS[..]), 0..4u8).prop_map(|(a, b, separator, form)| {
        let mut meant = vec![a.text()];
        let text = match form {
            0 => format!("{}{separator}", a.text()),
            1 => {
                let scheme = if b.is_loopback() { "http" } else { a.scheme };
                let b = Right { scheme, ..b };
                meant.push(b.text());
                format!("{}{separator}{}", a.text(), b.rest())
            }
            2 => {
                meant.push(b.text());
                format!("[\"{}\"{separator}'{}']", a.text(), b.text())
            }
            _ => {
                meant.push(b.text());
                format!("{}{separator}{}", a.text(), b.text())
            }
        };
        Mistake { text, meant: Set::Patterns(meant) }
    })
}

/// One typo in one entry.
fn slip() -> impl Strategy<Value = Mistake> {
    let before = select(
        &[
            "https//",
            "https:/",
            "https:",
            "https:///",
            "https:\\\\",
            "HTTPS://",
            "Https://",
            "https://https://",
            "https://https:",
            "https://u@",
            "https://u:p@",
            "https;//",
            "wss://",
            "htps://",
            "htttps://",
            "httsp://",
            "hhttps://",
            "ttps://",
        ][..],
    );
    let schemeless = select(&["", "//", "://"][..]);
    let after = select(&["/", "/path", "/?a=b", "?q", "#f", "/*", "/**", "\\", "/a,b", "/a b"][..]);
    let case = any::<proptest::sample::Index>();
    prop_oneof![
        (right(), before).prop_map(|(right, before)| {
            let right = Right { scheme: "https", ..right };
            (format!("{before}{}", right.rest()), right)
        }),
        (right(), schemeless).prop_map(|(right, before)| {
            (format!("{before}{}", right.rest()), right.with_default())
        }),
        (right(), after).prop_map(|(right, after)| (format!("{}{after}", right.text()), right)),
        (right(), case).prop_map(|(right, at)| {
            let mut text = right.text();
            let at = at.index(text.len());
            let upper = text[at..].to_ascii_uppercase();
            text.replace_range(at.., &upper);
            (text, right)
        }),
        right().prop_map(|right| (
            format!("{}.{}", right.text().trim_end_matches(right.port), right.port),
            right
        )),
        right().prop_map(|right| (right.text().replacen('.', "..", 1), right)),
        right().prop_map(|right| (right.text().replacen(['[', ']'], "", 1), right)),
        right().prop_map(|right| (right.text().replacen("[::1]", "[0:0::1]", 1), right)),
    ]
    .prop_map(|(text, right)| Mistake { text, meant: Set::Patterns(vec![right.text()]) })
}

fn ports() -> impl Strategy<Value = Mistake> {
    let port = select(
        &[
            (":", ""),
            (":443", ""),
            (":0443", ""),
            (":https", ""),
            (":03000", ":3000"),
            (":80", ":80"),
            (":99999", "-"),
            (":+1", "-"),
            (":0x50", "-"),
            (":a", "-"),
            (":81:82", "-"),
            (":81:*", "-"),
        ][..],
    );
    (right(), port).prop_map(|(right, (port, meant))| {
        let text = |port| Right { scheme: "https", port, ..right.clone() }.text();
        let meant = if meant == "-" { vec![] } else { vec![text(meant)] };
        Mistake { text: text(port), meant: Set::Patterns(meant) }
    })
}

fn stars() -> impl Strategy<Value = Mistake> {
    let place = select(
        &["pr-*.", "*-x.", "*", "x*", "*x", "x.*.", "*.*.", "**.", "*.x-*.", ".", "*.", "x*y."][..],
    );
    let hosts = select(
        &[
            "app.example.com",
            "example.com",
            "example.co.uk",
            "vercel.app",
            "org.vercel.app",
            "com",
            "co.uk",
            "192.168.1",
            "localhost",
        ][..],
    );
    let after = select(&["", "", "", "*", ".*", ":30*", ":3000", ":*"][..]);
    (select(&["https", "http"][..]), place, hosts, after).prop_map(
        |(scheme, place, host, after)| {
            let text = format!("{scheme}://{place}{host}{after}");
            // A leading dot means a star.
            let glob = text.replacen("://.", "://*.", 1);
            Mistake { text, meant: Set::Glob(glob) }
        },
    )
}

fn placeholders() -> impl Strategy<Value = Mistake> {
    let name = select(&["host", "HOST", "TENANT_ID", "tenant"][..]);
    let marks = select(
        &[
            ("${", "}"),
            ("{", "}"),
            ("{{", "}}"),
            ("{{ ", " }}"),
            ("<", ">"),
            ("%", "%"),
            ("$", ""),
            ("[", "]"),
            ("$(", ")"),
        ][..],
    );
    let place = select(
        &[
            ("https://", ""),
            ("https://", ".example.com"),
            ("https://", ":3000"),
            ("https://app.", ".com"),
            ("", ""),
            ("https://a.example.com,https://", ""),
            ("https://a.example.com:", ""),
        ][..],
    );
    (name, marks, place).prop_map(|(name, (open, close), (before, after))| Mistake {
        text: format!("{before}{open}{name}{close}{after}"),
        meant: Set::Patterns(vec![]),
    })
}

fn choices() -> impl Strategy<Value = Mistake> {
    (right(), select(&["{a,b}", "{a, b}", "{a|b}"][..])).prop_map(|(right, choice)| {
        let meant = ["a", "b"].map(|label| format!("{}://{label}.{}", right.scheme, right.host));
        let meant = if right.is_name() { meant.to_vec() } else { vec![] };
        let text = format!("{}://{choice}.{}", right.scheme, right.host);
        Mistake { text, meant: Set::Patterns(meant) }
    })
}

fn both_schemes() -> impl Strategy<Value = Mistake> {
    (right(), select(&["*://", "http*://", "http(s)://", "https?://"][..])).prop_map(
        |(right, both)| {
            let meant = ["http", "https"].map(|scheme| Right { scheme, ..right.clone() }.text());
            Mistake {
                text: format!("{both}{}", right.rest()),
                meant: Set::Patterns(meant.to_vec()),
            }
        },
    )
}

fn regexes() -> impl Strategy<Value = Mistake> {
    let regex = select(
        &[
            r"https://.*\.example\.com",
            r"https://[a-z]+\.example\.com",
            r"https://.*app\.example\.com",
            r"https://(a|b)\.example\.com(:[0-9]+)?",
            r"https://app\.example\.com",
            r"https?://(www\.)?example\.com",
            r"https://pr-\d+\.example\.com",
            r"https://[^.]+\.vercel\.app",
            r"https://.+-org\.vercel\.app",
            r"http://localhost:\d+",
            r"https://.*",
        ][..],
    );
    let dialect = 0..9u8;
    (regex, dialect, any::<bool>()).prop_map(|(regex, dialect, bare_dots)| {
        let mut text = regex.to_owned();
        if bare_dots && !text.contains(r".*") && !text.contains(".+") {
            text = text.replace(r"\.", ".");
        }
        let text = match dialect {
            0 => format!("^{text}$"),
            1 => format!("/^{}$/", text.replace('/', r"\/")),
            2 => format!("/{}/i", text.replace('/', r"\/")),
            3 => format!("~^{text}$"),
            4 => format!("~*{text}"),
            5 => format!("^{}$", text.replace('\\', r"\\")),
            6 => format!("#^{text}$#i"),
            7 => format!("^{text}/?$"),
            _ => text,
        };
        Mistake { text, meant: Set::Regex(regex) }
    })
}

/// Surrounding quotation marks do not change the meaning.
fn mistakes() -> impl Strategy<Value = Mistake> {
    let one = prop_oneof![
        2 => several(),
        3 => slip(),
        1 => ports(),
        3 => stars(),
        1 => placeholders(),
        1 => choices(),
        1 => both_schemes(),
        2 => regexes(),
    ];
    let marks = select(&["", "", "", "", " ", "\"", "'", "`", "\n"][..]);
    (one, marks).prop_map(|(Mistake { text, meant }, mark)| Mistake {
        text: format!("{mark}{text}{mark}"),
        meant,
    })
}

/// Origins that the policy allows.
fn sample(policy: &Policy) -> Vec<String> {
    let origins = origins_of(policy);
    let mut runner = TestRunner::deterministic();
    (0..24).map(|_| origins.new_tree(&mut runner).unwrap().current()).collect()
}

fn is_sent_by_browsers(origin: &str) -> bool {
    url::Url::parse(origin).is_ok_and(|url| serialized(&url).as_deref() == Some(origin))
}

/// The entry after "write", in TOML.
fn shown(fix: &str, meant: &Meant) -> Option<Vec<OriginEntry>> {
    let text = meant.to_string();
    fix.contains(&text).then_some(())?;
    let file: toml::Table = format!("entry = {text}").parse().ok()?;
    let entry = |value: &toml::Value| match value {
        toml::Value::String(text) => Some(OriginEntry::from(text)),
        toml::Value::Table(table) => Some(OriginEntry::regex(table["regex"].as_str()?)),
        _ => None,
    };
    match &file["entry"] {
        toml::Value::Array(list) => list.iter().map(entry).collect(),
        one => Some(vec![entry(one)?]),
    }
}

/// The advice for the only entry of a policy, and the suggested entries. `None` if the policy
/// accepts the entry without a warning.
fn advice(config: &Config) -> Vec<(Option<Meant>, String)> {
    match Policy::new(config) {
        Ok(policy) => policy
            .warnings()
            .iter()
            .map(|warning| match warning.kind() {
                WarningKind::MisspeltScheme { meant } => {
                    (meant.clone().map(Meant::Entry), warning.fix())
                }
                WarningKind::UpperCaseHost { meant } => {
                    (Some(Meant::Entry(meant.clone())), warning.fix())
                }
                _ => (None, warning.fix()),
            })
            .collect(),
        Err(errors) => errors
            .errors()
            .iter()
            .map(|error| match error.kind() {
                ErrorKind::InvalidOrigin { meant, .. } => (meant.clone(), error.fix()),
                _ => (None, error.fix()),
            })
            .collect(),
    }
}

/// Examples and settings, which are not suggested entries.
fn is_general(fix: &str) -> bool {
    fix.split('"').skip(1).step_by(2).all(|quoted| {
        quoted.contains("example.com")
            || ["*", "http://localhost:*", "http://[::1]:3000"].contains(&quoted)
    })
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn advice_is_right(Mistake { text, meant } in mistakes(), allow_credentials in any::<bool>()) {
        let config = set!(Config::new([&*text]), allow_credentials = allow_credentials);
        for (advised, fix) in advice(&config) {
            let Some(advised) = advised else {
                prop_assert!(is_general(&fix), "{text:?}: {fix}");
                continue;
            };
            let entries = advised.entries();
            prop_assert_eq!(shown(&fix, &advised), Some(entries.clone()), "{:?}: {}", text, fix);
            let mut mended = set!(config.clone(), allow_origins = entries);
            if let Meant::Regex { needs_danger: true, .. } = advised {
                prop_assert!(Policy::new(&mended).is_err() && allow_credentials);
                mended.danger.allow_unbounded_regex = true;
            }
            let policy = Policy::new(&mended);
            prop_assert!(policy.is_ok(), "{text:?}: {fix}: {policy:?}");
            let origins = sample(&policy.unwrap());
            prop_assert!(origins.iter().any(|origin| is_sent_by_browsers(origin)), "{text:?}: {fix}");
            for origin in &origins {
                prop_assert!(meant.has(origin), "{text:?}: {fix} lets {origin} in");
            }
        }
    }

    /// An entry that no browser sends is at least a warning, except for labels that start with
    /// `xn--`, which are not decoded.
    #[test]
    fn what_no_browser_sends_is_named(
        scheme in select(&["https", "http", "app", "ws", "file", "htps"][..]),
        star in select(&["", "", "*."][..]),
        host in "[a-zA-Z0-9_.~!$&'()*+,;=%{}-]{1,8}|[a-z]{1,4}(\\.[a-z-]{1,3}){1,3}|[0-9]{1,3}(\\.[0-9]{1,3}){3}",
        port in select(&["", "", ":81", ":22", ":6000", ":080", ":*"][..]),
    ) {
        prop_assume!(!host.contains("xn--"));
        let text = format!("{scheme}://{star}{host}{port}");
        let Ok(policy) = Policy::new(&Config::new([&*text])) else { return Ok(()) };
        if policy.warnings().is_empty() {
            let is_blocked = scheme != "app" && [":22", ":6000"].contains(&port);
            let is_known = |origin: &String| is_sent_by_browsers(origin) && !is_blocked;
            prop_assert!(sample(&policy).iter().any(is_known), "{}", text);
            prop_assert!(["https", "http", "app"].contains(&scheme), "{}", text);
        }
    }
}
