//! Tests of a policy file of one's own: what `policy.toml` must never let happen, law by law, and a
//! property of our own. Copy this beside a policy, and edit it.

use std::time::Duration;

use cors_core::browser::{Browser, CredentialsMode, Fetch, serve};
use cors_core::file::{Format, check};
use cors_core::{Policy, laws, strategies};
use http::Response;
use proptest::prelude::*;

const APP: &str = "https://app.example.com";
const API: &str = "https://api.example.com/items/7";

fn policy() -> Policy {
    let report = check(include_str!("../policy.toml"), Format::Toml);
    assert!(report.findings().is_empty(), "{report}");
    report.into_policy().unwrap()
}

#[test]
fn only_our_own_pages_can_read() {
    let policy = policy();
    laws::only_these_origins_can_read(&policy, [APP, "https://*.preview.example.com"]);
    laws::no_origin_outside(&policy, ["example.com"]);
    laws::credentials_never_without_tls(&policy);
}

#[test]
fn our_app_can_do_what_it_does() {
    let policy = policy();
    let with_cookies = Fetch::new(APP, API).credentials(CredentialsMode::Include);
    for method in ["GET", "PUT", "DELETE"] {
        let json = with_cookies.clone().header("content-type", "application/json");
        laws::readable(&policy, &json.method(method));
    }
    laws::readable(&policy, &with_cookies.clone().header("authorization", "Bearer token"));
    laws::not_readable(&policy, &with_cookies.header("x-debug", "1"));
}

proptest! {
    /// Fetches like ours, a letter changed here or a header added there: whatever gets through
    /// is from a page of ours, and has a method that we have.
    #[test]
    fn what_gets_through_is_ours(fetch in strategies::fetches_near(&policy())) {
        let prepared = policy();
        let mut reached = Vec::new();
        let ended = Browser::new().fetch(&fetch, Duration::ZERO, |request| {
            serve(&prepared, request, |request| {
                reached.push(request.method().to_string());
                Response::new(())
            })
        });
        let host = fetch.serialized_origin();
        let same_origin = fetch.url.starts_with(&host);
        if ended.verdict.is_readable() && !same_origin {
            prop_assert!(host.ends_with(".example.com"), "{fetch}");
            for method in reached {
                prop_assert!(["GET", "HEAD", "POST", "PUT", "DELETE"].contains(&method.as_str()), "{fetch}");
            }
        }
    }
}
