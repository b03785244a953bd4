//! The demo's page: edit a policy, send a fetch, and compare what the browser does with what `explain` says.
//!
//! The page is at `http://localhost:PORT`. That is another site than the servers, whose host is an address. A page at
//! `/from` exists under every name of this machine that browsers resolve by themselves (`localhost`, names that end in
//! `.localhost`, 127.0.0.1). The playground loads it in a frame that sends the fetch, so the fetch comes from a real page
//! of that origin.
//!
//! The page listens only on loopback. Only its own script can use the policy editor: see [`guard`]. All answers have a
//! Content Security Policy, and the script inserts everything as text, never as HTML.
//!
//! | request | answer |
//! |---|---|
//! | `GET /`, `/style.css`, `/script.js` | the page |
//! | `GET /from`, `/from.js` | the page in the frame, under every name of this machine |
//! | `POST /start` | the servers, and the policy in force |
//! | `POST /check {policy}` | errors and warnings with their lines, and whether this policy is in force |
//! | `POST /policy {policy}` | puts it in force on all servers, unless it has errors |
//! | `POST /explain {policy, fetch}` | what `cors explain --json` prints |
//! | `POST /fix {policy, fetch}` | both with the fix applied |
//!
//! The answer to a policy with errors is 422 with its findings, and to other bad requests 400 with an `error`.

mod answers;
mod guard;
mod mend;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use cors_core::Policy;
use tokio::net::TcpListener;
use xtask::options::Adapter;

use crate::serve::{Running, bind};
use crate::started::Swap;

const INDEX: &str = include_str!("../playground/index.html");
const STYLE: &str = include_str!("../playground/style.css");
const SCRIPT: &str = include_str!("../playground/script.js");
const FROM: &str = include_str!("../playground/from.html");
const FROM_SCRIPT: &str = include_str!("../playground/from.js");

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// How many ports to try until one is free on both 127.0.0.1 and ::1.
const TRIES: usize = 16;

/// The page's listeners, not yet serving.
pub(crate) struct Playground {
    port: u16,
    listeners: Vec<TcpListener>,
}

impl Playground {
    /// `localhost` means both addresses, so this binds both, or only 127.0.0.1 if there is no ::1. Port 0 means a free one.
    pub(crate) async fn bind(port: u16) -> io::Result<Self> {
        let mut tries = 0;
        loop {
            tries += 1;
            let v4 = bind((Ipv4Addr::LOCALHOST, port).into()).await?;
            let taken = v4.local_addr()?.port();
            match bind((Ipv6Addr::LOCALHOST, taken).into()).await {
                Ok(v6) => return Ok(Self { port: taken, listeners: vec![v4, v6] }),
                Err(error) if error.kind() != io::ErrorKind::AddrInUse => {
                    return Ok(Self { port: taken, listeners: vec![v4] });
                }
                Err(_) if port == 0 && tries < TRIES => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The page's address for browsers.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/", authority("localhost", self.port))
    }

    pub(crate) fn start(self, page: Arc<Page>) -> Vec<Running> {
        let routes = routes(page);
        let serve = |listener| -> Running {
            let routes = routes.clone();
            Box::pin(async { axum::serve(listener, routes).await })
        };
        self.listeners.into_iter().map(serve).collect()
    }

    /// The page for these servers, with the text of their first policy.
    pub(crate) fn page(
        &self,
        servers: impl IntoIterator<Item = (Adapter, SocketAddr)>,
        text: String,
        swap: Swap,
    ) -> Page {
        let servers = servers.into_iter().collect();
        Page { port: self.port, servers, text: Mutex::new(text), swap }
    }
}

/// The state behind the page's answers.
pub(crate) struct Page {
    port: u16,
    servers: Vec<(Adapter, SocketAddr)>,
    text: Mutex<String>,
    swap: Swap,
}

impl Page {
    /// The text of the policy in force.
    fn text(&self) -> String {
        self.text.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether this is the text of the policy in force, whatever its line endings.
    fn is_in_force(&self, text: &str) -> bool {
        self.text().lines().eq(text.lines())
    }

    /// Puts a policy and its text in force in one step, so that they always belong together.
    pub(crate) fn put(&self, policy: Policy, text: String) {
        let mut in_force = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        (self.swap)(policy);
        *in_force = text;
    }

    fn origin(&self) -> String {
        format!("http://{}", authority("localhost", self.port))
    }

    /// Allows the page's own scripts, styles and answers, frames under its names, and an empty icon.
    fn index_csp(&self) -> String {
        let frames = ["localhost", "*.localhost", "127.0.0.1"];
        let frames = frames.map(|host| format!("http://{}", authority(host, self.port))).join(" ");
        format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; frame-src {frames}; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
    }

    /// Allows the frame's own script to reach the servers, and only the playground to frame it.
    fn frame_csp(&self) -> String {
        let mut servers: Vec<_> = self
            .servers
            .iter()
            .map(|(_, addr)| match addr.ip() {
                IpAddr::V4(Ipv4Addr::LOCALHOST) => format!("http://{addr}"),
                // A Content Security Policy cannot name any address except 127.0.0.1.
                _ => "http:".to_owned(),
            })
            .collect();
        servers.dedup();
        format!(
            "default-src 'none'; script-src 'self'; connect-src {}; base-uri 'none'; form-action 'none'; \
             frame-ancestors {}",
            servers.join(" "),
            self.origin()
        )
    }
}

/// Browsers omit the default port.
fn authority(host: &str, port: u16) -> String {
    if port == 80 { host.to_owned() } else { format!("{host}:{port}") }
}

fn routes(page: Arc<Page>) -> Router {
    let html = |text, csp: String| get(async move || file(HTML, &csp, text));
    let other = |kind, text| get(async move || file(kind, NOTHING, text));
    let editor = Router::new()
        .route("/start", post(answers::start))
        .route("/check", post(answers::check))
        .route("/policy", post(answers::policy))
        .route("/explain", post(answers::explain))
        .route("/fix", post(answers::fix))
        .layer(from_fn_with_state(Arc::clone(&page), guard::own_page_alone));
    let site = Router::new()
        .route("/", html(INDEX, page.index_csp()))
        .route("/style.css", other(CSS, STYLE))
        .route("/script.js", other(JAVASCRIPT, SCRIPT))
        .layer(from_fn_with_state(Arc::clone(&page), guard::own_host_alone));
    let frame = Router::new()
        .route("/from", html(FROM, page.frame_csp()))
        .route("/from.js", other(JAVASCRIPT, FROM_SCRIPT))
        .layer(from_fn_with_state(Arc::clone(&page), guard::names_of_this_machine));
    editor.merge(site).merge(frame).with_state(page).layer(map_response(
        async |mut response: Response| {
            let headers = response.headers_mut();
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
            headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
            headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(NOTHING));
            response
        },
    ))
}

/// The Content Security Policy of answers that are not pages.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

fn file(kind: &'static str, csp: &str, text: &'static str) -> Response {
    let headers = [(CONTENT_TYPE, kind), (CONTENT_SECURITY_POLICY, csp)];
    (headers, text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(servers: &[&str]) -> Page {
        let server = |addr: &&str| (Adapter::Axum, addr.parse().unwrap());
        let servers = servers.iter().map(server).collect();
        Page { port: 83, servers, text: Mutex::default(), swap: Arc::new(drop) }
    }

    #[test]
    fn a_frame_may_reach_the_servers() {
        for (servers, sources) in [
            (
                &["127.0.0.1:80", "127.0.0.1:81"],
                "connect-src http://127.0.0.1:80 http://127.0.0.1:81;",
            ),
            (&["127.0.0.2:80", "127.0.0.2:81"], "connect-src http:;"),
            (&["[::1]:80", "[::1]:81"], "connect-src http:;"),
        ] {
            let csp = page(servers).frame_csp();
            assert!(csp.contains(sources), "{csp}");
        }
    }

    #[test]
    fn a_text_is_in_force_until_another_is() {
        let policy = || Policy::builder().allow_origins(["*"]).build().unwrap();
        let page = page(&[]);
        page.put(policy(), "a = 1\r\nb = 2\r\n".to_owned());
        assert!(page.is_in_force("a = 1\nb = 2\n") && !page.is_in_force("a = 1\n"));
        page.put(policy(), "a = 1".to_owned());
        assert!(page.is_in_force("a = 1\n"));
    }
}
