//! One change after another to the script's call or the element, to the page, or to what it is
//! redirected to.

use super::Change;
use crate::browser::{
    Body, Crossorigin, Fetch, Initiator, Mode, RedirectMode, Step, Taken, Verdict, header_bytes,
};
use crate::engine::headers::MAX_LIST;
use crate::engine::names::is_token;
use crate::engine::own_hosts::split;
use url::Url;

/// Replaces a URL that cannot be corrected.
const EXAMPLE: &str = "https://api.example/";

/// A port that no browser blocks.
const OPEN_PORT: u16 = 8443;

/// `Err` is a change that cannot be tried here.
pub(super) type Changed = Result<(), Change>;

pub(super) struct Script {
    pub(super) fetch: Fetch,
    /// The changes so far.
    pub(super) made: Vec<Change>,
}

pub(super) fn on_the_server(what: impl Into<String>) -> Changed {
    Err(Change::Server(what.into()))
}

pub(super) fn accept_handshake() -> Changed {
    on_the_server("accept the WebSocket: answer the handshake with status 101")
}

impl Script {
    pub(super) fn new(fetch: Fetch) -> Self {
        Self { fetch: fetch.settled().into_owned(), made: Vec::new() }
    }

    pub(super) fn change(&mut self, what: impl Into<String>) -> Changed {
        let what = what.into();
        self.made.push(match self.fetch.initiator {
            Initiator::Script
            | Initiator::Module
            | Initiator::Image
            | Initiator::Stylesheet
            | Initiator::Frame => Change::Page(format!("in the HTML: {what}")),
            Initiator::Font => Change::Page(format!("in the CSS: {what}")),
            _ => Change::Script(what),
        });
        Ok(())
    }

    /// Changes what made the last attempt fail. `is_sent` says whether a request was sent. `None`
    /// if it is up to the server's CORS headers.
    pub(super) fn get_past(&mut self, verdict: &Verdict, is_sent: bool) -> Option<Changed> {
        let step = match verdict {
            Verdict::Readable(_) | Verdict::Opened | Verdict::Loaded | Verdict::Sent => {
                return Some(Ok(()));
            }
            Verdict::Opaque => return Some(self.mode_cors()),
            Verdict::OpaqueRedirect => return Some(self.redirect_follow()),
            Verdict::Failed(Taken { step, .. }) => *step,
        };
        Some(match step {
            Step::UrlFailure => self.example("a valid URL"),
            Step::UrlCredentials => self.url(|url| {
                let _ = url.set_username("");
                let _ = url.set_password(None);
            }),
            Step::RequestMethod => self.another_method("which browsers never send"),
            Step::RequestHeader => self.valid_headers(),
            Step::WebSocketUrl => self.url(|url| {
                let _ = url.set_scheme("wss");
                url.set_fragment(None);
            }),
            Step::ResourcePolicy if self.fetch.initiator == Initiator::Beacon => {
                on_the_server("send Cross-Origin-Resource-Policy: cross-origin")
            }
            Step::RedirectModeError if self.fetch.initiator == Initiator::WebSocket => {
                accept_handshake()
            }
            Step::NoCorsMethod
            | Step::SameOriginMode
            | Step::RequestStream
            | Step::NoCorsRedirectMode
            | Step::ResourcePolicy => self.mode_cors(),
            Step::RedirectModeError => self.redirect_follow(),
            Step::RequestBody => self.method("POST".to_owned()),
            // The URL comes from a redirect.
            Step::BadPort if is_sent => {
                on_the_server("redirect to a port that browsers do not block")
            }
            Step::MixedContent | Step::UrlScheme | Step::RedirectScheme if is_sent => {
                on_the_server("redirect to a URL that begins with https:")
            }
            Step::Network if is_sent => on_the_server("redirect to a server that answers"),
            Step::BadPort => self.open_port(),
            Step::MixedContent | Step::UrlScheme => self.https(),
            Step::Network => self.example("the URL of a server that answers"),
            Step::RedirectLocation => on_the_server("send one Location header with a valid URL"),
            Step::RedirectCount => on_the_server("redirect at most 20 times"),
            Step::RedirectCredentials => {
                on_the_server("redirect to the URL without its user name and password")
            }
            Step::RedirectBody => {
                self.fetch.body = Body::Bytes;
                self.change("send bytes or text: a stream cannot be sent again after a redirect")
            }
            _ => return None,
        })
    }

    fn mode_cors(&mut self) -> Changed {
        if self.fetch.initiator.is_potentially_cors() {
            self.fetch = self.fetch.clone().crossorigin(Some(Crossorigin::Anonymous));
            return self.change("add crossorigin");
        }
        self.fetch.mode = Mode::Cors;
        self.change("mode: \"cors\"")
    }

    fn redirect_follow(&mut self) -> Changed {
        self.fetch.redirect = RedirectMode::Follow;
        self.change("redirect: \"follow\"")
    }

    pub(super) fn method(&mut self, method: String) -> Changed {
        let what = format!("method: {method:?}");
        self.fetch.method = method;
        self.change(what)
    }

    pub(super) fn another_method(&mut self, why: &str) -> Changed {
        let method = if self.fetch.body == Body::None { "GET" } else { "POST" };
        let before = std::mem::replace(&mut self.fetch.method, method.to_owned());
        self.change(format!("a method other than {before:?}, {why}, such as {method:?}"))
    }

    /// Removes headers with invalid names, and encodes invalid values.
    fn valid_headers(&mut self) -> Changed {
        let mut whats = Vec::new();
        self.fetch.headers.retain_mut(|(name, value)| {
            if !is_token(name.as_bytes()) {
                whats.push(format!(
                    "remove the header {name:?}, or use only letters, digits and hyphens in its name"
                ));
                return false;
            }
            if header_bytes(value).is_none() {
                *value = url::form_urlencoded::byte_serialize(value.as_bytes())
                    .collect::<String>()
                    .replace('+', "%20");
                whats.push(format!("encode the value of the header {name} as {value:?}"));
            }
            true
        });
        self.made.extend(whats.into_iter().map(Change::Script));
        Ok(())
    }

    pub(super) fn fewer_headers(&mut self) -> Changed {
        let mut left = MAX_LIST;
        self.fetch.headers.retain(|(name, _)| match left.checked_sub(name.len() + 1) {
            Some(rest) => {
                left = rest;
                true
            }
            None => false,
        });
        self.change(format!(
            "fewer or shorter headers: the names in a preflight may take at most {MAX_LIST} bytes"
        ))
    }

    fn open_port(&mut self) -> Changed {
        self.url(|url| {
            let _ = url.set_port(Some(OPEN_PORT));
        })?;
        let what = format!("listen on a port that browsers do not block, such as {OPEN_PORT}");
        self.made.push(Change::Server(what));
        Ok(())
    }

    /// The same URL with `https:`, if it has a host.
    fn https(&mut self) -> Changed {
        let is_socket = self.fetch.initiator == Initiator::WebSocket;
        let scheme = if is_socket { "wss" } else { "https" };
        let https = self.fetch.parsed_url().ok().filter(Url::has_host).and_then(|url| {
            let (_, rest) = url.as_str().split_once(':')?;
            Url::parse(&format!("{scheme}:{rest}")).ok()
        });
        match https {
            Some(https) => self.url(|url| *url = https),
            None => self.example(&format!("a URL that begins with {scheme}:")),
        }
    }

    /// A URL at one of the server's own hosts, given as a pattern.
    pub(super) fn host(&mut self, own: &str) -> Changed {
        let own = own.replacen("*.", "www.", 1);
        let (host, port) = split(own.strip_suffix(":*").unwrap_or(&own)).unwrap_or((&own, ""));
        if self.fetch.parsed_url().is_ok_and(|url| url.host_str() == Some(host)) {
            return on_the_server("redirect to one of own_hosts");
        }
        // Neither fails on an http(s) URL, which was sent.
        self.url(|url| {
            let _ = url.set_host(Some(host));
            let _ = url.set_port(port.parse().ok());
        })
    }

    fn example(&mut self, what: &str) -> Changed {
        let is_tried = self.fetch.url == EXAMPLE;
        self.fetch.url = EXAMPLE.to_owned();
        let change = format!("{what}, such as {EXAMPLE:?}");
        if is_tried { Err(Change::Script(change)) } else { self.change(change) }
    }

    fn url(&mut self, change: impl FnOnce(&mut Url)) -> Changed {
        let Ok(mut url) = self.fetch.parsed_url() else { return self.example("another URL") };
        let before = url.clone();
        change(&mut url);
        if url == before {
            return self.example("another URL");
        }
        self.fetch.url = url.into();
        let what = format!("the URL {:?}", self.fetch.url);
        self.change(what)
    }
}
