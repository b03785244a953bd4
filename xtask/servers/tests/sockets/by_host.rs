//! Servers with a policy per host, all three in one process, over real sockets.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::support::servers;
use cors_core::Policy;
use servers::{Hosts, Policies};
use xtask::client::{Request, Response, send};

fn policy(origin: &str) -> Policy {
    Policy::builder().allow_origins([origin, "https://both.example"]).build().unwrap()
}

fn ask(addr: SocketAddr, method: &str, target: &str, headers: &[(&str, &str)]) -> Response {
    send(addr, Request { method, target, headers }).unwrap()
}

#[test]
fn each_host_has_its_policy() {
    let hosts = Arc::new(Hosts::new());
    hosts.set("one.test", policy("https://one.example"));
    hosts.set("Two.test", policy("https://two.example"));
    assert_eq!(hosts.get("two.TEST"), Some(policy("https://two.example")));
    assert_eq!(hosts.get("three.test"), None);
    for (adapter, addr) in servers(&Policies::ByHost(Arc::clone(&hosts))) {
        let allowed = |host, origin: &str| {
            let headers = [("Host", host), ("Origin", origin)];
            let response = ask(addr, "GET", "/cached", &headers);
            response.header("access-control-allow-origin").map(str::to_owned)
        };
        let (one, two) = ("https://one.example", "https://two.example");
        for (host, origin, allows) in [
            ("one.test", one, true),
            ("one.test", two, false),
            ("ONE.test:8080", one, true),
            ("two.test:1", one, false),
            ("two.test:1", two, true),
            ("three.test", one, false),
            ("three.test", two, false),
        ] {
            let wanted = allows.then(|| origin.to_owned());
            assert_eq!(allowed(host, origin), wanted, "{adapter:?}: {host}, {origin}");
        }
        // Without a policy, not even preflights get an answer.
        let preflight = [("Origin", one), ("Access-Control-Request-Method", "PUT")];
        for (host, status) in [("one.test", 204), ("three.test", 405)] {
            let headers = [&preflight[..], &[("Host", host)]].concat();
            let response = ask(addr, "OPTIONS", "/echo", &headers);
            assert_eq!(response.status(), status, "{adapter:?}: {host}");
        }
        // A policy set while the server runs is in force for the next request.
        hosts.set("late.test", policy(one));
        assert_eq!(allowed("late.test", one).as_deref(), Some(one));
        hosts.set("late.test", policy(two));
        assert_eq!(allowed("late.test", one), None);
    }
}

#[test]
fn an_answer_is_what_the_query_says() {
    let hosts = Arc::new(Hosts::new());
    hosts.set("a.test", policy("https://one.example"));
    for (adapter, addr) in servers(&Policies::ByHost(hosts)) {
        let answer = |method: &str, query: &str| {
            let headers = [("Host", "a.test"), ("Origin", "https://one.example")];
            ask(addr, method, &format!("/answer{query}"), &headers)
        };
        for method in ["GET", "PURGE", "OPTIONS"] {
            let plain = answer(method, "");
            assert_eq!((plain.status(), &*plain.text()), (200, "answer"), "{adapter:?} {method}");
            assert_eq!(plain.header("content-type"), None, "{adapter:?}");
        }

        let query = "?id=7&status=307&location=http%3A%2F%2Fb.test%2Fx%3Fy&header=x-a:1&header=x-a:%202&body=a%26b+c";
        let full = answer("POST", query);
        assert_eq!((full.status(), &*full.text()), (307, "a&b c"), "{adapter:?}");
        assert_eq!(full.header("location"), Some("http://b.test/x?y"));
        assert_eq!(full.values("x-a").collect::<Vec<_>>(), ["1", "2"], "{adapter:?}");
        assert_eq!(full.header("access-control-allow-origin"), Some("https://one.example"));

        // The policy's value replaces the handler's.
        let own = answer("GET", "?header=access-control-allow-origin:*&status=404");
        assert_eq!(own.status(), 404);
        assert_eq!(own.header("access-control-allow-origin"), Some("https://one.example"));

        let none = answer("GET", "?status=204&body=x");
        assert_eq!((none.status(), none.header("content-length")), (204, None), "{adapter:?}");

        let began = Instant::now();
        assert_eq!(answer("GET", "?delay_ms=150").status(), 200);
        assert!(began.elapsed() >= Duration::from_millis(150), "{adapter:?}");

        for query in ["?status=100", "?status=x", "?header=x-a", "?header=%20:1", "?location=%0A"] {
            assert_eq!(answer("GET", query).status(), 400, "{adapter:?} {query}");
        }
    }
}

#[test]
fn under_one_policy_there_is_no_answer() {
    for (adapter, addr) in servers(&Policies::One(policy("https://one.example"))) {
        for host in ["a.test", "b.test"] {
            let headers = [("Host", host), ("Origin", "https://one.example")];
            let response = ask(addr, "GET", "/answer?status=200", &headers);
            assert_eq!(response.status(), 404, "{adapter:?}");
            assert_eq!(response.header("access-control-allow-origin"), Some("https://one.example"));
        }
    }
}
