//! Runs `tenants_ask` with each available database.

use std::net::SocketAddr;
use std::process::Command;

use crate::client::{ALLOW_ORIGIN, start};
use crate::database::{break_down, databases, mend};
use examples::tenants::Tenants;
use xtask::client::{Request, Response, send};

const ACME: &str = "https://app.acme.example";
const GLOBEX: &str = "https://app.globex.example";
const NEW: &str = "https://new.acme.example";

fn at(addr: SocketAddr, host: &str, origin: &str, method: &str, target: &str) -> Response {
    let (method, asked) = if method == "OPTIONS" { (method, "PUT") } else { (method, "") };
    let mut headers = vec![("Host", host), ("Origin", origin)];
    if !asked.is_empty() {
        headers.push(("Access-Control-Request-Method", asked));
    }
    send(addr, Request { method, target, headers: &headers }).unwrap()
}

fn may_read(addr: SocketAddr, host: &str, origin: &str) -> bool {
    let response = at(addr, host, origin, "GET", "/");
    assert_eq!(response.status(), 200);
    // The database is not asked about `http:` origins: with credentials, no host allows them.
    let vary = if origin.starts_with("http:") { "Origin" } else { "Origin, Host" };
    assert_eq!(response.header("vary"), Some(vary));
    match response.header(ALLOW_ORIGIN) {
        Some(allowed) => allowed == origin,
        None => false,
    }
}

#[tokio::test]
async fn each_tenant_reads_at_its_own_host() {
    for url in databases("ask_hosts").await {
        let (_running, addr) = start(Command::new(env!("CARGO_BIN_EXE_tenants_ask")).arg(&url));
        for (host, origin, allowed) in [
            ("acme.example", ACME, true),
            ("ACME.example:8443", ACME, true),
            ("globex.example", ACME, false),
            ("globex.example", GLOBEX, true),
            ("acme.example", "http://app.acme.example", false),
            ("acme.example", "https://evil.example", false),
        ] {
            assert_eq!(may_read(addr, host, origin), allowed, "{url}: {host} {origin}");
            let missing = at(addr, host, origin, "GET", "/missing");
            assert_eq!(missing.status(), 404);
            assert_eq!(missing.header(ALLOW_ORIGIN), allowed.then_some(origin), "{url}");
            let preflight = at(addr, host, origin, "OPTIONS", "/");
            assert_eq!(preflight.status(), if allowed { 204 } else { 403 }, "{preflight:?}");
            let methods = preflight.header("access-control-allow-methods");
            assert_eq!(methods.is_some_and(|methods| methods.contains("PUT")), allowed);
        }
    }
}

#[tokio::test]
async fn without_the_database_what_is_not_known_is_a_no() {
    for url in databases("ask_down").await {
        let (running, addr) = start(Command::new(env!("CARGO_BIN_EXE_tenants_ask")).arg(&url));
        assert!(may_read(addr, "acme.example", ACME));
        // A new origin works at once.
        let tenants = Tenants::open(&url).await.unwrap();
        tenants.add("acme.example", NEW).await.unwrap();

        break_down(&url).await;
        assert!(may_read(addr, "acme.example", ACME), "{url}: it was known");
        assert!(!may_read(addr, "acme.example", NEW), "{url}");
        let told = running.next_err().unwrap();
        assert!(told.starts_with(&format!("no answer about {NEW}: ")), "{told}");

        mend(&url).await;
        assert!(may_read(addr, "acme.example", NEW), "{url}: an error is not kept");

        // A cached answer stays for a while.
        tenants.remove("acme.example", NEW).await.unwrap();
        assert!(may_read(addr, "acme.example", NEW), "{url}");
    }
}
