//! Cookies and the like.

use super::*;

pub fn rows() -> Vec<Row> {
    let allowed = || list().allow_origins([APP]).allow_credentials(true);
    vec![
        row(
            "credentials",
            allowed(),
            APP,
            vec![
                yes(echo()),
                yes(echo().credentials(CredentialsMode::Omit)),
                yes(include(echo())),
                yes(include(echo().method("PUT"))),
            ],
        ),
        row(
            "credentials that are not allowed",
            list(),
            APP,
            vec![no(include(echo())), no(include(echo().method("PUT")))],
        ),
        row(
            "credentials under a star",
            any(),
            APP,
            vec![no(include(echo())), no(include(echo().method("PUT")))],
        ),
        row(
            "credentials of any site",
            Policy::builder()
                .allow_origins(["*"])
                .allow_credentials(true)
                .danger(|danger| danger.reflect_any_origin = true),
            EVIL,
            vec![
                yes(include(echo())),
                yes(echo()),
                no(include(sandboxed("/echo"))),
                yes(include(to("/error"))),
            ],
        ),
        row(
            "a page that may not read still gets the cookie",
            list(),
            APP,
            vec![no(include(to("/cookie"))), no(include(to("/cookie?again"))), yes(to("/cookie"))],
        ),
        row(
            "a cookie is not stored without credentials",
            allowed(),
            APP,
            vec![yes(to("/cookie")), yes(include(to("/cookie")))],
        )
        .holds(|o| o[1].readable().is_some_and(|response| !response.body.contains("sid"))),
        row(
            "a cookie is sent after a preflight",
            allowed(),
            APP,
            vec![
                yes(include(to("/cookie"))),
                yes(include(echo().method("PUT"))),
                yes(include(echo().method("POST").body(Body::Text).upload_listener(true))),
                yes(include(to("/answer?status=302&location=%2Fecho%3Fid%3D$ID"))),
            ],
        ),
        row(
            "a cookie is sent with credentials",
            allowed(),
            APP,
            vec![
                yes(include(to("/cookie"))),
                yes(include(to("/cookie"))),
                yes(to("/cookie")),
                yes(to("/cookie").credentials(CredentialsMode::Omit)),
            ],
        )
        .holds(|o| {
            let has = |index: usize| {
                o[index].readable().is_some_and(|r: &crate::Response| r.body.contains("sid"))
            };
            !has(0) && has(1) && !has(2) && !has(3)
        }),
    ]
}
