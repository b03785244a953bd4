//! The stories that show each rule.

use cors_core::browser::{CredentialsMode, Mode};

use super::{Act, Story, fetch, redirect, url, visit};

/// Every combination of attributes that decides about sites.
const KINDS: &[&str] = &[
    "plain=1",
    "lax=1; SameSite=Lax",
    "strict=1; SameSite=Strict",
    "none=1; SameSite=None",
    "secure=1; Secure",
    "lax-secure=1; SameSite=Lax; Secure",
    "strict-secure=1; SameSite=Strict; Secure",
    "none-secure=1; SameSite=None; Secure",
    "partitioned=1; SameSite=None; Secure; Partitioned",
    "lax-partitioned=1; SameSite=Lax; Secure; Partitioned",
    "insecure-partitioned=1; SameSite=None; Partitioned",
    "secure-partitioned=1; Secure; Partitioned",
    "unknown=1; SameSite=Bogus",
    "unknown-secure=1; SameSite=Bogus; Secure",
    "empty=1; SameSite=",
    "two=1; SameSite=Strict; SameSite=None; Secure",
    "two-bound=1; SameSite=Strict; SameSite=lax; secure",
];

const PREFIXES: &[&str] = &[
    "__Host-a=1; Secure; Path=/",
    "__Host-b=1; Secure",
    "__Host-c=1; Path=/",
    "__Host-d=1; Secure; Path=/; Domain=API",
    "__Host-e=1; SameSite=None; Secure; Path=/",
    "__Host-f=1; Secure; Path=/; SameSite=None; Partitioned",
    "__hOST-g=1; Secure; Path=/; Domain=API",
    "__Secure-a=1; Secure",
    "__Secure-b=1",
    "__SeCuRe-c=1",
    "__Secure-d=1; Secure; SameSite=None",
    "__Secure-e; Secure",
    "=__Secure-f=1; Secure",
    "__Http-a=1; Secure; HttpOnly",
    "__Http-b=1; Secure",
    "__Host-Http-a=1; Secure; HttpOnly; Path=/",
    "__Host-Http-b=1; Secure; Path=/",
];

const DOMAINS: &[&str] = &[
    "a=1; Domain=API",
    "b=1; Domain=.PARENT",
    "c=1; Domain=sub.API",
    "d=1; Domain=CROSS",
    "e=1; Domain=in-addr.arpa",
    "f=1; Domain=",
    "g=1; Domain=API:443",
    "h=1; Domain=PARENT; Domain=",
    "i=1; Domain=API; Domain=CROSS",
    "j=1; Domain=API.",
    "k=1; Domain=..PARENT",
    "l=1; Domain= PARENT ",
    "m=1; Domain",
    "n=1; Domain=.",
    "o=1; domain=Api.PARENT",
];

const PATHS: &[&str] = &[
    "a=1; Path=/answer",
    "b=1; Path=/other",
    "c=1; Path=/",
    "d=1; Path=answer",
    "e=1; Path=/ans",
    "f=1; Path=/answer/",
    "g=1; Path=/other; Path=/",
    "h=1; Path=/; Path=/other",
    "i=1; Path",
    "j=1; Path=/ANSWER",
    "k=1; Path=\"/\"",
    "l=1; Path=/; Path",
];

const SYNTAX: &[&str] = &[
    "",
    ";Secure",
    "alone",
    "=value alone",
    "a b=1",
    "b=\"1\"",
    "c\td=1",
    "  d  =  1  ",
    "e=1=2",
    "f=ü",
    "l=aüb",
    "m=aü; Secure",
    "g=1,2",
    "h=1;;;Secure",
    "i=1; =x",
    "j=1 2",
    "k=",
];

const AGES: &[&str] = &[
    "a=1; Max-Age=0",
    "b=1; Max-Age=-1",
    "c=1; Max-Age=abc",
    "d=1; Max-Age=60",
    "e=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    "f=1; Max-Age=0; Expires=Fri, 01 Jan 2100 00:00:00 GMT",
    "g=1; Max-Age=+60",
    "h=1; Max-Age=0; Max-Age=60",
    "i=1; Max-Age=60; Max-Age=0",
    "j=1; Max-Age=",
    "k=1; Max-Age=99999999999999999999999",
    "l=1; Max-Age=-",
    "m=1; Max-Age=\"0\"",
    "n=1; Max-Age=60s",
];

const DATES: &[&str] = &[
    "a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    "b=1; Expires=Thu, 01 Jan 2037 00:00:00 GMT",
    "c=1; Expires=Thu, 01-Jan-70 00:00:00 GMT",
    "d=1; Expires=Thu, 01-Jan-37 00:00:00 GMT",
    "e=1; Expires=0",
    "f=1; Expires=-1",
    "g=1; Expires=Thu Jan  1 00:00:01 1970",
    "h=1; Expires=garbage",
    "i=1; Expires=1970-01-01T00:00:00Z",
    "j=1; Expires=Thu, 01 Jan 1600 00:00:00 GMT",
    "k=1; Expires=1 jan 2001",
    "l=1; Expires=Sat, 1 Jan 2000 00:00:00",
    "m=1; Expires=Thu, 99 Jan 1970 00:00:00 GMT",
    "n=1; EXPIRES=Thu, 01 Jan 1970 00:00:00 GMT",
    "o=1; Expires=Thu, 01 Jan 69 00:00:00 GMT",
    "p=1; Expires=Thu, 01 Jan 2037 00:00:00 GMT; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
];

/// Sent to every site.
const ANY: &str = "any=1; SameSite=None; Secure";

const PAGES: [&str; 5] =
    ["https://API", "https://SAME", "https://CROSS", "http://SAME", "http://CROSS"];

pub(super) fn rows() -> Vec<Story> {
    let mut rows = Vec::new();
    for page in PAGES {
        for (what, set) in [("kinds", KINDS), ("prefixes", PREFIXES)] {
            rows.extend(both(&format!("{what}, {page}"), page, "https://API", set));
        }
        rows.push(overwriting(page));
    }
    for (what, set) in [
        ("domains", DOMAINS),
        ("paths", PATHS),
        ("syntax", SYNTAX),
        ("ages", AGES),
        ("dates", DATES),
    ] {
        rows.extend(both(what, "https://SAME", "https://API", set));
    }
    for (server, pages) in [
        ("http://API", ["http://API", "http://SAME", "http://CROSS"]),
        ("http://LOCAL", ["http://LOCAL", "https://CROSS", "http://CROSS"]),
        ("https://LOCAL", ["https://LOCAL", "http://LOCAL", "http://page.LOCAL"]),
    ] {
        for page in pages {
            rows.extend(both(&format!("{server}, {page}"), page, server, KINDS));
        }
        rows.extend(both(&format!("prefixes, {server}"), pages[0], server, PREFIXES));
    }
    for page in ["https://API", "https://SAME", "https://CROSS"] {
        rows.extend(modes(page));
        rows.extend(redirects(page));
    }
    rows.extend(others());
    rows
}

/// Set by a visit, and by a fetch.
fn both(name: &str, page: &str, server: &str, set: &[&str]) -> [Story; 2] {
    let read = |page: &str| fetch(page, server, &[]).into();
    let below = server.replace("https://", "https://sub.");
    let by_visit =
        vec![visit(server, set), read(page), fetch(page, &below, &[]).into(), visit(server, &[])];
    let by_fetch = vec![
        fetch(page, server, set).into(),
        read(page),
        visit(server, &[]),
        read("https://elsewhere.test"),
        read("https://OTHER"),
    ];
    [Story::new(format!("{name}, by visit"), by_visit), Story::new(name, by_fetch)]
}

fn modes(page: &str) -> Vec<Story> {
    let set = ["lax=1; SameSite=Lax", "none=1; SameSite=None; Secure", "plain=1"];
    let story = |name: &str, acts| {
        let acts = [vec![visit("https://API", KINDS)], acts].concat();
        Story::new(format!("{name}, {page}"), acts)
    };
    let to = |set| fetch(page, "https://API", set);
    let of_credentials = CredentialsMode::ALL.map(|mode| {
        let acts = vec![
            to(&set).credentials(mode).into(),
            to(&[]).credentials(mode).into(),
            to(&[]).into(),
        ];
        story(mode.as_str(), acts)
    });
    let mut stories = of_credentials.to_vec();
    let no_cors = |set| to(set).mode(Mode::NoCors).into();
    stories.push(story("no-cors", vec![no_cors(&set), no_cors(&[])]));
    for method in ["PUT", "POST"] {
        let by = |set| to(set).method(method).into();
        stories.push(story(method, vec![by(&set), by(&[])]));
    }
    stories
}

fn redirects(page: &str) -> Vec<Story> {
    let mut stories = Vec::new();
    for via in ["https://OTHER", "https://SAME", "https://API"] {
        for to in ["https://OTHER", "https://SAME", "https://API"] {
            let there = url(to, &["to=1", "to-lax=1; SameSite=Lax", ANY]);
            let set = ["via=1", "via-lax=1; SameSite=Lax", "via-any=1; SameSite=None; Secure"];
            let mut redirected = fetch(page, via, &[]);
            redirected.url = redirect(via, &set, &there);
            let mut acts = vec![visit("https://API", KINDS), visit("https://OTHER", KINDS)];
            acts.push(redirected.into());
            acts.extend([visit("https://API", &[]), visit("https://OTHER", &[])]);
            stories.push(Story::new(format!("{page}, {via}, {to}"), acts));
        }
    }
    stories
}

/// What replaces which cookie.
fn overwriting(page: &str) -> Story {
    let set = [
        "a=1; SameSite=None; Secure",
        "b=1; SameSite=None; Secure",
        "c=1",
        "d=1; Secure; Path=/answer; SameSite=None",
        "e=1; HttpOnly; SameSite=None; Secure",
    ];
    let again = [
        "a=2; SameSite=None; Secure",
        "b=2",
        "c=2; SameSite=None; Secure",
        "e=2; SameSite=None; Secure",
        "d=; Max-Age=0; Secure; SameSite=None; Path=/answer",
    ];
    let insecure =
        ["a=3", "b=3; Path=/answer", "c=3", "d=3; Path=/", "e=3; Secure", "f=3; Domain=PARENT"];
    let acts = vec![
        visit("https://API", &set),
        fetch(page, "https://API", &again).into(),
        fetch(page, "https://API", &[]).into(),
        visit("http://API", &insecure),
        fetch(page, "https://API", &[]).into(),
        visit("https://API", &[]),
    ];
    Story::new(format!("overwriting, {page}"), acts)
}

fn others() -> Vec<Story> {
    let mut stories = Vec::new();
    // A suffix that the list does not know.
    let set = ["a=1", "b=1; Domain=ID-axum.test", "c=1; Domain=test", ANY];
    stories.extend(both("an unknown suffix", "https://FLATPAGE", "https://FLAT", &set));
    stories.extend(both("an unknown suffix, other site", "https://CROSS", "https://FLAT", &set));
    let opaque = |set| {
        let mut sandboxed = fetch("https://CROSS", "https://API", set);
        sandboxed.origin = "null".to_owned();
        Act::Fetch { page: "https://CROSS".to_owned(), fetch: sandboxed }
    };
    let set = ["a=1; SameSite=None; Secure", "b=1", "c=1; SameSite=None; Secure; Partitioned"];
    let acts =
        vec![visit("https://API", KINDS), opaque(&set), opaque(&[]), visit("https://API", &[])];
    stories.push(Story::new("an opaque origin", acts));
    for nameless in ["=a=1", "= a=1; Secure", "==a=1", "=alone", "\"\"", "ü=1"] {
        stories.extend(both(nameless, "https://SAME", "https://API", &[nameless]));
    }
    for length in [4096, 4097] {
        let set = format!("a={}", "x".repeat(length - 1));
        stories.extend(both(&format!("{length} bytes"), "https://SAME", "https://API", &[&set]));
    }
    for length in [1024, 1025] {
        let long = format!("/{}", "x".repeat(length - 1));
        let set = [
            &*format!("a=1; Path={long}; Path=/answer"),
            &*format!("b=1; Path=/answer; Path={long}"),
        ];
        let name = format!("an attribute of {length} bytes");
        stories.extend(both(&name, "https://SAME", "https://API", &set));
    }
    stories
}
