//! Cookies, as each engine is installed: which go along with a fetch, and which an answer sets.
//!
//! A story opens servers and lets pages fetch from them. Browser and model must send the same cookies with each
//! request. Every story has hosts of its own, so that no cookie of another is left.

mod random;
mod rows;

use std::fmt;
use std::time::Duration;

use cors_core::Policy;
use cors_core::browser::{AddressSpace, Browser, CredentialsMode, Engine, Fetch, Turn};
use http::{HeaderValue, Request, Response};
use xtask::options::Adapter;

use crate::engines::in_each;
use crate::model::ask;
use crate::proxy::Upstreams;
use crate::{Adapters, Job, Proxy, Seen, Session};

/// The words that stand for a host in a story, and what a story with the name `ID` has in their place. The first that
/// is found in a word is replaced.
const HOSTS: [(&str, &str); 8] = [
    ("FLATPAGE", "page.ID-axum.test"),
    ("FLAT", "api.ID-axum.test"),
    ("API", "api.ID-axum.in-addr.arpa"),
    ("PARENT", "ID-axum.in-addr.arpa"),
    ("SAME", "page.ID-axum.in-addr.arpa"),
    ("OTHER", "ID-warp.in-addr.arpa"),
    ("LOCAL", "ID-axum.localhost"),
    ("CROSS", "ID-page.in-addr.arpa"),
];

/// What happens in a browser without cookies.
#[derive(Clone, Debug)]
struct Story {
    name: String,
    acts: Vec<Act>,
}

#[derive(Clone, Debug)]
enum Act {
    /// The user opens a URL.
    Visit(String),
    /// A page fetches. If the fetch has an opaque origin, a sandboxed frame of the page does.
    Fetch { page: String, fetch: Fetch },
}

/// A request, as the server sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    method: String,
    url: String,
    /// Sorted: browsers differ in the order.
    cookies: Vec<String>,
}

/// How many random stories run where only these tests do.
const RANDOMS: usize = 200;

/// Runs only these tests, in each engine.
pub async fn run(engines: &[Engine], seed: u64) -> Result<(), String> {
    println!("seed {seed}");
    let adapters = &Adapters::start()?;
    in_each(engines, "stories of cookies", async |engine, faults| {
        run_in(engine, adapters, seed, false, RANDOMS, faults).await
    })
    .await
}

/// Returns how many stories there were, `randoms` of them random. Adds a line to `faults` for each disagreement.
pub async fn run_in(
    engine: Engine,
    adapters: &Adapters,
    seed: u64,
    only_random: bool,
    randoms: usize,
    faults: &mut Vec<String>,
) -> Result<usize, String> {
    let proxy = Proxy::start(adapters.upstreams()).await?;
    let mut session = Session::start_with_cookies(engine, &proxy).await?;
    let mut stories = if only_random { Vec::new() } else { rows::rows() };
    stories.extend(random::stories(seed, randoms)?);
    for (index, story) in stories.iter().enumerate() {
        let story = story.placed(&format!("{}{index}", engine.name().to_lowercase()));
        let hosts = HOSTS[..7].iter().map(|(_, host)| *host);
        for host in hosts.chain(["sub.API"]) {
            adapters.hosts().set(&placed(host, &story.id), policy());
        }
        let found = story.tell(&mut session, &proxy, adapters.upstreams()).await?;
        faults.extend(found.map(|fault| format!("{}: {fault}", story.name)));
    }
    Ok(stories.len())
}

/// Allows every fetch here.
fn policy() -> Policy {
    let policy = Policy::builder()
        .allow_origins(["*"])
        .allow_methods(["*"])
        .allow_headers(["*"])
        .allow_credentials(true)
        // Without it, a slow machine sends a second preflight.
        .max_age(Duration::from_secs(600))
        .danger(|danger| {
            danger.reflect_any_origin = true;
            danger.allow_null_origin = true;
        });
    policy.build().unwrap_or_else(|errors| panic!("{errors}"))
}

fn placed(text: &str, id: &str) -> String {
    let text = HOSTS.iter().fold(text.to_owned(), |text, (word, host)| text.replace(word, host));
    text.replace("ID", id)
}

/// The URL of an answer with these lines of `Set-Cookie`.
fn url(base: &str, set: &[&str]) -> String {
    let mut url = format!("{base}/answer?id=ID&header=content-type:text/html");
    for line in set {
        let line: String = url::form_urlencoded::byte_serialize(line.as_bytes()).collect();
        url += &format!("&header=set-cookie:{line}");
    }
    url
}

/// The URL of an answer that sets cookies and redirects.
fn redirect(base: &str, set: &[&str], to: &str) -> String {
    let to: String = url::form_urlencoded::byte_serialize(to.as_bytes()).collect();
    format!("{}&status=302&location={to}", url(base, set))
}

fn visit(base: &str, set: &[&str]) -> Act {
    Act::Visit(url(base, set))
}

/// A fetch with credentials.
fn fetch(page: &str, base: &str, set: &[&str]) -> Fetch {
    // No engine asks about the local network here.
    let fetch = Fetch::new(page, url(base, set)).page_space(AddressSpace::Loopback);
    fetch.credentials(CredentialsMode::Include)
}

impl From<Fetch> for Act {
    fn from(fetch: Fetch) -> Self {
        Self::Fetch { page: fetch.origin.clone(), fetch }
    }
}

/// A story with real names.
struct Placed {
    id: String,
    name: String,
    acts: Vec<Act>,
}

impl Story {
    fn new(name: impl Into<String>, acts: Vec<Act>) -> Self {
        Self { name: name.into(), acts }
    }

    fn placed(&self, id: &str) -> Placed {
        let place = |text: &str| placed(text, id);
        let acts = self.acts.iter().map(|act| match act {
            Act::Visit(url) => Act::Visit(place(url)),
            Act::Fetch { page, fetch } => {
                let mut fetch = fetch.clone();
                fetch.origin = place(&fetch.origin);
                fetch.url = place(&fetch.url);
                Act::Fetch { page: place(page), fetch }
            }
        });
        Placed { id: id.to_owned(), name: self.name.clone(), acts: acts.collect() }
    }
}

impl Placed {
    /// Where browser and model first disagree, if they do.
    async fn tell(
        &self,
        session: &mut Session,
        proxy: &Proxy,
        upstreams: Upstreams,
    ) -> Result<Option<String>, String> {
        let mut model = Browser::as_installed(session.engine());
        for (index, act) in self.acts.iter().enumerate() {
            let sent = match act {
                Act::Visit(url) => {
                    session.visit(url).await?;
                    vec![visit_in(&mut model, url, upstreams)?]
                }
                Act::Fetch { page, fetch } => {
                    let _ = session.run(page, &[Job::from(fetch)]).await?;
                    fetch_in(&mut model, fetch, upstreams)?
                }
            };
            let seen: Vec<_> = proxy.log().take(&self.id).iter().map(Line::of_seen).collect();
            if seen != sent {
                let list = |lines: &[Line]| {
                    lines.iter().map(Line::to_string).collect::<Vec<_>>().join("; ")
                };
                let (seen, sent) = (list(&seen), list(&sent));
                return Ok(Some(format!(
                    "act {index} of {:#?}: the browser sends\n    {seen}\n  and the model\n    {sent}",
                    self.acts
                )));
            }
        }
        Ok(None)
    }
}

const NOW: Duration = Duration::ZERO;

/// The request of a visit in the model.
fn visit_in(model: &mut Browser, url: &str, upstreams: Upstreams) -> Result<Line, String> {
    let request = Request::get(url).body(()).map_err(|error| format!("{url}: {error}"))?;
    let cookies = model.cookies_of_visit(url, NOW);
    let line = Line::of_sent(&request, cookies.as_ref());
    model.visit(url, &respond(&request, upstreams)?, NOW);
    Ok(line)
}

/// The requests of a fetch in the model.
fn fetch_in(model: &mut Browser, fetch: &Fetch, upstreams: Upstreams) -> Result<Vec<Line>, String> {
    let mut lines = Vec::new();
    let mut turn = model.start(fetch, NOW);
    while let Turn::Send(sending) = turn {
        let request = sending.request();
        lines.push(Line::of_sent(request, sending.cookie_header()));
        let response = respond(request, upstreams)?;
        turn = sending.respond(model, &response, NOW);
    }
    Ok(lines)
}

fn respond(request: &Request<()>, upstreams: Upstreams) -> Result<Response<()>, String> {
    let host = request.uri().host().unwrap_or_default();
    let server = upstreams.of_host(host).unwrap_or_else(|| upstreams.of(Adapter::Axum));
    ask(server, request).map(|(response, _)| response)
}

impl Line {
    fn of_seen(seen: &Seen) -> Self {
        Self::new(&seen.method, &seen.url, seen.header("cookie").map(str::as_bytes))
    }

    fn of_sent(request: &Request<()>, cookies: Option<&HeaderValue>) -> Self {
        let url = request.uri().to_string();
        Self::new(request.method().as_str(), &url, cookies.map(HeaderValue::as_bytes))
    }

    fn new(method: &str, url: &str, cookies: Option<&[u8]>) -> Self {
        let cookies = cookies.map(String::from_utf8_lossy).unwrap_or_default();
        let mut cookies: Vec<_> = cookies.split("; ").map(str::to_owned).collect();
        cookies.sort();
        Self { method: method.to_owned(), url: url.to_owned(), cookies }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.url.split('?').next().unwrap_or_default();
        write!(f, "{} {url} with [{}]", self.method, self.cookies.join("; "))
    }
}
