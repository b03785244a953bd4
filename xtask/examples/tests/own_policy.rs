//! Tests for your own policy file: laws about what `policy.toml` must never allow, and a property of
//! your own. Copy this next to your policy and edit it.

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
    /// Fetches similar to ours, with a changed letter or an added header: every one that succeeds
    /// comes from one of our pages and uses one of our methods.
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
