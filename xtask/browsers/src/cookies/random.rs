//! Random stories, on which browser and model must agree.

use cors_core::browser::{CredentialsMode, Fetch, Mode};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::ValueTree;

use super::{Act, Story, fetch, redirect, url, visit};
use crate::random::runner;

const PAGES: [&str; 6] = [
    "https://API",
    "https://SAME",
    "https://CROSS",
    "http://SAME",
    "http://CROSS",
    "https://PARENT",
];

/// On the sites of the pages, and on another.
const SERVERS: [&str; 4] = ["https://API", "https://API", "https://sub.API", "https://OTHER"];

/// The stories of one seed.
pub(super) fn stories(seed: u64, count: usize) -> Result<Vec<Story>, String> {
    let mut runner = runner(seed);
    let story = (proptest::collection::vec(acts(), 2..6), select(&SERVERS[..]));
    let mut stories = Vec::new();
    for index in 0..count {
        let tree = story.new_tree(&mut runner).map_err(|reason| reason.to_string())?;
        let (mut acts, last) = tree.current();
        acts.extend([visit("https://API", &[]), visit(last, &[])]);
        stories.push(Story::new(format!("random {index} of seed {seed}"), acts));
    }
    Ok(stories)
}

fn acts() -> impl Strategy<Value = Act> {
    let visits = (select(&SERVERS[..]), cookies())
        .prop_map(|(server, set)| visit(server, &set.iter().map(|set| &**set).collect::<Vec<_>>()));
    prop_oneof![1 => visits, 2 => fetches().prop_map(Act::from)]
}

fn fetches() -> impl Strategy<Value = Fetch> {
    let servers = || (select(&SERVERS[..]), cookies());
    let method = select(&["GET", "GET", "POST", "PUT"][..]);
    // Mostly with credentials: others say little.
    let credentials =
        prop_oneof![4 => Just(CredentialsMode::Include), 1 => select(&CredentialsMode::ALL[..])];
    let mode = prop_oneof![4 => Just(Mode::Cors), 1 => Just(Mode::NoCors)];
    let redirects = proptest::option::weighted(0.3, servers());
    (select(&PAGES[..]), servers(), redirects, method, credentials, mode).prop_map(
        |(page, (server, set), redirects, method, credentials, mode)| {
            let lines = |set: &[String]| set.iter().map(String::clone).collect::<Vec<_>>();
            let to = |server: &str, set: &[String]| {
                url(server, &lines(set).iter().map(|line| &**line).collect::<Vec<_>>())
            };
            let mut fetch = fetch(page, server, &[]).credentials(credentials).mode(mode);
            fetch.url = match redirects {
                None => to(server, &set),
                Some((next, next_set)) => {
                    let set: Vec<_> = set.iter().map(|line| &**line).collect();
                    redirect(server, &set, &to(next, &next_set))
                }
            };
            if !(mode == Mode::NoCors && method == "PUT") {
                fetch.method = method.to_owned();
            }
            fetch
        },
    )
}

fn cookies() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(cookie(), 0..4)
}

fn cookie() -> impl Strategy<Value = String> {
    let name = select(&["a", "b", "c", "d", "__Host-a", "__Secure-a", "__Http-a"][..]);
    let same_site = select(
        &[
            "",
            "",
            "SameSite=Lax",
            "SameSite=Strict",
            "SameSite=None",
            "SameSite=None",
            "SameSite=x",
        ][..],
    );
    let flags = subsequence(vec!["Secure", "Partitioned", "HttpOnly"], 0..=3);
    let secure = prop_oneof![2 => Just("Secure"), 1 => Just("")];
    let path = select(&["", "", "Path=/", "Path=/answer", "Path=/other"][..]);
    let domain = select(
        &["", "", "", "Domain=API", "Domain=PARENT", "Domain=in-addr.arpa", "Domain=OTHER"][..],
    );
    let age = select(
        &["", "", "", "Max-Age=60", "Max-Age=0", "Expires=Thu, 01 Jan 1970 00:00:00 GMT"][..],
    );
    let parts = (same_site, secure, path, domain, age, flags);
    (name, 0..10_u8, parts).prop_map(
        |(name, value, (same_site, secure, path, domain, age, flags))| {
            let mut line = format!("{name}={value}");
            for attribute in [same_site, secure, path, domain, age].into_iter().chain(flags) {
                if !attribute.is_empty() {
                    line += &format!("; {attribute}");
                }
            }
            line
        },
    )
}
