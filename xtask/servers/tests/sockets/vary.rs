//! `Vary` over real sockets: always one line, whatever the handler sets.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::support::servers;
use cors_core::Policy;
use servers::{Hosts, Policies};
use url::form_urlencoded;
use xtask::client::{Connection, Request};
use xtask::options::Adapter;

/// Lines that handlers may set. Clients cannot see spaces around a value.
const LINES: [&str; 14] = [
    "Accept-Encoding",
    "accept-encoding,ACCEPT",
    "a ,\tb",
    "Origin",
    "x, ORIGIN",
    "X-Origin",
    "*",
    "x, *",
    "* *",
    "",
    ",",
    ",x,,",
    "\u{e9}",
    "x;y=\"Origin, z\"",
];

fn elements(line: &str) -> Vec<String> {
    let elements = line.split(',').map(|element| element.trim().to_owned());
    elements.filter(|element| !element.is_empty()).collect()
}

/// Checks the single line that results from the handler's lines.
fn is_right(handler: &[&str], got: &str) -> bool {
    let theirs = elements(&handler.join(","));
    if handler.len() > 1 && handler.contains(&"*") {
        return got == "*";
    }
    let has = |name: &str| theirs.iter().any(|listed| listed.eq_ignore_ascii_case(name));
    if has("*") || has("Origin") {
        return if let [one] = handler { got == *one } else { elements(got) == theirs };
    }
    elements(got) == [&theirs[..], &["Origin".to_owned()]].concat()
}

/// All lists of up to two lines, and those of two with a third.
fn handlers() -> Vec<Vec<&'static str>> {
    let one = LINES.iter().map(|line| vec![*line]);
    let two = LINES.iter().flat_map(|first| LINES.map(|second| vec![*first, second]));
    let three = two.clone().map(|lines| [lines, vec!["third"]].concat());
    [vec![]].into_iter().chain(one).chain(two).chain(three).collect()
}

fn check(adapter: Adapter, addr: SocketAddr) {
    let mut connection = Connection::open(addr).unwrap();
    for handler in handlers() {
        let mut query = form_urlencoded::Serializer::new("/answer?".to_owned());
        for line in &handler {
            query.append_pair("header", &format!("vary:{line}"));
        }
        let target = query.finish();
        let headers = [("Origin", "https://a.example")];
        let request = Request { method: "GET", target: &target, headers: &headers };
        let answer = connection.send(request).unwrap();
        assert_eq!(answer.status(), 200, "{target}");
        let got: Vec<_> = answer.values("vary").collect();
        let right = matches!(got[..], [one] if is_right(&handler, one));
        assert!(right, "{adapter:?}: {handler:?} -> {got:?}");
    }
}

#[test]
fn one_line_whatever_the_handler_set() {
    let policy = Policy::builder().allow_origins(["https://a.example", "https://b.example"]);
    let hosts = Arc::new(Hosts::new());
    hosts.set("127.0.0.1", policy.build().unwrap());
    for (adapter, addr) in servers(&Policies::ByHost(hosts)) {
        check(adapter, addr);
    }
}
