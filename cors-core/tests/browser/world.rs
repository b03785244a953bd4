//! A small world of policies and fetches, which often match; with handwritten facts from the
//! standard about everything in it.

use crate::naive;
use cors_core::browser::{Body, CredentialsMode, Fetch, Mode};
use cors_core::{Config, Danger, DisallowedOrigin, OriginEntry, RefusedPreflight};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use std::fmt;
use std::sync::LazyLock;
use std::time::Duration;

const PATTERNS: [&str; 13] = [
    "https://a.test",
    "https://b.a.test",
    "https://*.a.test",
    "https://a.test:8443",
    "https://*.b.test:*",
    "http://a.test",
    "http://*.a.test:81",
    "http://localhost:*",
    "http://[::1]:*",
    "https://xn--mnchen-3ya.example",
    "tauri://localhost",
    "https://*.test",
    "null",
];

/// A regular expression, and another definition of what it matches.
pub type Regex = (&'static str, fn(&str) -> bool);

pub const REGEXES: [Regex; 3] = [
    (r"https://[b-y]+\.a\.test", |origin| {
        let label = origin.strip_prefix("https://").and_then(|o| o.strip_suffix(".a.test"));
        label.is_some_and(|l| !l.is_empty() && l.bytes().all(|b| (b'b'..=b'y').contains(&b)))
    }),
    (r"https?://(a|b)\.test(:81)?", |origin| {
        let host = origin.strip_suffix(":81").unwrap_or(origin);
        ["http://a.test", "http://b.test", "https://a.test", "https://b.test"].contains(&host)
    }),
    (".*", |_| true),
];

/// The address of a page, and its origin: matches of the patterns, and near misses.
static PAGES: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let same = [
        "https://a.test",
        "https://b.a.test",
        "https://c.b.a.test",
        "https://a.test:8443",
        "https://b.a.test:8443",
        "https://ba.test",
        "https://a.test.",
        "https://b.a.test.",
        "https://.a.test",
        "https://b..a.test",
        "https://a.test.evil.example",
        "http://a.test",
        "http://b.a.test",
        "http://b.a.test:81",
        "http://b.a.test:811",
        "https://x.b.test",
        "https://x.b.test:81",
        "https://b.test",
        "http://b.test:81",
        "http://localhost",
        "http://localhost:3000",
        "https://localhost",
        "http://[::1]",
        "http://[::1]:3000",
        "https://xn--mnchen-3ya.example",
        "tauri://localhost",
        "https://evil.example",
        "https://api.test",
        "http://api.test",
        "https://api.test:8443",
        "http://localhost:8080",
        "null",
    ];
    let written_otherwise = [
        ("HTTPS://A.test:443/index.html?q", "https://a.test"),
        ("https://münchen.example/", "https://xn--mnchen-3ya.example"),
        ("https://api.test/page", "https://api.test"),
        ("data:text/html,x", "null"),
        ("file:///index.html", "null"),
    ];
    // A pattern matches origins of at most 512 bytes.
    let long = [512, 513].map(|len| format!("https://{}.a.test", "b".repeat(len - 15)));
    let owned = |page: &str, origin: &str| (page.to_owned(), origin.to_owned());
    same.iter()
        .map(|page| owned(page, page))
        .chain(written_otherwise.iter().map(|(page, origin)| owned(page, origin)))
        .chain(long.iter().map(|page| owned(page, page)))
        .collect()
});

/// URLs to fetch, and their origins.
const URLS: [(&str, &str); 3] = [
    ("https://api.test/", "https://api.test"),
    ("https://api.test:8443/x?y#z", "https://api.test:8443"),
    ("http://localhost:8080/", "http://localhost:8080"),
];

/// A method as the script writes it, and as it is sent. `None` if the call throws.
type Method = (&'static str, Option<&'static str>);

const METHODS: [Method; 24] = [
    ("GET", Some("GET")),
    ("get", Some("GET")),
    ("HEAD", Some("HEAD")),
    ("hEAD", Some("HEAD")),
    ("POST", Some("POST")),
    ("post", Some("POST")),
    ("PUT", Some("PUT")),
    ("put", Some("PUT")),
    ("DELETE", Some("DELETE")),
    ("Delete", Some("DELETE")),
    ("PATCH", Some("PATCH")),
    ("patch", Some("patch")),
    ("Patch", Some("Patch")),
    ("QUERY", Some("QUERY")),
    ("query", Some("query")),
    ("OPTIONS", Some("OPTIONS")),
    ("options", Some("OPTIONS")),
    ("PUTS", Some("PUTS")),
    ("*", Some("*")),
    ("TRACE", None),
    ("track", None),
    ("Connect", None),
    ("PUT GET", None),
    ("", None),
];

/// What the standard says about a request header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    Safelisted,
    /// A preflight lists it.
    Unsafe,
    /// The script cannot set it.
    Dropped,
    /// The call throws.
    Throws,
}
use Judged::{Dropped, Safelisted, Throws, Unsafe};

/// A header as the script writes it.
type Line = (String, String, Judged);

fn line(name: &str, value: &str, judged: Judged) -> Line {
    (name.to_owned(), value.to_owned(), judged)
}

fn lines(of: &[(&str, &str, Judged)]) -> Vec<Line> {
    of.iter().map(|(name, value, judged)| line(name, value, *judged)).collect()
}

/// Headers that policies mention.
fn custom_lines() -> Vec<Line> {
    lines(&[
        ("x-a", "1", Unsafe),
        ("X-B", "", Unsafe),
        ("content-type", "application/json", Unsafe),
        ("Authorization", "Basic eDp5", Unsafe),
        ("x-bb", "1", Unsafe),
    ])
}

fn safelisted_lines() -> Vec<Line> {
    let mut all = lines(&[
        ("accept", "text/html;q=0.8, */*", Safelisted),
        ("Accept", "é", Safelisted),
        ("accept-language", "de, en;q=0.5", Safelisted),
        ("content-language", "de", Safelisted),
        ("content-type", "text/plain;charset=utf-8", Safelisted),
        ("Content-Type", "Multipart/Form-Data; boundary=x", Safelisted),
        ("range", "bytes=0-499", Safelisted),
    ]);
    all.push(line("accept", &"a".repeat(128), Safelisted));
    all.push(line("content-language", &format!(" {}\t", "a".repeat(128)), Safelisted));
    all
}

fn odd_lines() -> Vec<Line> {
    let mut all = lines(&[
        ("accept", "text/html (x)", Unsafe),
        ("accept-language", "é", Unsafe),
        ("Accept-Language", "en_US", Unsafe),
        ("content-type", "text/plain, application/json", Unsafe),
        ("content-type", "text/plain;charset=\"utf-8\"", Unsafe),
        ("content-type", "", Unsafe),
        ("range", "bytes=-500", Unsafe),
        ("x-http-method-override", "PUT", Unsafe),
        ("authorization", "", Unsafe),
        ("*", "", Unsafe),
        ("cookie", "a=b", Dropped),
        ("Sec-X", "", Dropped),
        ("proxy-x", "", Dropped),
        ("X-Http-Method-Override", "GET, trace", Dropped),
        ("access-control-request-method", "PUT", Dropped),
        ("x a", "", Throws),
        ("x-a", "1\n2", Throws),
        ("x-a", "\u{100}", Throws),
    ]);
    all.push(line("accept", &"a".repeat(129), Unsafe));
    // A list with the first is always read, one with the second never.
    all.extend([3_900, 17_000].map(|len| line(&"x".repeat(len), "", Unsafe)));
    all
}

/// A fetch of this world.
#[derive(Clone)]
pub struct Asked {
    pub fetch: Fetch,
    /// The page's origin, as browsers write it.
    pub origin: String,
    /// The origin of the URL.
    pub target: &'static str,
    /// The method that is sent. `None` if the call throws.
    pub method: Option<&'static str>,
    /// The facts about each of the headers.
    judged: Vec<Judged>,
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fetch.fmt(f)
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.fetch, f)
    }
}

impl Asked {
    /// Without a page.
    pub fn new(
        (url, target): (&str, &'static str),
        (written, method): Method,
        lines: Vec<Line>,
    ) -> Self {
        let judged = lines.iter().map(|(.., judged)| *judged).collect();
        let mut fetch = Fetch::new("null", url).method(written);
        fetch.headers = lines.into_iter().map(|(name, value, _)| (name, value)).collect();
        Self { origin: fetch.origin.clone(), fetch, target, method, judged }
    }

    pub fn by(mut self, (page, origin): (String, String)) -> Self {
        self.fetch.origin = page;
        Self { origin, ..self }
    }

    /// Whether the page has the origin of the URL.
    pub fn is_same_origin(&self) -> bool {
        self.origin == self.target
    }

    /// Whether the call throws before anything is sent.
    pub fn throws(&self) -> bool {
        let Fetch { mode, body, upload_listener, .. } = self.fetch;
        let is_simple = matches!(self.method, Some("GET" | "HEAD" | "POST"));
        let has_no_body = matches!(self.method, Some("GET" | "HEAD"));
        // XMLHttpRequest drops the body without an error.
        let is_left_out = upload_listener && has_no_body;
        self.method.is_none()
            || self.judged.contains(&Throws)
            || has_no_body && body != Body::None && !is_left_out
            || mode == Mode::NoCors && (!is_simple || body == Body::Stream && !is_left_out)
    }

    /// Whether there is a preflight.
    pub fn needs_preflight(&self) -> bool {
        self.fetch.upload_listener
            || self.fetch.body == Body::Stream
            || !matches!(self.method, Some("GET" | "HEAD" | "POST"))
            || !self.unsafe_names().is_empty()
    }

    /// The names that a preflight lists, in lower case.
    pub fn unsafe_names(&self) -> Vec<String> {
        let script = self.fetch.headers.iter().zip(&self.judged);
        let mut sent: Vec<(String, usize, Judged)> = script
            .filter(|(_, judged)| **judged != Dropped)
            .map(|((name, value), judged)| {
                let bytes = value.trim_matches([' ', '\t']).chars().count();
                (name.to_ascii_lowercase(), bytes, *judged)
            })
            .collect();
        // Headers that the browser adds count too.
        for (name, value, added) in [
            ("accept", "*/*", true),
            ("content-type", "text/plain;charset=UTF-8", self.fetch.body == Body::Text),
        ] {
            if added && sent.iter().all(|(listed, ..)| listed != name) {
                sent.push((name.to_owned(), value.len(), Safelisted));
            }
        }
        let safelisted = sent.iter().filter(|(_, _, judged)| *judged == Safelisted);
        let too_much = safelisted.map(|(_, bytes, _)| bytes).sum::<usize>() > 1024;
        let is_unsafe = |judged| judged == Unsafe || judged == Safelisted && too_much;
        sent.retain(|(_, _, judged)| is_unsafe(*judged));
        sent.into_iter().map(|(name, ..)| name).collect()
    }
}

fn list(names: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    (subsequence(names, 0..=names.len()), prop::bool::weighted(0.3)).prop_map(|(names, any)| {
        names.into_iter().chain(any.then_some("*")).map(str::to_owned).collect()
    })
}

fn origins() -> impl Strategy<Value = Vec<OriginEntry>> {
    let pattern = || select(&PATTERNS[..]).prop_map(OriginEntry::from);
    let regex = select(&REGEXES[..]).prop_map(|(text, _)| match cfg!(feature = "regex") {
        true => OriginEntry::regex(text),
        false => PATTERNS[0].into(),
    });
    let with_regex = (vec(pattern(), 0..3), regex).prop_map(|(mut entries, regex)| {
        entries.push(regex);
        entries
    });
    prop_oneof![
        5 => vec(pattern(), 1..5),
        2 => Just(vec!["*".into()]),
        1 => with_regex,
    ]
}

/// A config of this world. All of them build.
pub fn config() -> impl Strategy<Value = Config> {
    const METHODS: [&str; 7] = ["PUT", "PATCH", "patch", "DELETE", "QUERY", "OPTIONS", "GET"];
    const HEADERS: [&str; 9] = [
        "Content-Type",
        "x-a",
        "x-b",
        "authorization",
        "ACCEPT",
        "accept-language",
        "content-language",
        "range",
        "x-http-method-override",
    ];
    const EXPOSED: [&str; 4] = ["X-Request-Id", "etag", "content-type", "x-other"];
    let lists = (list(&METHODS), list(&HEADERS), list(&EXPOSED));
    let flags = any::<[bool; 6]>();
    let numbers = (
        option::of(select(&[0, 1, 5, 600, 86_400u64][..])),
        option::of(select(&[200, 204, 299u16][..])),
    );
    (origins(), lists, flags, numbers).prop_map(|(allow_origins, lists, flags, numbers)| {
        let (allow_methods, allow_headers, mut expose_headers) = lists;
        let [credentials, private_network, goes_on, forbid, conceal, null] = flags;
        let lists = |text: &str| allow_origins.contains(&OriginEntry::from(text));
        let any = lists("*");
        if credentials {
            expose_headers.retain(|name| name != "*");
        }
        let danger = set!(
            Danger::default(),
            allow_insecure_origins = credentials,
            allow_public_suffix_subdomains = credentials,
            allow_unbounded_regex = credentials,
            allow_null_origin = null || lists("null"),
            reflect_any_origin = any && credentials
        );
        set!(
            Config::default(),
            allow_origins = allow_origins,
            allow_methods = allow_methods,
            allow_headers = allow_headers,
            expose_headers = expose_headers,
            allow_credentials = credentials,
            max_age = numbers.0.map(Duration::from_secs),
            allow_private_network = private_network,
            preflight_status = numbers.1.filter(|_| !goes_on),
            preflight_continue = goes_on,
            disallowed_origin =
                if forbid && !any { DisallowedOrigin::Forbid } else { DisallowedOrigin::Forward },
            refused_preflight =
                if conceal { RefusedPreflight::Conceal } else { RefusedPreflight::Explain },
            danger = danger
        )
    })
}

/// A page, mostly one that the policy allows.
#[derive(Clone, Copy, Debug)]
pub struct Visitor {
    allowed: bool,
    index: usize,
}

pub fn visitor() -> impl Strategy<Value = Visitor> {
    (prop::bool::weighted(0.8), 0..1000usize)
        .prop_map(|(allowed, index)| Visitor { allowed, index })
}

impl Visitor {
    /// Its address, and its origin.
    pub fn page(self, config: &Config) -> (String, String) {
        let is_wanted =
            |(_, origin): &&(String, String)| naive::allows_origin(config, origin) == self.allowed;
        let wanted: Vec<_> = PAGES.iter().filter(is_wanted).collect();
        // A policy may allow all origins.
        let page = wanted.get(self.index % wanted.len().max(1));
        (*page.unwrap_or(&&PAGES[self.index % PAGES.len()])).clone()
    }
}

/// A method, mostly one that is sent as written.
fn method() -> impl Strategy<Value = Method> {
    let plain: Vec<Method> =
        METHODS.into_iter().filter(|(written, sent)| *sent == Some(written)).collect();
    prop_oneof![2 => select(plain[..3].to_vec()), 4 => select(plain), 1 => select(&METHODS[..])]
}

/// Some headers. Sometimes as many safelisted ones as allowed, or one byte more.
fn headers() -> impl Strategy<Value = Vec<Line>> {
    let one = prop_oneof![
        5 => select(custom_lines()),
        3 => select(safelisted_lines()),
        1 => select(odd_lines()),
    ];
    let many = prop_oneof![9 => Just((0, false)), 1 => (7..=9usize, any::<bool>())];
    (vec(one, 0..3), many).prop_map(|(mut lines, (many, byte_more))| {
        lines.extend((0..many).map(|_| line("accept", &"a".repeat(128), Safelisted)));
        lines.extend(byte_more.then(|| line("accept-language", "d", Safelisted)));
        lines
    })
}

/// Up to four headers that policies mention.
pub fn some_headers() -> impl Strategy<Value = Vec<Line>> {
    let known = custom_lines();
    let most = known.len() - 1;
    subsequence(known, 0..=most)
}

pub fn credentials() -> impl Strategy<Value = CredentialsMode> {
    use CredentialsMode::{Include, Omit, SameOrigin};
    select(&[SameOrigin, Omit, Include][..])
}

/// A fetch and its page.
pub fn fetch() -> impl Strategy<Value = (Visitor, Asked)> {
    let mode = prop_oneof![
        20 => Just(Mode::Cors),
        1 => Just(Mode::SameOrigin),
        1 => Just(Mode::NoCors),
    ];
    let body = prop_oneof![
        6 => Just(Body::None),
        1 => select(&[Body::Text, Body::Bytes, Body::Stream][..]),
    ];
    let how = (mode, credentials(), body, prop::bool::weighted(0.2));
    let asked = (select(&URLS[..]), method(), headers(), how).prop_map(
        |(url, method, mut headers, (mode, credentials, body, listens))| {
            // XMLHttpRequest joins headers with the same name, which the handwritten facts ignore.
            let mut known = Vec::new();
            headers.retain(|(name, ..)| {
                let name = name.to_ascii_lowercase();
                let first = !listens || !known.contains(&name);
                known.push(name);
                first
            });
            let mut asked = Asked::new(url, method, headers);
            let fetch = asked.fetch.mode(mode).credentials(credentials).body(body);
            asked.fetch = fetch.upload_listener(listens);
            asked
        },
    );
    (visitor(), asked)
}
