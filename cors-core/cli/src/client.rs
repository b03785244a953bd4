//! Sends what a browser would send, and hands back what came.

use std::error::Error;
use std::fmt::Write as _;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use http::header::{COOKIE, HOST, SEC_WEBSOCKET_KEY, USER_AGENT};
use http::{HeaderValue, Request, Response, StatusCode};
use reqwest::redirect::Policy;
use rustls::CertificateError;
use tokio::net::lookup_host;
use tokio::runtime::Runtime;
use tokio::time::{Instant, timeout, timeout_at};

use crate::args::Connection;
use crate::input::shown_url;

/// As much of a body as is read: enough for an error page.
const MAX_BODY: usize = 64 * 1024;

/// How long a body may take once its headers are there. A stream may never end.
const BODY_PATIENCE: Duration = Duration::from_secs(2);

/// More header fields than any server sends on purpose, in HTTP/2. In HTTP/1.1, it is 400 kB.
const MAX_HEADERS: u32 = 256 * 1024;

/// As many as these bytes hold.
const MAX_LINES: usize = 16 * 1024;

/// A connection to servers, without cookies, redirects and caches of its own.
pub(crate) struct Client {
    /// `None` only while it is dropped.
    runtime: Option<Runtime>,
    client: reqwest::Client,
    /// For handshakes of WebSockets.
    http1: reqwest::Client,
    patience: Duration,
    user_agent: HeaderValue,
    /// Of `--resolve`.
    resolved: Vec<(String, Vec<SocketAddr>)>,
}

/// A response, and the first 64 KiB of its body.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) response: Response<()>,
    pub(crate) body: Vec<u8>,
}

impl Client {
    /// `Err` is what is wrong with the flags.
    pub(crate) fn new(options: &Connection, user_agent: &'static str) -> Result<Self, String> {
        let patience = Duration::from_secs(options.timeout);
        // Fails only if it was called before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let resolved: Vec<_> =
            options.resolve.iter().map(|flag| resolved(flag)).collect::<Result<_, _>>()?;
        let builder = || {
            let builder = reqwest::Client::builder()
                .redirect(Policy::none())
                // A server may close a connection just when it is used again.
                .pool_max_idle_per_host(0)
                .referer(false)
                .http2_max_header_list_size(MAX_HEADERS)
                // What browsers put up with.
                .http1_allow_obsolete_multiline_headers_in_responses(true)
                .http1_allow_spaces_after_header_name_in_responses(true)
                .http1_ignore_invalid_headers_in_responses(true)
                .http1_max_headers(MAX_LINES)
                .tls_danger_accept_invalid_certs(options.insecure)
                .connect_timeout(patience);
            resolved.iter().fold(builder, |builder, (host, addresses)| {
                builder.resolve_to_addrs(host, addresses)
            })
        };
        let build = || -> Result<_, Box<dyn Error>> {
            // A server that never pauses must not keep the timer from being looked at.
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = runtime.enable_all().event_interval(1).build()?;
            Ok((runtime, builder().build()?, builder().http1_only().build()?))
        };
        let (runtime, client, http1) =
            build().map_err(|error| format!("cannot connect: {error}"))?;
        let user_agent = HeaderValue::from_static(user_agent);
        Ok(Self { runtime: Some(runtime), client, http1, patience, user_agent, resolved })
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime.as_ref().expect("the client is not dropped").block_on(future)
    }

    /// What `--resolve` says about a host.
    pub(crate) fn told_address(&self, host: &str) -> Option<IpAddr> {
        let (_, addresses) =
            self.resolved.iter().find(|(told, _)| told.eq_ignore_ascii_case(host))?;
        addresses.first().map(SocketAddr::ip)
    }

    /// What a host resolves to. `None` if it does not, or not in time.
    pub(crate) fn address(&self, host: &str) -> Option<IpAddr> {
        self.told_address(host).or_else(|| {
            let looking = async { timeout(self.patience, lookup_host((host, 0))).await };
            let found = self.block_on(looking).ok()?.ok()?.next();
            found.map(|address| address.ip())
        })
    }

    /// Sends the request, and reads only the headers of the answer. `Err` says why there is none.
    pub(crate) fn head(&self, request: &Request<()>) -> Result<Response<()>, String> {
        self.exchange(request, None, &[], 0).map(|received| received.response)
    }

    /// Sends the request with this body and these cookies. `Err` says why there is no response, in
    /// a few words.
    pub(crate) fn send(
        &self,
        request: &Request<()>,
        body: Option<&[u8]>,
        cookies: &[String],
    ) -> Result<Received, String> {
        self.exchange(request, body, cookies, MAX_BODY)
    }

    fn exchange(
        &self,
        request: &Request<()>,
        body: Option<&[u8]>,
        cookies: &[String],
        max_body: usize,
    ) -> Result<Received, String> {
        let mut headers = request.headers().clone();
        // The client writes it, in HTTP/2 by another name.
        headers.remove(HOST);
        headers.entry(USER_AGENT).or_insert_with(|| self.user_agent.clone());
        if !cookies.is_empty() {
            let line = HeaderValue::from_str(&cookies.join("; "));
            headers.insert(COOKIE, line.map_err(|_| "the cookie is not a header value")?);
        }
        let is_handshake = headers.contains_key(SEC_WEBSOCKET_KEY);
        let client = if is_handshake { &self.http1 } else { &self.client };
        let mut sending =
            client.request(request.method().clone(), request.uri().to_string()).headers(headers);
        if let Some(body) = body {
            sending = sending.body(body.to_vec());
        }
        self.block_on(async {
            let deadline = Instant::now() + self.patience;
            let mut came = match timeout_at(deadline, sending.send()).await {
                Err(_) => return Err(self.timed_out()),
                Ok(Err(error)) => return Err(self.reason(&error)),
                Ok(Ok(came))
                    if came.status() == StatusCode::SWITCHING_PROTOCOLS && !is_handshake =>
                {
                    return Err("the server switches protocols, unasked".to_owned());
                }
                Ok(Ok(came)) => came,
            };
            let deadline = deadline.min(Instant::now() + BODY_PATIENCE);
            let mut body = Vec::new();
            // After it, a WebSocket's messages come.
            let max_body = if is_handshake { 0 } else { max_body };
            while body.len() < max_body {
                match timeout_at(deadline, came.chunk()).await {
                    Ok(Ok(Some(chunk))) => body.extend_from_slice(&chunk),
                    _ => break,
                }
            }
            body.truncate(max_body);
            let mut response = Response::new(());
            *response.status_mut() = came.status();
            *response.version_mut() = came.version();
            *response.headers_mut() = std::mem::take(came.headers_mut());
            Ok(Received { response, body })
        })
    }

    fn timed_out(&self) -> String {
        format!("no answer within {} s", self.patience.as_secs())
    }

    /// Why there is no response.
    fn reason(&self, error: &reqwest::Error) -> String {
        let mut chain = String::new();
        let mut cause: Option<&dyn Error> = Some(error);
        while let Some(error) = cause {
            if let Some(tls) = error.downcast_ref::<rustls::Error>() {
                return match tls {
                    rustls::Error::InvalidCertificate(why) => {
                        format!("the certificate is not trusted: {}", certificate(why))
                    }
                    rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType) => {
                        "the server does not speak TLS on this port. Is it http:?".to_owned()
                    }
                    other => format!("TLS failed: {other}"),
                };
            }
            if let Some(hyper) = error.downcast_ref::<hyper::Error>() {
                if hyper.to_string() == "message head is too large" {
                    return format!("the headers are too long: over {MAX_LINES} lines or 400 kB");
                }
                if hyper.is_parse() {
                    return format!(
                        "the answer is not HTTP, or malformed beyond what this tool reads: {hyper}"
                    );
                }
                if hyper.is_incomplete_message() {
                    return "the connection was closed without an answer".to_owned();
                }
            }
            if let Some(io) = error.downcast_ref::<io::Error>() {
                match io.kind() {
                    io::ErrorKind::ConnectionRefused => {
                        return "connection refused: nothing listens there".to_owned();
                    }
                    io::ErrorKind::TimedOut => return self.timed_out(),
                    io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof => {
                        return "the connection was closed without an answer".to_owned();
                    }
                    _ => {}
                }
                // An error of TLS may be inside.
                if let Some(inner) = io.get_ref() {
                    cause = Some(inner);
                    continue;
                }
            }
            let text = error.to_string();
            if text == "dns error" {
                return "the host cannot be found (DNS)".to_owned();
            }
            if !chain.ends_with(&text) {
                let separator = if chain.is_empty() { "" } else { ": " };
                let _ = write!(chain, "{separator}{text}");
            }
            cause = error.source();
        }
        if error.is_timeout() { self.timed_out() } else { chain }
    }
}

/// The system's resolver may take longer than anyone waits.
impl Drop for Client {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// What is wrong with it.
fn certificate(why: &CertificateError) -> String {
    let known = match why {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired",
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is for another name"
        }
        CertificateError::UnknownIssuer => "its issuer is unknown; --insecure accepts it",
        CertificateError::Other(_) => "it is self-signed or malformed; --insecure accepts it",
        other => return other.to_string(),
    };
    known.to_owned()
}

/// The host and addresses of a `--resolve`.
fn resolved(flag: &str) -> Result<(String, Vec<SocketAddr>), String> {
    let parsed = || {
        let mut parts = flag.splitn(3, ':');
        let (host, port, addresses) = (parts.next()?, parts.next()?, parts.next()?);
        let port = port.parse().ok()?;
        let address = |text: &str| -> Option<SocketAddr> {
            let text = text.trim_start_matches('[').trim_end_matches(']');
            Some(SocketAddr::new(text.parse::<IpAddr>().ok()?, port))
        };
        let addresses = addresses.split(',').map(address).collect::<Option<_>>()?;
        (!host.is_empty()).then(|| (host.to_owned(), addresses))
    };
    parsed().ok_or_else(|| {
        let flag = shown_url(flag);
        format!("--resolve {flag}: write HOST:PORT:ADDRESS, like api.example.com:443:127.0.0.1")
    })
}
