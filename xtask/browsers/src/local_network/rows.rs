//! The fetches of Local Network Access.

use cors_core::browser::{AddressSpace, Body, Fetch, Initiator, Mode};
use proptest::sample::select;
use proptest::strategy::{Strategy, ValueTree};

use crate::Job;
use crate::capabilities::Spaces;
use crate::proxy::AS;
use crate::random::runner;

const SPACES: [AddressSpace; 3] =
    [AddressSpace::Loopback, AddressSpace::Local, AddressSpace::Public];

/// Pages. Only the last is not a secure context.
pub(super) const PAGES: [&str; 3] =
    ["https://page.test", "http://page.localhost", "http://page.test"];

/// Who else makes requests.
const OTHERS: [Initiator; 9] = [
    Initiator::WebSocket,
    Initiator::Script,
    Initiator::Module,
    Initiator::Image,
    Initiator::Stylesheet,
    Initiator::Font,
    Initiator::EventSource,
    Initiator::Beacon,
    Initiator::Frame,
];

/// How many random fetches there are.
const RANDOMS: usize = 60;

/// A fetch by a page. In all URLs, a port follows each host.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) page: String,
    pub(super) job: Job,
}

pub(super) fn rows(spaces: Spaces) -> Vec<Row> {
    let port = |space| spaces.of(space).port();
    let mut rows = Vec::new();
    for page in PAGES {
        let scheme = if page.starts_with("https:") { "https" } else { "http" };
        for page_space in SPACES {
            let page = format!("{page}:{}", port(page_space));
            let fetch = |scheme: &str, suffix: &str, space: AddressSpace, path: &str| {
                let url = format!("{scheme}://api.axum.{suffix}:{}{path}", port(space));
                Fetch::new(&*page, url).page_space(page_space).target_space(space)
            };
            let mut add = |job: Job| rows.push(Row { page: page.clone(), job });
            for space in SPACES {
                let echo = fetch(scheme, "test", space, "/echo?");
                add(Job::from(&echo));
                add(Job::from(&echo.clone().method("PUT").header("x-a", "1")));
                add(Job::from(&echo.clone().mode(Mode::NoCors)));
                let upload = echo.method("POST").body(Body::Text).upload_listener(true);
                add(Job::from(&upload));
                for initiator in initiators_of(page_space).iter().copied() {
                    let fetch = |scheme| fetch(scheme, "test", space, &path_of(initiator));
                    add(by(initiator, fetch(scheme)));
                    if page_space == AddressSpace::Public && scheme == "https" {
                        add(by(initiator, fetch("http")));
                    }
                }
            }
            for (space, suffix) in
                [(AddressSpace::Local, "local"), (AddressSpace::Loopback, "localhost")]
            {
                // From https, this is mixed content in some engines.
                let insecure = fetch("http", suffix, space, "/echo?");
                add(Job::from(&insecure));
                add(Job::from(&insecure.method("POST").mode(Mode::NoCors)));
                for initiator in initiators_of(page_space).iter().copied() {
                    add(by(initiator, fetch("http", suffix, space, &path_of(initiator))));
                }
                let there = format!("{scheme}://api.axum.{suffix}:{}/echo?id=ID", port(space));
                let there: String =
                    url::form_urlencoded::byte_serialize(there.as_bytes()).collect();
                let path = format!("/answer?status=302&location={there}&");
                add(Job::from(&fetch(scheme, "test", AddressSpace::Public, &path)));
            }
        }
    }
    let [page, frame] =
        ["page", "frame"].map(|name| format!("https://{name}.test:{}", port(AddressSpace::Public)));
    for (space, feature) in
        [(AddressSpace::Local, "local-network"), (AddressSpace::Loopback, "loopback-network")]
    {
        let url = format!("https://api.axum.test:{}/echo?", port(space));
        let fetch = Fetch::new(&*frame, url).page_space(AddressSpace::Public).target_space(space);
        for allow in ["", feature] {
            let job = Job::from(&fetch.clone().in_frame(allow));
            rows.push(Row { page: page.clone(), job });
        }
    }
    rows
}

/// Fetches between any spaces, some with a redirect to another.
pub(super) fn random_rows(spaces: Spaces, seed: u64) -> Result<Vec<Row>, String> {
    let place = (select(&PAGES[..]), select(&SPACES[..]), select(&SPACES[..]));
    let redirect = (proptest::bool::ANY, select(&SPACES[..]));
    let method = select(&["GET", "POST", "PUT"][..]);
    let call = (method, select(&[Mode::Cors, Mode::NoCors][..]), proptest::bool::ANY);
    let fetches = (place, redirect, call).prop_map(
        |((page, page_space, space), (redirects, to), (method, mode, has_header))| {
            let port = |space| spaces.of(space).port();
            let page = format!("{page}:{}", port(page_space));
            let (scheme, _) = page.split_once(':').unwrap_or_default();
            let path = if redirects {
                // After a redirect, the model knows only names.
                let suffix = ["localhost", "local", "test"][to as usize];
                let there = format!("{scheme}://api.axum.{suffix}:{}/echo?id=ID", port(to));
                let there: String =
                    url::form_urlencoded::byte_serialize(there.as_bytes()).collect();
                format!("/answer?status=307&location={there}&")
            } else {
                "/echo?".to_owned()
            };
            let url = format!("{scheme}://api.axum.test:{}{path}", port(space));
            let fetch = Fetch::new(&*page, url).page_space(page_space).target_space(space);
            let fetch = fetch.method(method).mode(mode);
            let fetch = if has_header { fetch.header("x-a", "1") } else { fetch };
            Row { page, job: Job::from(&fetch) }
        },
    );
    let mut runner = runner(seed);
    let row = |_| fetches.new_tree(&mut runner).map(|tree| tree.current());
    (0..RANDOMS).map(row).collect::<Result<_, _>>().map_err(|reason| reason.to_string())
}

/// From the local network and this machine, what is not a fetch does the same.
fn initiators_of(page: AddressSpace) -> &'static [Initiator] {
    if page == AddressSpace::Public { &OTHERS } else { &[] }
}

fn path_of(initiator: Initiator) -> String {
    match initiator {
        Initiator::WebSocket => "/ws?".to_owned(),
        other => format!("{AS}{}?", other.as_str()),
    }
}

/// The same request by another initiator.
fn by(initiator: Initiator, fetch: Fetch) -> Job {
    let mut other = Fetch::by(initiator, fetch.origin, fetch.url);
    (other.page_space, other.target_space) = (fetch.page_space, fetch.target_space);
    Job::from(&other)
}

impl Row {
    pub(super) fn with_id(&self, id: &str) -> Self {
        let mut fetch = self.job.fetch.clone();
        fetch.url = format!("{}id={id}", fetch.url.replace("ID", id));
        Self { page: self.page.clone(), job: self.job.with(fetch) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every pair of spaces, from secure pages and others.
    #[test]
    fn rows_differ() {
        let spaces = Spaces([1, 2, 3].map(|port| ([127, 0, 0, 1], port).into()));
        let rows = rows(spaces);
        let different: BTreeSet<_> = rows.iter().map(|row| format!("{row:?}")).collect();
        assert_eq!(different.len(), rows.len());
        let fetches = SPACES.len() * (SPACES.len() * 4 + 6);
        let others = OTHERS.len() * (SPACES.len() + 2);
        let mixed = OTHERS.len() * SPACES.len();
        assert_eq!(rows.len(), PAGES.len() * (fetches + others) + mixed + 4);
    }
}
