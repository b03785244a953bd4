//! Swapping a policy.

use cors_core::adapter::Begun;
use cors_core::{Handle, Policy};
use http::{HeaderMap, HeaderValue, Request};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

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

/// Freeing a long policy takes a while, and no request waits for it.
#[test]
fn the_old_policy_is_freed_outside_the_lock() {
    struct LoadsWhenFreed(Handle, Sender<bool>);
    impl Drop for LoadsWhenFreed {
        fn drop(&mut self) {
            let (handle, sender) = (self.0.clone(), self.1.clone());
            let loading = thread::spawn(move || allowed(begin(&handle.load(), "https://new.test")));
            let _ = sender.send(loading.join().unwrap());
        }
    }

    let handle = Handle::new(policy("https://first.test"));
    let (sender, loaded) = mpsc::channel();
    let held = LoadsWhenFreed(handle.clone(), sender);
    handle.store(
        Policy::builder()
            .allow_origin_if(move |_| matches!(&held, LoadsWhenFreed(..)))
            .build()
            .unwrap(),
    );

    let storing = thread::spawn(move || handle.store(policy("https://new.test")));

    assert_eq!(loaded.recv_timeout(Duration::from_secs(30)), Ok(true));
    storing.join().unwrap();
}
