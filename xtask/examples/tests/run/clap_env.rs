//! Runs `clap_env`.

use std::process::Command;

use crate::client::{APP, allows_one_and_no_other, start};
use xtask::running::Running;

fn clap_env() -> Command {
    Command::new(env!("CARGO_BIN_EXE_clap_env"))
}

#[test]
fn a_flag_replaces_its_variable() {
    let mut command = clap_env();
    let origins = format!("{APP},https://*.example.dev");
    command.args(["--allow-origins", &origins, "--max-age=600"]);
    command.envs([("CORS_ALLOW_ORIGINS", "https://evil.example"), ("CORS_MAX_AGE", "ten")]);
    command.env("CORS_ALLOW_METHODS", "PUT");
    let (_running, addr) = start(&mut command);
    allows_one_and_no_other(addr, APP, "/", "/none");
}

#[test]
fn an_error_names_the_variable() {
    let mut command = clap_env();
    command.args(["--allow-origins=*", "--allow-methods=put"]);
    command.envs([("CORS_DANGER_ALLOW_ANY", "true"), ("ADDR", "127.0.0.1:0")]);
    let mut running = Running::start(&mut command).unwrap();
    let errors: Vec<_> = std::iter::from_fn(|| running.next_err()).collect();
    assert_eq!(running.wait().unwrap().code(), Some(1));
    assert!(errors[0].starts_with("CORS_ALLOW_METHODS: allow_methods"), "{errors:#?}");
    assert!(errors[1].starts_with("CORS_DANGER_ALLOW_ANY = "), "{errors:#?}");
    assert_eq!(errors.len(), 2, "{errors:#?}");
}
