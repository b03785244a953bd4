//! Runs `hyper_bare`.

use std::process::Command;

use crate::client::{APP, allows_one_and_no_other, get, start};

#[test]
fn it_has_the_headers_on_streams_and_errors() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hyper_bare"));
    // notice.txt does not exist here.
    let (_running, addr) = start(command.current_dir(env!("CARGO_TARGET_TMPDIR")));
    allows_one_and_no_other(addr, APP, "/countdown", "/nowhere");

    let stream = get(addr, "/countdown", APP);
    assert_eq!((stream.text().as_str(), stream.chunks), ("3\n2\n1\n", Some(3)));

    let failed = get(addr, "/notice", APP);
    assert_eq!(failed.status(), 500);
    assert_eq!(failed.header("access-control-allow-origin"), Some(APP));
}
