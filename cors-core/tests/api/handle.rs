//! Swapping a policy.

use cors_core::adapter::Begun;
use cors_core::{Handle, Policy};
use http::{HeaderMap, HeaderValue, Request};

fn policy(origin: &str) -> Policy {
    Policy::builder().allow_origins([origin, "https://other.test"]).build().unwrap()
}

/// Begins a request from `origin`.
fn begin(policy: &Policy, origin: &'static str) -> Begun<HeaderValue> {
    policy.begin(&Request::get("/").header("origin", origin).body(()).unwrap())
}

fn allowed(begun: Begun<HeaderValue>) -> bool {
    let mut headers = HeaderMap::new();
    begun.without_asking().write(&mut headers);
    headers.contains_key("access-control-allow-origin")
}

#[test]
fn requests_end_under_the_policy_they_began_with() {
    let handle = Handle::new(policy("https://old.test"));
    let elsewhere = handle.clone();
    let before = handle.load();
    let begun = begin(&before, "https://old.test");

    elsewhere.store(policy("https://new.test"));

    assert!(allowed(begun));
    assert!(allowed(begin(&before, "https://old.test")));
    assert!(!allowed(begin(&handle.load(), "https://old.test")));
    assert!(allowed(begin(&handle.load(), "https://new.test")));
}
