//! Independent keys of the policy.

use super::*;

pub fn rows() -> Vec<Row> {
    vec![
        row("forbidden", forbid(), EVIL, vec![no(echo()), no(echo().method("PUT"))]),
        row("not forbidden", forbid(), APP, vec![yes(echo()), yes(echo().method("PUT"))]),
        row(
            "private networks",
            list().allow_private_network(true),
            APP,
            vec![yes(echo().method("PUT"))],
        ),
        row(
            "no max-age",
            Policy::builder().allow_origins([APP]).allow_methods(["PUT"]),
            APP,
            vec![yes(echo().method("PUT")), yes(echo().method("PUT"))],
        ),
    ]
}
