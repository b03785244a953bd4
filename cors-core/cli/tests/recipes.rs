//! Each recipe for each fault, as files in `recipes/`. `cargo xtask recipes` compiles those in
//! Rust, and proves them all.

use std::path::Path;

use cors_cli::server::{Needs, Server, recipe};
use expect_test::expect_file;

const PAGE: &str = "https://app.example.com";

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// The faults of `cargo xtask recipes`, by the names there.
fn needs() -> Vec<(&'static str, Needs)> {
    let needs = Needs { origins: names(&[PAGE]), ..Needs::default() };
    let json =
        Needs { methods: names(&["PUT"]), headers: names(&["content-type"]), ..needs.clone() };
    vec![
        ("simple", needs.clone()),
        (
            "preflight",
            Needs { headers: names(&["authorization", "content-type", "x-trace"]), ..json.clone() },
        ),
        ("credentials", Needs { credentials: true, ..json.clone() }),
        ("errors", needs.clone()),
        (
            "auth",
            Needs { headers: names(&["authorization"]), preflight_status: true, ..needs.clone() },
        ),
        ("exposed", Needs { expose: names(&["x-total"]), ..needs }),
        ("doubled", Needs { doubled: true, ..json }),
    ]
}

#[test]
fn recipes_are_the_files() {
    for server in Server::ALL {
        let extension = match server {
            Server::Nginx | Server::Apache => "conf",
            Server::Express => "js",
            Server::FastApi | Server::Flask => "py",
            Server::Ours => "toml",
            Server::TowerHttp | Server::ActixCors | Server::Warp => "rs",
        };
        for (case, needs) in needs() {
            if needs.doubled && !server.is_proxy() {
                continue;
            }
            let file = format!("tests/recipes/{}/{case}.{extension}", server.name());
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
            let text = recipe(server, &needs).expect("a plain origin");
            expect_file![path].assert_eq(&text);
        }
    }
}
