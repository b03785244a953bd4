//! Whole decisions, and the responses that they lead to.

use super::choice_and_lines;
use super::matches;
use crate::RefusedPreflight;
use crate::adapter::RequestHeader;
use crate::origin::pattern::Pattern;
use crate::{Config, Danger, Decision, DisallowedOrigin, OriginEntry, Policy, Reason};
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD,
    HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN,
};
use http::{Method, Request};
use std::sync::LazyLock;

static CONFIGS: LazyLock<[Config; 8]> = LazyLock::new(|| {
    let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let all = Danger { reflect_any_origin: true, allow_null_origin: true, ..Danger::default() };
    [
        Config::new(["https://a.test"]),
        Config { allow_methods: list(&["*"]), allow_headers: list(&["*"]), ..Config::new(["*"]) },
        Config {
            allow_methods: list(&["*"]),
            allow_headers: list(&["*"]),
            allow_credentials: true,
            danger: all,
            ..Config::new(["*"])
        },
        Config {
            allow_methods: list(&["PUT", "patch"]),
            allow_headers: list(&["content-type", "X-A"]),
            allow_credentials: true,
            ..Config::new(["https://*.a.test", "http://localhost:*"])
        },
        Config {
            allow_methods: list(&["PUT"]),
            disallowed_origin: DisallowedOrigin::Forbid,
            refused_preflight: RefusedPreflight::Conceal,
            danger: Danger { allow_null_origin: true, ..Danger::default() },
            ..Config::new(["https://b.test", "null"])
        },
        Config {
            allow_methods: list(&["*", "PUT"]),
            allow_headers: list(&["*", "authorization"]),
            ..Config::new([OriginEntry::regex("https://pr-[0-9]+\\.a\\.test")])
        },
        Config {
            allow_headers: list(&["x-a", "x-b"]),
            preflight_continue: true,
            allow_private_network: true,
            ..Config::new(["https://a.test", "https://*.b.test:*"])
        },
        Config {
            allow_methods: list(&["*"]),
            preflight_status: Some(200),
            expose_headers: list(&["x-id"]),
            ..Config::new(["https://a.test", "https://a.test:8443"])
        },
    ]
});

static POLICIES: LazyLock<Vec<Policy>> = LazyLock::new(|| {
    let build = |config: &Config| Policy::new(config).expect("each config is valid");
    CONFIGS.iter().map(build).collect()
});

/// The first byte selects a policy. The first line is the method, and each other line is a header:
/// a letter for its name, and its value.
///
/// The response lets a browser go on if and only if the decision says so. It names no origin except
/// the request's or the policy's only one, and never `*` with credentials.
pub fn decision(bytes: &[u8]) {
    let Some((choice, mut lines)) = choice_and_lines(bytes) else { return };
    let Some(request) = request(&mut lines) else { return };
    let index = usize::from(choice) % CONFIGS.len();
    let (config, policy) = (&CONFIGS[index], &POLICIES[index]);

    let decision = policy.decide(&request);
    let exchange = policy.begin(&request).without_asking();
    let status = exchange.short_circuit();
    let mut response = HeaderMap::new();
    exchange.write(&mut response);

    let mut origins = request.headers().get_all(ORIGIN).iter();
    let one = origins.next().filter(|_| origins.next().is_none());
    let named = response.get(ACCESS_CONTROL_ALLOW_ORIGIN);
    if let Some(named) = named {
        let only = match &config.allow_origins[..] {
            [OriginEntry::Pattern(text)] => Some(text.as_bytes()),
            _ => None,
        };
        let is_only = only == Some(named.as_bytes());
        assert!(is_only || one == Some(named), "{named:?} for {request:?}");
    }
    let credentials = response.contains_key(ACCESS_CONTROL_ALLOW_CREDENTIALS);
    assert_eq!(credentials, config.allow_credentials && named.is_some());
    assert!(!credentials || response.values().all(|value| value != "*"), "{response:?}");

    let allowed = one.is_some_and(|one| allows_origin(config, one.as_bytes()));
    let refused = matches!(
        decision,
        Decision::Reject(
            Reason::OriginNotAllowed(_) | Reason::OriginMalformed(_) | Reason::OriginRepeated
        )
    );
    if one.is_some() && decision != Decision::NotCors {
        assert_eq!(!refused, allowed, "{decision:?} of {request:?}");
    }
    let asked = request.headers().get(ACCESS_CONTROL_REQUEST_METHOD);
    let is_preflight = request.method() == Method::OPTIONS && asked.is_some();
    match decision {
        Decision::Simple => {
            assert!(passes(one, named) && !is_preflight, "{request:?}: {response:?}");
            assert_eq!(status, None);
        }
        Decision::Preflight => {
            let asked = asked.expect("a preflight names a method");
            assert!(passes(one, named), "{request:?}: {response:?}");
            assert!(passes_preflight(&request, asked, &response), "{request:?}: {response:?}");
            let wanted =
                (!config.preflight_continue).then(|| config.preflight_status.unwrap_or(204));
            assert_eq!(status.map(|status| status.as_u16()), wanted);
        }
        Decision::Reject(reason) if is_preflight => {
            assert!(status.is_some(), "{reason:?} reaches the handler");
        }
        Decision::Reject(_) => assert!(!passes(one, named), "{request:?}: {response:?}"),
        Decision::NotCors => assert_eq!(status, None),
    }
}

/// `None` if HTTP cannot carry it.
fn request<'b>(lines: &mut impl Iterator<Item = &'b [u8]>) -> Option<Request<()>> {
    const NAMES: [HeaderName; 6] = [
        ORIGIN,
        ACCESS_CONTROL_REQUEST_METHOD,
        ACCESS_CONTROL_REQUEST_HEADERS,
        HeaderName::from_static(RequestHeader::RequestPrivateNetwork.as_str()),
        HeaderName::from_static(RequestHeader::FetchSite.as_str()),
        HOST,
    ];
    let mut request = Request::new(());
    *request.method_mut() = Method::from_bytes(lines.next()?).ok()?;
    for line in lines {
        let (letter, value) = line.split_first()?;
        let name = b"omhpsa".iter().position(|known| known == letter)?;
        request.headers_mut().append(&NAMES[name], HeaderValue::from_bytes(value).ok()?);
    }
    Some(request)
}

/// By the definition of patterns, without the compiled set.
fn allows_origin(config: &Config, origin: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(origin) else {
        return !config.allow_credentials && config.allow_origins == ["*".into()];
    };
    config.allow_origins.iter().any(|entry| match entry {
        OriginEntry::Pattern(any) if any == "*" && !config.allow_credentials => true,
        OriginEntry::Pattern(any) if any == "*" => {
            text == "null" || crate::Origin::parse(origin).is_ok()
        }
        OriginEntry::Pattern(pattern) => {
            matches(&Pattern::parse(pattern).expect("the policy was built"), text)
        }
        OriginEntry::Regex(_) => {
            let number = text.strip_prefix("https://pr-").and_then(|t| t.strip_suffix(".a.test"));
            text.len() <= crate::MAX_ORIGIN_LEN
                && number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
        }
    })
}

/// [Fetch, CORS check](https://fetch.spec.whatwg.org/#concept-cors-check), for one origin. `*`
/// allows any value of the header, even several.
fn passes(origin: Option<&HeaderValue>, named: Option<&HeaderValue>) -> bool {
    named.is_some_and(|named| named == "*" || Some(named) == origin)
}

/// [Fetch, CORS-preflight fetch, 7](https://fetch.spec.whatwg.org/#cors-preflight-fetch). The
/// request has no credentials if the policy has none.
fn passes_preflight(request: &Request<()>, method: &HeaderValue, response: &HeaderMap) -> bool {
    let with_credentials = response.contains_key(ACCESS_CONTROL_ALLOW_CREDENTIALS);
    let list = |headers: &HeaderMap, name: HeaderName| -> Vec<Vec<u8>> {
        let lines = headers.get_all(name).iter();
        let names = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
        names.map(|name| name.trim_ascii().to_vec()).filter(|name| !name.is_empty()).collect()
    };
    let methods = list(response, ACCESS_CONTROL_ALLOW_METHODS);
    let names = list(response, ACCESS_CONTROL_ALLOW_HEADERS);
    let any = |list: &[Vec<u8>]| !with_credentials && list.iter().any(|name| name == b"*");
    let is_allowed = |name: &Vec<u8>| {
        names.iter().any(|listed| listed.eq_ignore_ascii_case(name))
            || any(&names) && !name.eq_ignore_ascii_case(b"authorization")
    };
    let method = method.as_bytes();
    (matches!(method, b"GET" | b"HEAD" | b"POST")
        || any(&methods)
        || methods.iter().any(|m| m == method))
        && list(request.headers(), ACCESS_CONTROL_REQUEST_HEADERS).iter().all(is_allowed)
}
