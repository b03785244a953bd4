//! Caches between browsers and a server: no page reads a response that was made for another, and no
//! allowed page is refused.

use crate::cases::cases;
use crate::naive;
use crate::world::{Asked, config, credentials, some_headers, visitor};
use cors_core::browser::{Browser, Engine, Fetch, Step, Verdict, serve};
use cors_core::{Config, Policy};
use http::header::{
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, CACHE_CONTROL, HeaderName,
    HeaderValue, ORIGIN, VARY,
};
use http::{HeaderMap, Method, Request, Response, Uri};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{RngAlgorithm, TestError, TestRng, TestRunner};
use std::time::Duration;

/// How long the handler's responses may be cached. The cache keeps all others as long.
const FRESH: Duration = Duration::from_secs(60);

/// Whom the response is for: the `Origin` of the request that the handler saw.
const MADE_FOR: HeaderName = HeaderName::from_static("x-made-for");

/// The worst shared cache. It reuses everything that `Vary` permits, never learns of changes, and
/// stores refusals, as content delivery networks do.
///
/// [RFC 9111, 4.1](https://www.rfc-editor.org/rfc/rfc9111#section-4.1)
#[derive(Debug, Default)]
struct SharedCache {
    /// Responses to OPTIONS are not cacheable, but some caches store them.
    keeps_options: bool,
    kept: Vec<Kept>,
    hits: u32,
}

#[derive(Debug)]
struct Kept {
    method: Method,
    uri: Uri,
    /// The lines of each request header that `Vary` names.
    varied: Vec<(HeaderName, Vec<HeaderValue>)>,
    response: Response<()>,
    until: Duration,
}

impl SharedCache {
    fn answer(
        &mut self,
        request: &Request<()>,
        now: Duration,
        server: impl FnOnce(&Request<()>) -> Response<()>,
    ) -> Response<()> {
        // The newest first.
        if let Some(kept) = self.kept.iter().rev().find(|kept| kept.answers(request, now)) {
            self.hits += 1;
            return kept.response.clone();
        }
        let response = server(request);
        let method = request.method().clone();
        let is_kept = matches!(method, Method::GET | Method::HEAD)
            || method == Method::OPTIONS && self.keeps_options;
        if let Some(names) = vary(response.headers()).filter(|_| is_kept) {
            let of = |name: HeaderName| (lines(request, &name), name);
            self.kept.push(Kept {
                method,
                uri: request.uri().clone(),
                varied: names.into_iter().map(of).map(|(lines, name)| (name, lines)).collect(),
                response: response.clone(),
                until: now + FRESH,
            });
        }
        response
    }
}

impl Kept {
    fn answers(&self, request: &Request<()>, now: Duration) -> bool {
        now < self.until
            && self.method == *request.method()
            && self.uri == *request.uri()
            && self.varied.iter().all(|(name, values)| lines(request, name) == *values)
    }
}

fn lines(request: &Request<()>, name: &HeaderName) -> Vec<HeaderValue> {
    request.headers().get_all(name).iter().cloned().collect()
}

/// The request headers that `Vary` names. `None` for `*`, which matches no other request.
fn vary(headers: &HeaderMap) -> Option<Vec<HeaderName>> {
    let lines = headers.get_all(VARY).iter();
    let names = lines.flat_map(|line| line.to_str().expect("ASCII").split(','));
    names.map(|name| name.trim().parse().ok().filter(|name| name != "*")).collect()
}

/// A fetch by one of two browsers, and the seconds before it.
#[derive(Clone, Debug)]
struct Visit {
    after: u64,
    browser: usize,
    asked: Asked,
}

/// Fetches from a server under one policy, through one cache.
#[derive(Clone, Debug)]
struct Story {
    config: Config,
    /// The handler's `Vary`.
    vary: Option<&'static str>,
    keeps_options: bool,
    visits: Vec<Visit>,
}

/// A fetch whose page is not set yet.
fn asked() -> impl Strategy<Value = Asked> {
    let method = prop_oneof![
        2 => Just("GET"),
        1 => select(&["PUT", "PATCH", "HEAD", "POST", "OPTIONS"][..]),
    ];
    let headers = prop_oneof![1 => Just(Vec::new()), 1 => some_headers()];
    let listens = prop::bool::weighted(0.1);
    (method, headers, credentials(), listens).prop_map(|(method, headers, credentials, listens)| {
        let url = ("https://api.test/", "https://api.test");
        let mut asked = Asked::new(url, (method, Some(method)), headers);
        asked.fetch.credentials = credentials;
        asked.fetch.upload_listener = listens;
        asked
    })
}

/// A few pages and a few fetches, repeatedly.
fn story(config: impl Strategy<Value = Config>) -> impl Strategy<Value = Story> {
    let vary = select(&[None, Some("accept-encoding"), Some("*")][..]);
    let cast = (vec(visitor(), 2..4), vec(asked(), 2..5));
    let when = (select(&[0, 0, 1, 4, 6, 70u64][..]), 0..2usize);
    let visits = vec(([0..12usize, 0..12usize], when), 1..20);
    // In the order in which a failure shrinks.
    (visits, cast, any::<bool>(), vary, config).prop_map(
        |(visits, (visitors, fetches), keeps_options, vary, config)| {
            let pages: Vec<_> = visitors.iter().map(|visitor| visitor.page(&config)).collect();
            let visits = visits
                .into_iter()
                .map(|([who, what], (after, browser))| {
                    let page = pages[who % pages.len()].clone();
                    let asked = fetches[what % fetches.len()].clone().by(page);
                    Visit { after, browser, asked }
                })
                .collect();
            Story { config, vary, keeps_options, visits }
        },
    )
}

/// Counts of a story in which the law held.
#[derive(Debug, Default)]
struct Counts {
    fetches: u32,
    hits: u32,
    read: u32,
    refused: u32,
    /// Preflights that the browser's cache spared.
    cached_preflights: u32,
}

impl Story {
    /// Runs it against a server that changes each response, and checks the law.
    fn judge(&self, sabotage: impl Fn(&mut HeaderMap)) -> Result<Counts, TestCaseError> {
        let config = &self.config;
        let policy = Policy::new(config).expect("configs of this world build");
        let policy = policy;
        let handler = |request: &Request<()>| {
            let mut response = Response::new(());
            let headers = response.headers_mut();
            let keep = format!("public, max-age={}", FRESH.as_secs());
            headers.insert(CACHE_CONTROL, keep.try_into().expect("ASCII"));
            if let Some(origin) = request.headers().get(ORIGIN) {
                headers.insert(MADE_FOR, origin.clone());
            }
            if let Some(vary) = self.vary {
                headers.insert(VARY, HeaderValue::from_static(vary));
            }
            response
        };
        let server = |request: &Request<()>| {
            let mut response = serve(&policy, request, handler);
            sabotage(response.headers_mut());
            response
        };
        let mut cache = SharedCache { keeps_options: self.keeps_options, ..SharedCache::default() };
        let mut browsers = [Browser::new(), Browser::new()];
        let mut now = Duration::ZERO;
        let mut counts = Counts::default();
        for Visit { after, browser, asked } in &self.visits {
            now += Duration::from_secs(*after);
            let (mut from, mut made_for) = (None, None);
            let ended = browsers[*browser].fetch(&asked.fetch, now, |request| {
                let response = cache.answer(request, now, server);
                from = request.headers().get(ORIGIN).cloned();
                made_for = response.headers().get(&MADE_FOR).cloned();
                response
            });
            let wanted = naive::may_read(config, asked, true);
            prop_assert_eq!(ended.verdict.is_readable(), wanted, "{}\n{:#?}", asked, ended.steps);
            counts.fetches += 1;
            match &ended.verdict {
                Verdict::Readable(readable) => {
                    counts.read += 1;
                    prop_assert_eq!(readable.status.as_u16(), 200, "{}", asked);
                    if !naive::is_constant(config) {
                        prop_assert_eq!(made_for, from, "{} reads another's", asked);
                    }
                }
                _ => counts.refused += 1,
            }
            let was_cached = ended.steps.iter().any(|taken| taken.step == Step::PreflightCache);
            counts.cached_preflights += u32::from(was_cached);
        }
        counts.hits = cache.hits;
        Ok(counts)
    }
}

proptest! {
    #![proptest_config(cases(1024))]

    #[test]
    fn each_reads_its_own(story in story(config())) {
        story.judge(|_| {})?;
    }
}

/// The caches matter: responses are shared, preflights are spared, some fetches succeed, and some
/// are refused.
#[test]
fn the_caches_are_used() {
    let mut runner = TestRunner::deterministic();
    let mut sum = Counts::default();
    for _ in 0..300 {
        let story =
            story(config()).new_tree(&mut runner).expect("the strategy filters nothing").current();
        let counts = story.judge(|_| {}).expect("the law holds");
        sum.fetches += counts.fetches;
        sum.hits += counts.hits;
        sum.read += counts.read;
        sum.refused += counts.refused;
        sum.cached_preflights += counts.cached_preflights;
    }
    for count in [sum.hits, sum.read, sum.refused] {
        assert!(count * 100 / sum.fetches >= 15, "{sum:?}");
    }
    assert!(sum.cached_preflights * 100 / sum.fetches >= 1, "{sum:?}");
}

/// A server that omits a name from `Vary` fails. Returns the fetches of the smallest story in which
/// it fails under this policy.
fn smallest_without(name: HeaderName, policy: Config) -> Vec<String> {
    let sabotage = |headers: &mut HeaderMap| {
        let Some(names) = vary(headers) else { return };
        headers.remove(VARY);
        for other in names.into_iter().filter(|other| *other != name) {
            headers.append(VARY, other.into());
        }
    };
    let failure = |stories: BoxedStrategy<Story>| {
        let config = ProptestConfig {
            cases: 1000,
            max_shrink_iters: 20_000,
            failure_persistence: None,
            ..ProptestConfig::default()
        };
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let mut runner = TestRunner::new_with_rng(config, rng);
        match runner.run(&stories, |story| story.judge(sabotage).map(drop)) {
            Err(TestError::Fail(_, story)) => story,
            other => panic!("{name} is not missed: {other:?}"),
        }
    };
    failure(story(config()).boxed());
    let story = failure(story(Just(policy)).boxed());
    let tell = |visit: &Visit| format!("{} s: {}", visit.after, visit.asked);
    story.visits.iter().map(tell).collect()
}

/// The response to a disallowed origin, which names no origin, locks out an allowed one.
#[test]
fn taking_origin_out_of_vary_fails() {
    let told = smallest_without(ORIGIN, Config::new(["https://a.test", "https://b.a.test"]));
    let wanted = [
        r#"0 s: fetch("https://api.test/") from https://c.b.a.test"#,
        r#"0 s: fetch("https://api.test/") from https://a.test"#,
    ];
    assert_eq!(told, wanted);
}

/// The cache serves the echo of some names for others.
#[test]
fn taking_the_headers_asked_for_out_of_vary_fails() {
    let policy = set!(
        Config::new(["https://a.test"]),
        allow_headers = vec!["*".into()],
        allow_credentials = true
    );
    let told = smallest_without(ACCESS_CONTROL_REQUEST_HEADERS, policy);
    let wanted = [
        r#"0 s: fetch("https://api.test/") with an upload listener from https://a.test"#,
        r#"0 s: fetch("https://api.test/", { headers: { "x-bb": "1" } }) from https://a.test"#,
    ];
    assert_eq!(told, wanted);
}

/// The cache serves the empty response to a preflight for the request itself.
#[test]
fn taking_the_method_asked_for_out_of_vary_fails() {
    let policy = set!(Config::new(["https://a.test"]), allow_methods = vec!["OPTIONS".into()]);
    let told = smallest_without(ACCESS_CONTROL_REQUEST_METHOD, policy);
    let wanted = [r#"0 s: fetch("https://api.test/", { method: "OPTIONS" }) from https://a.test"#];
    assert_eq!(told, wanted);
}

/// At which of these seconds a browser that repeats the same fetch sends a preflight.
fn preflights(mut browser: Browser, max_age: Option<u64>, seconds: &[u64]) -> Vec<u64> {
    let config = set!(
        Config::new(["https://a.test"]),
        allow_methods = vec!["PUT".into()],
        max_age = max_age.map(Duration::from_secs)
    );
    let policy = Policy::new(&config).unwrap();
    let fetch = Fetch::new("https://a.test", "https://api.test/").method("PUT");
    let mut asks_at = |second: &u64| {
        let mut asks = false;
        let ended = browser.fetch(&fetch, Duration::from_secs(*second), |request| {
            asks |= request.method() == Method::OPTIONS;
            serve(&policy, request, |_| Response::new(()))
        });
        assert!(ended.verdict.is_readable());
        asks
    };
    seconds.iter().copied().filter(|second| asks_at(second)).collect()
}

/// The cache spares a preflight as long as the policy says and the browser permits.
#[test]
fn preflights_are_cached_for_max_age() {
    let seconds = [0, 0, 1, 4, 5, 9, 10, 599, 600, 601, 7199, 7200, 86_399, 86_400];
    let asks = |browser, max_age| preflights(browser, max_age, &seconds);
    let conforming = |max_age| asks(Browser::new(), max_age);
    assert_eq!(conforming(Some(0)), seconds);
    assert_eq!(conforming(Some(1)), [0, 1, 4, 5, 9, 10, 599, 600, 601, 7199, 7200, 86_399, 86_400]);
    assert_eq!(conforming(None), [0, 5, 10, 599, 7199, 86_399]);
    assert_eq!(conforming(Some(600)), [0, 600, 7199, 86_399]);
    assert_eq!(conforming(Some(86_400)), [0, 86_400]);

    let [chromium, firefox, webkit] =
        [Engine::Chromium, Engine::Firefox, Engine::WebKit].map(Browser::like);
    assert_eq!(asks(chromium, Some(86_400)), [0, 7200, 86_399]);
    assert_eq!(asks(webkit, Some(86_400)), [0, 600, 7199, 86_399]);
    assert_eq!(asks(firefox, Some(86_400)), [0, 86_400]);
}

/// One preflight response serves every method and header that it names.
#[test]
fn a_cached_preflight_is_whole() {
    let config = set!(
        Config::new(["https://a.test"]),
        allow_methods = vec!["PUT".into(), "DELETE".into()],
        allow_headers = vec!["x-a".into(), "x-b".into()]
    );
    let policy = Policy::new(&config).unwrap();
    let mut browser = Browser::new();
    let mut asks = |method: &str, header: &str| {
        let fetch = Fetch::new("https://a.test", "https://api.test/").method(method);
        let mut asks = false;
        browser.fetch(&fetch.header(header, "1"), Duration::ZERO, |request| {
            asks |= request.method() == Method::OPTIONS;
            serve(&policy, request, |_| Response::new(()))
        });
        asks
    };
    let fetches = [("PUT", "x-a"), ("DELETE", "x-b"), ("PUT", "x-b"), ("PATCH", "x-a")];
    assert_eq!(fetches.map(|(method, header)| asks(method, header)), [true, false, false, true]);
}

/// A cached literal `*` covers the method `*`, although a preflight for it is refused. This is the
/// only case in which the cache allows more than the policy.
#[test]
fn a_cached_star_covers_the_name_star() {
    let config = set!(Config::new(["https://a.test"]), allow_methods = vec!["*".into()]);
    let policy = Policy::new(&config).unwrap();
    let mut browser = Browser::new();
    let mut reads = |method: &str| {
        let fetch = Fetch::new("https://a.test", "https://api.test/").method(method);
        let server = |request: &Request<()>| serve(&policy, request, |_| Response::new(()));
        browser.fetch(&fetch, Duration::ZERO, server).verdict.is_readable()
    };
    assert_eq!(["*", "PUT", "*"].map(&mut reads), [false, true, true]);
}
