//! Runs `warp_wrappers` both ways.

use std::net::SocketAddr;
use std::process::Command;

use crate::client::{ALLOW_ORIGIN, APP, allows_one_and_no_other, get, start};
use xtask::client::{Request, Response, send};
use xtask::running::Running;

fn warp_wrappers(place: &str) -> (Running, SocketAddr) {
    start(Command::new(env!("CARGO_BIN_EXE_warp_wrappers")).arg(place))
}

fn delete(addr: SocketAddr, target: &str) -> Response {
    send(addr, Request { method: "DELETE", target, headers: &[("Origin", APP)] }).unwrap()
}

#[test]
fn both_have_the_headers_on_rejections() {
    for (place, out_of_stock) in [("service", 500), ("filter", 409)] {
        let (_running, addr) = warp_wrappers(place);
        allows_one_and_no_other(addr, APP, "/api/items/7", "/api/items/none");
        let rejections = [
            (get(addr, "/api/items/none", APP), out_of_stock),
            (get(addr, "/api/nowhere", APP), 404),
            (delete(addr, "/api/items/7"), 405),
        ];
        for (response, status) in rejections {
            assert_eq!(response.status(), status, "{place}: {response:?}");
            assert_eq!(response.header(ALLOW_ORIGIN), Some(APP), "{place}: {response:?}");
        }
    }
}

#[test]
fn only_the_service_reaches_all() {
    for (place, reached) in [("service", Some(APP)), ("filter", None)] {
        let (_running, addr) = warp_wrappers(place);
        for (target, status) in [("/health", 200), ("/nowhere", 404)] {
            let response = get(addr, target, APP);
            assert_eq!(response.status(), status, "{place}: {response:?}");
            assert_eq!(response.header(ALLOW_ORIGIN), reached, "{place}: {response:?}");
        }
    }
}
