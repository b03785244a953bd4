//! The servers of `bench --sockets`, as programs of their own.

use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use bench::sockets::{Server, run_with};
use xtask::client::{Request, send};
use xtask::options::Adapter;

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_bench"))
}

#[test]
fn servers_answer_with_the_layer_and_without_and_end_with_their_input() {
    for adapter in Adapter::ALL {
        for layer in [true, false] {
            let mut server = Server::start(program(), *adapter, layer).unwrap();
            let headers = &[("Origin", "https://app.example.com")];
            let get = Request { method: "GET", target: "/vary", headers };
            let response = send(server.addr(), get).unwrap();
            assert_eq!(response.status(), 200);
            let allows = response.header("access-control-allow-origin");
            assert_eq!(allows, layer.then_some("https://app.example.com"), "{adapter:?}");
            let status = server.end().expect("it ends with its input");
            assert!(status.success(), "{adapter:?}: {status}");
            assert!(TcpStream::connect(server.addr()).is_err(), "{adapter:?} serves on");
        }
    }
}

#[test]
fn all_answers_of_a_short_load_are_right() {
    let report = run_with(program(), Duration::from_secs(3)).unwrap();
    let rows: Vec<_> = report.requests().collect();
    assert_eq!(rows.len(), 9);
    for (adapter, requests) in rows {
        assert!(requests.iter().all(|requests| *requests > 16), "{adapter}: {requests:?}");
    }
}

#[test]
fn a_program_that_is_no_server_is_a_fault() {
    let other = Path::new(env!("CARGO_BIN_EXE_allocations"));
    let fault = run_with(other, Duration::from_secs(3)).unwrap_err();
    assert!(fault.contains("axum: no address"), "{fault}");
}
