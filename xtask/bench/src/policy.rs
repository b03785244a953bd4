//! The same policy for our layer and for each peer.

use std::collections::{HashMap, HashSet};
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use cors_core::{DisallowedOrigin, OriginEntry, Policy};
use foldhash::fast::RandomState;
use http::{HeaderName, HeaderValue, Method};
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::{Anchored, MatchKind};

use crate::rows::PolicyKind::{self, Any, AnyHeader, Echo, Forbid, Origins, Regex, Subdomains};

/// Methods, in the order in which our policies list them.
pub const METHODS: [&str; 5] = ["PUT", "DELETE", "GET", "HEAD", "POST"];

/// Request headers.
pub const HEADERS: [&str; 3] = ["content-type", "authorization", "x-request-id"];

const EXPOSED: [&str; 1] = ["x-request-id"];
const MAX_AGE: Duration = Duration::from_secs(600);
const REGEX: &str = r"https://pr-[0-9]+\.example\.com";

/// The origins of a policy, or the domains whose subdomains it allows: in random order, with different lengths.
pub fn entries(kind: PolicyKind) -> Vec<String> {
    let labels = |n, last: &str| (1..n).map(label).chain([last.to_owned()]);
    match kind {
        Origins(n) | Forbid(n) | AnyHeader(n) => {
            labels(n, "app").map(|label| format!("https://{label}.example.com")).collect()
        }
        Subdomains(n) => labels(n, "example").map(|label| label + ".com").collect(),
        Regex | Any | Echo => Vec::new(),
    }
}

/// A different label for each number.
fn label(i: usize) -> String {
    // Steps of splitmix64, which reaches every number once.
    let mut z = (i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z ^= z >> 27;
    format!("{}-{i}{}", char::from(b'a' + (z >> 40) as u8 % 26), "x".repeat((z % 12) as usize))
}

/// Our policy, and its entries for a handwritten search.
type Built = (Policy, HashSet<Vec<u8>, RandomState>);

/// Built once per process.
pub fn built(kind: PolicyKind) -> &'static Built {
    static BUILT: LazyLock<Mutex<HashMap<PolicyKind, &Built>>> = LazyLock::new(Mutex::default);
    BUILT.lock().expect("no holder panics").entry(kind).or_insert_with(|| {
        let entries = entries(kind).into_iter().map(String::into_bytes).collect();
        Box::leak(Box::new((build(kind), entries)))
    })
}

/// Our policy.
pub fn ours(kind: PolicyKind) -> Policy {
    built(kind).0.clone()
}

fn build(kind: PolicyKind) -> Policy {
    let headers = if matches!(kind, AnyHeader(_)) { &["*"] } else { &HEADERS[..] };
    let policy = Policy::builder()
        .allow_methods(&METHODS[..2])
        .allow_headers(headers)
        .expose_headers(EXPOSED)
        .allow_credentials(kind != Any)
        .max_age(MAX_AGE);
    let policy = match kind {
        Origins(_) | AnyHeader(_) => policy.allow_origins(entries(kind)),
        Forbid(_) => {
            policy.allow_origins(entries(kind)).disallowed_origin(DisallowedOrigin::Forbid)
        }
        Subdomains(_) => {
            policy.allow_origins(entries(kind).iter().map(|domain| format!("https://*.{domain}")))
        }
        Regex => policy.allow_origins([OriginEntry::regex(REGEX)]),
        Any => policy.allow_origins(["*"]),
        Echo => policy.allow_origins(["*"]).danger(|danger| danger.reflect_any_origin = true),
    };
    policy.build().expect("it has no errors")
}

/// The regular expression, compiled by hand.
#[derive(Clone)]
pub struct OriginRegex(dense::DFA<Vec<u32>>, StateID);

impl OriginRegex {
    /// Compiles it.
    pub fn new() -> Self {
        let config = dense::Config::new()
            .accelerate(false)
            .match_kind(MatchKind::All)
            .start_kind(StartKind::Anchored);
        let dfa = dense::Builder::new().configure(config).build(REGEX).expect("it is well-formed");
        let start = dfa.universal_start_state(Anchored::Yes).expect("it does not look behind");
        Self(dfa, start)
    }

    /// Whether it matches all of the text.
    #[inline]
    pub fn is_match(&self, text: &[u8]) -> bool {
        let mut state = self.1;
        for byte in text {
            state = self.0.next_state(state, *byte);
            if self.0.is_dead_state(state) {
                return false;
            }
        }
        self.0.is_match_state(self.0.next_eoi_state(state))
    }
}

/// A handwritten check whether a policy without a list allows an origin.
fn predicate(kind: PolicyKind) -> impl Fn(&[u8]) -> bool + Send + Sync + 'static {
    let regex = OriginRegex::new();
    let suffixes: Vec<String> = entries(kind).iter().map(|domain| format!(".{domain}")).collect();
    move |origin: &[u8]| match kind {
        Regex => regex.is_match(origin),
        _ => {
            origin.starts_with(b"https://")
                && suffixes.iter().any(|suffix| origin.ends_with(suffix.as_bytes()))
        }
    }
}

/// `tower-http`'s layer, or why it cannot have the policy.
pub fn tower_http(kind: PolicyKind) -> Result<tower_http::cors::CorsLayer, &'static str> {
    use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};
    let value = |text: String| HeaderValue::try_from(text).expect("it is visible ASCII");
    let origin = match kind {
        Origins(_) | AnyHeader(_) => AllowOrigin::list(entries(kind).into_iter().map(value)),
        Forbid(_) => return Err("it never refuses"),
        Subdomains(_) | Regex => {
            let is_allowed = predicate(kind);
            AllowOrigin::predicate(move |origin, _| is_allowed(origin.as_bytes()))
        }
        Any => AllowOrigin::any(),
        Echo => AllowOrigin::mirror_request(),
    };
    let headers = match kind {
        AnyHeader(_) => AllowHeaders::mirror_request(),
        _ => AllowHeaders::list(HEADERS.map(HeaderName::from_static)),
    };
    Ok(CorsLayer::new()
        .allow_origin(origin)
        .allow_methods(METHODS.map(|name| Method::try_from(name).expect("it is a token")))
        .allow_headers(headers)
        .expose_headers(EXPOSED.map(HeaderName::from_static))
        .allow_credentials(kind != Any)
        .max_age(MAX_AGE))
}

/// `actix-cors`'s middleware.
pub fn actix_cors(kind: PolicyKind) -> actix_cors::Cors {
    let cors = actix_cors::Cors::default()
        .allowed_methods(METHODS)
        .expose_headers(EXPOSED)
        .max_age(MAX_AGE.as_secs() as usize)
        .block_on_origin_mismatch(matches!(kind, Forbid(_)));
    let cors = match kind {
        AnyHeader(_) => cors.allow_any_header(),
        _ => cors.allowed_headers(HEADERS),
    };
    let cors = match kind {
        Origins(_) | Forbid(_) | AnyHeader(_) => {
            entries(kind).iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
        }
        Subdomains(_) | Regex => {
            let is_allowed = predicate(kind);
            cors.allowed_origin_fn(move |origin, _| is_allowed(origin.as_bytes()))
        }
        Any => return cors.allow_any_origin().send_wildcard(),
        Echo => cors.allow_any_origin(),
    };
    cors.supports_credentials()
}

/// warp's wrapper, or why it cannot have the policy.
pub fn warp_cors(kind: PolicyKind) -> Result<warp::cors::Builder, &'static str> {
    let cors = warp::cors()
        .allow_methods(METHODS)
        .allow_headers(HEADERS)
        .expose_headers(EXPOSED)
        .allow_credentials(kind != Any)
        .max_age(MAX_AGE);
    match kind {
        // It always refuses disallowed origins.
        Origins(_) | Forbid(_) => Ok(cors.allow_origins(entries(kind).iter().map(String::as_str))),
        Any | Echo => Ok(cors.allow_any_origin()),
        Subdomains(_) => Err("it has no patterns"),
        Regex => Err("it has no regular expressions"),
        AnyHeader(_) => Err("it takes only listed headers"),
    }
}
