//! Runs `actix_env`.

use std::process::Command;

use crate::client::{APP, allows_one_and_no_other, get, start};
use xtask::running::Running;

fn actix_env() -> Command {
    Command::new(env!("CARGO_BIN_EXE_actix_env"))
}

#[test]
fn it_serves_under_what_the_variables_say() {
    let mut command = actix_env();
    command.envs([
        ("CORS_ALLOW_ORIGINS", format!("{APP}, https://*.example.dev,").as_str()),
        ("CORS_ALLOW_METHODS", "PUT"),
        ("CORS_EXPOSE_HEADERS", "etag,x-request-id"),
        ("CORS_ALLOW_CREDENTIALS", "true"),
    ]);
    let (_running, addr) = start(&mut command);
    for origin in [APP, "https://a.example.dev"] {
        allows_one_and_no_other(addr, origin, "/items/7", "/items/seven");
    }
    let item = get(addr, "/items/7", APP);
    assert_eq!(item.header("access-control-allow-credentials"), Some("true"));
    assert_eq!(item.header("access-control-expose-headers"), Some("etag,x-request-id"));
}

#[test]
fn it_tells_all_faults_and_does_not_start() {
    let mut command = actix_env();
    command.envs([
        ("CORS_ALLOW_ORIGINS", "https://app.example.com/,*.example.dev"),
        ("CORS_ALLOW_METHODS", "TRACE"),
        ("CORS_ALLOW_CREDENTIALS", "yes"),
        ("CORS_MAX_AGE", "10m"),
        ("ADDR", "127.0.0.1:0"),
    ]);
    let mut running = Running::start(&mut command).unwrap();
    let faults: Vec<_> = std::iter::from_fn(|| running.next_err()).collect();
    assert_eq!(running.next_out(), None);
    assert_eq!(running.wait().unwrap().code(), Some(1));
    let names: Vec<_> = faults.iter().map(|fault| fault.split(':').next().unwrap()).collect();
    assert_eq!(
        names,
        [
            "CORS_ALLOW_ORIGINS",
            "CORS_ALLOW_ORIGINS",
            "CORS_ALLOW_METHODS",
            "CORS_ALLOW_CREDENTIALS",
            "CORS_MAX_AGE",
        ],
        "{faults:#?}"
    );
    assert!(faults[0].ends_with("write https://app.example.com"), "{faults:#?}");
}
