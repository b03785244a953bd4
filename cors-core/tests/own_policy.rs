//! The README's test of a policy, unchanged.
#![cfg(feature = "strategies")]

use cors_core::browser::{CredentialsMode, Fetch};
use cors_core::{Policy, laws};

#[test]
fn only_our_own_pages_can_read() {
    let app = "https://app.example.com";
    let policy = Policy::builder().allow_origins([app]).allow_credentials(true).build().unwrap();
    laws::only_these_origins_can_read(&policy, [app]);
    laws::credentials_never_without_tls(&policy);
    let get = Fetch::new(app, "https://api.example.com/").credentials(CredentialsMode::Include);
    laws::readable(&policy, &get);
}
