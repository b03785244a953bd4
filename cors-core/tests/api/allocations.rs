//! The memory that a decision and a set of origins cost, counted by an allocator.

use crate::support::{request, request_of_bytes};
use allocation_counter::measure;
use cors_core::adapter::{Source, VaryNames};
use cors_core::{Decision, Policy, RefusedPreflight};
use http::Request;
use http::header::{HOST, HeaderMap, HeaderValue};

fn exact(i: usize) -> String {
    format!("https://tenant-{i}.example.com")
}

fn subdomains(i: usize) -> String {
    format!("https://*.tenant-{i}.example.com")
}

fn policies() -> Vec<Policy> {
    let base = || Policy::builder().allow_methods(["PUT"]).allow_headers(["x", "content-type"]);
    let mut all: Vec<Policy> = [1, 100, 100_000]
        .into_iter()
        .flat_map(|count| {
            let names = |of: fn(usize) -> String| (0..count).map(of).collect::<Vec<_>>();
            [base().allow_origins(names(exact)), base().allow_origins(names(subdomains))]
        })
        .map(|builder| builder.build().unwrap())
        .collect();
    all.push(base().allow_origins(["*"]).allow_headers(["*"]).build().unwrap());
    let conceal = base().allow_origins([exact(0)]).allow_credentials(true).allow_headers(["*"]);
    all.push(conceal.refused_preflight(RefusedPreflight::Conceal).build().unwrap());
    all.push(base().allow_origin_if(|origin| origin.host().len() > 40).build().unwrap());
    all
}

/// Requests that are allowed, refused, and hostile.
fn requests() -> Vec<(&'static str, Request<()>)> {
    let kib = |of: &str| of.repeat(64 * 1024 / of.len());
    let line = |name: &str, value: &str| [name.as_bytes(), b": ", value.as_bytes()].concat();
    let distinct: Vec<String> = (0..9000).map(|i| format!("n{i}")).collect();
    let origin = |value: &str| line("origin", value);
    let preflight = |names: &str| {
        vec![
            origin("https://tenant-0.example.com"),
            line("access-control-request-method", "PUT"),
            line("access-control-request-headers", names),
        ]
    };
    let rows = [
        ("no origin", vec![]),
        ("allowed", vec![origin("https://tenant-0.example.com")]),
        ("a subdomain", vec![origin("https://a.tenant-0.example.com")]),
        ("refused", vec![origin("https://evil.example")]),
        ("64 KiB of origin", vec![origin(&kib("https://a."))]),
        ("an origin of dots", vec![origin(&format!("https://{}", "a.".repeat(250)))]),
        ("three origins", vec![origin("https://tenant-0.example.com"); 3]),
        ("bytes over 0x7F", vec![b"origin: \x80\xFF".to_vec()]),
        ("preflight", preflight("content-type,x")),
        ("refused preflight", preflight("x,y")),
        ("commas", preflight(&kib(","))),
        ("one-letter names", preflight(&kib("x,y,"))),
        ("distinct names", preflight(&distinct.join(","))),
        ("one allowed name", preflight(&kib("content-type,"))),
        ("a list of one-letter names that is read", preflight(&"x,".repeat(2000))),
    ];
    rows.into_iter()
        .flat_map(|(what, lines)| {
            let of = |method| request_of_bytes(method, lines.iter().map(Vec::as_slice));
            [(what, of("GET")), (what, of("OPTIONS"))]
        })
        .collect()
}

#[test]
fn deciding_allocates_nothing() {
    let requests = requests();
    let mut decided = [0; 4];
    for policy in policies() {
        for (what, request) in &requests {
            let mut kind = 0;
            let allocated = measure(|| {
                kind = match policy.decide(request) {
                    Decision::NotCors => 0,
                    Decision::Simple => 1,
                    Decision::Preflight => 2,
                    Decision::Reject(_) => 3,
                }
            });
            assert_eq!(allocated.count_total, 0, "{what}");
            decided[kind] += 1;
        }
    }
    assert!(decided.iter().all(|count| *count > 0), "a kind of decision is missing: {decided:?}");
}

/// If the handler sets no `Vary`, every value is prepared: a selector's together with the policy's
/// after its first use.
#[test]
fn writing_allocates_nothing() {
    let also = VaryNames::new([HOST]);
    for policy in policies() {
        for method in ["GET", "OPTIONS"] {
            let request = request(method, &["origin: https://tenant-0.example.com"]);
            let exchange = policy.begin(&request).without_asking();
            for exchange in [exchange.clone(), exchange.vary_also(also.clone())] {
                exchange.clone().write(&mut HeaderMap::new());
                let mut headers = HeaderMap::with_capacity(16);
                let allocated = measure(|| exchange.write(&mut headers));
                assert_eq!(allocated.count_total, 0, "{headers:?}");
            }
        }
    }
}

/// What several policies cost beyond the one that decides: nothing.
#[test]
fn choosing_the_first_that_allows_allocates_nothing() {
    type Select = dyn Fn(&()) -> Option<Policy>;
    let listed = |origin: &str| {
        let policy = Policy::builder().allow_origins([origin, "https://other.test"]);
        policy.allow_origin_if_reading(["x-a"], |_, _| false).build().unwrap()
    };
    let policies = [listed("https://a.test"), listed("https://b.test"), Policy::public()];
    let source = Source::<HeaderValue, Select>::first_allowing(&policies).unwrap();
    for method in ["GET", "OPTIONS"] {
        for origin in ["https://a.test", "https://b.test", "https://c.test", "http://c.test"] {
            let request = request(method, &[&format!("origin: {origin}")]);
            let respond = |headers: &mut HeaderMap| {
                source.begin(&request, |_, _| None).without_asking().write(headers);
            };
            // `Vary` of these policies is prepared on first use.
            respond(&mut HeaderMap::new());
            let mut headers = HeaderMap::with_capacity(16);
            let allocated = measure(|| respond(&mut headers));
            assert_eq!(allocated.count_total, 0, "{method} {origin} {headers:?}");
        }
    }
}

/// An observer of an allowed request costs no memory.
#[test]
fn observing_an_allowed_request_allocates_nothing() {
    type Select = dyn Fn(&()) -> Option<Policy>;
    let policy = Policy::builder().allow_origins(["https://a.test", "https://b.test"]);
    let source = Source::<HeaderValue, Select>::fixed(policy.build().unwrap());
    let source = source.observe(|decided| assert!(decided.is_allowed()));
    let request = request("GET", &["origin: https://a.test"]);
    let respond = |headers: &mut HeaderMap| {
        source.begin(&request, |_, _| None).without_asking().write(headers);
    };
    // The first clone of the request's origin moves it to the heap.
    respond(&mut HeaderMap::new());
    let mut headers = HeaderMap::with_capacity(16);
    let allocated = measure(|| respond(&mut headers));
    assert_eq!(allocated.count_total, 0);
}

/// An origin may cost 32 bytes in addition to its text, including the config that the policy
/// returns.
#[test]
fn origins_are_kept_small() {
    for (count, of) in [(1_000_000, exact as fn(usize) -> String), (100_000, subdomains)] {
        let names: Vec<String> = (0..count).map(of).collect();
        let text: usize = names.iter().map(String::len).sum();
        let config = cors_core::Config::new(names.iter().map(String::as_str));
        let mut policy = None;
        let allocated = measure(|| policy = Some(Policy::new(&config).unwrap()));
        let kept = usize::try_from(allocated.bytes_current).unwrap();
        assert!(kept > text, "nothing was measured");
        assert!(
            kept <= text + 32 * count,
            "{} bytes per origin in addition to its text",
            (kept - text) / count
        );
        assert_eq!(policy.unwrap().config().allow_origins.len(), count);
    }
}
