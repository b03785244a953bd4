//! A loopback proxy for all traffic of the browsers. It terminates TLS itself, so a page can have any origin.
//!
//! It forwards requests to `NAME.axum.test`, `NAME.actix.test` and `NAME.warp.test`, on any port and over `http:` or
//! `https:`, to the test server of that adapter; the same with `.local`, `.localhost` and `.in-addr.arpa` instead of `.test`,
//! and with `SITE-axum` instead of `axum`. All other hosts serve only the runner's page. Browsers whose names resolve to it can use it directly.

use std::convert::Infallible;
use std::error::Error;
use std::io::Cursor;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use cors_core::browser::Initiator;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{
    CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, HeaderMap, HeaderValue, InvalidHeaderValue,
};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, Uri, Version, upgrade};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use xtask::options::Adapter;

use crate::answers::content;
use crate::log::Log;
use crate::{page, tls};

/// The last labels of the adapters' host names.
const SUFFIXES: [&str; 4] = ["test", "local", "localhost", "in-addr.arpa"];

/// The path of `/echo` for an initiator, whose name follows.
pub const AS: &str = "/as/";

/// The addresses of the adapters' test servers. `NAME.axum.test` leads to the first, and so on.
#[derive(Clone, Copy, Debug)]
pub struct Upstreams([SocketAddr; Adapter::ALL.len()]);

impl Upstreams {
    /// Starts the servers one after another.
    pub fn start<E>(mut start: impl FnMut(Adapter) -> Result<SocketAddr, E>) -> Result<Self, E> {
        let mut addrs = [SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)); Adapter::ALL.len()];
        for adapter in Adapter::ALL {
            addrs[*adapter as usize] = start(*adapter)?;
        }
        Ok(Self(addrs))
    }

    /// The address of an adapter's server.
    pub fn of(&self, adapter: Adapter) -> SocketAddr {
        self.0[adapter as usize]
    }

    pub(crate) fn of_host(&self, host: &str) -> Option<SocketAddr> {
        let rest =
            SUFFIXES.iter().find_map(|suffix| host.strip_suffix(suffix)?.strip_suffix('.'))?;
        let name = rest.rsplit(['.', '-']).next()?;
        let adapter = Adapter::ALL.iter().find(|adapter| adapter.name() == name)?;
        Some(self.of(*adapter))
    }
}

/// A running proxy. Dropping it stops it.
#[derive(Debug)]
pub struct Proxy {
    addr: SocketAddr,
    log: Log,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Listens on a free loopback port.
    pub async fn start(upstreams: Upstreams) -> Result<Self, String> {
        Self::start_with_log(upstreams, Log::default()).await
    }

    /// The same with a log that several proxies can share.
    pub async fn start_with_log(upstreams: Upstreams, log: Log) -> Result<Self, String> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.map_err(|error| format!("no port for the proxy: {error}"))?;
        let addr = listener.local_addr().map_err(|error| error.to_string())?;
        let world = Arc::new(World { upstreams, log: log.clone(), tls: tls::acceptor()? });
        let accepting = tokio::spawn(async move {
            loop {
                // `accept` fails for a moment if too many files are open.
                if let Ok((stream, _)) = listener.accept().await {
                    let _ = stream.set_nodelay(true);
                    // It is fine if a browser connects and sends nothing.
                    let world = Arc::clone(&world);
                    tokio::spawn(async move { serve_either(stream, world).await.ok() });
                }
            }
        });
        Ok(Self { addr, log, accepting })
    }

    /// The proxy's address.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The requests that reached the adapters.
    pub fn log(&self) -> &Log {
        &self.log
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// What every connection shares.
struct World {
    upstreams: Upstreams,
    log: Log,
    tls: TlsAcceptor,
}

type Body = BoxBody<Bytes, hyper::Error>;

/// Serves one connection, or the inside of a tunnel. Boxed, because the two call each other.
fn serve(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    scheme: &'static str,
    world: Arc<World>,
) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    let service = service_fn(move |request| answer(request, scheme, Arc::clone(&world)));
    Box::pin(async move {
        // It is fine if a browser goes away in the middle.
        let _ = auto::Builder::new(TokioExecutor::new())
            .serve_connection_with_upgrades(TokioIo::new(stream), service)
            .await;
    })
}

async fn answer(
    mut request: Request<Incoming>,
    scheme: &'static str,
    world: Arc<World>,
) -> Result<Response<Body>, Infallible> {
    if request.method() == Method::CONNECT {
        tokio::spawn(async move {
            // There is nobody to report an error to: the browser sees its connection end.
            if let Ok(upgraded) = upgrade::on(&mut request).await {
                let _ = serve_either(TokioIo::new(upgraded), world).await;
            }
        });
        return Ok(text(StatusCode::OK, "text/plain", ""));
    }
    let path = request.uri().path();
    if let Some((kind, content)) = page::file(path) {
        return Ok(text(StatusCode::OK, kind, content));
    }
    let Some(authority) = authority(&request) else {
        return Ok(text(StatusCode::BAD_REQUEST, "text/plain", "the request names no host"));
    };
    let Some(upstream) = world.upstreams.of_host(without_port(&authority)) else {
        return Ok(text(StatusCode::NOT_FOUND, "text/plain", "no such page"));
    };
    Ok(forward(request, upstream, scheme, &authority, &world.log).await.unwrap_or_else(|error| {
        let message = format!("{upstream}: {error}");
        text(StatusCode::BAD_GATEWAY, "text/plain", message)
    }))
}

/// Serves TLS or plain HTTP.
async fn serve_either(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    world: Arc<World>,
) -> std::io::Result<()> {
    const TLS_HANDSHAKE: u8 = 22;
    let (mut reader, writer) = tokio::io::split(stream);
    let first = reader.read_u8().await?;
    let stream = tokio::io::join(Cursor::new([first]).chain(reader), writer);
    if first == TLS_HANDSHAKE {
        let stream = world.tls.accept(stream).await?;
        serve(stream, "https", world).await;
    } else {
        serve(stream, "http", world).await;
    }
    Ok(())
}

/// The host of a request, with its port if given.
fn authority(request: &Request<Incoming>) -> Option<String> {
    let named = request.uri().authority().map(|authority| authority.as_str());
    let header = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    named.or(header).map(str::to_owned)
}

fn without_port(authority: &str) -> &str {
    authority.rsplit_once(':').map_or(authority, |(host, _)| host)
}

/// Logs the request and forwards it to the server. After an upgrade, copies bytes in both
/// directions.
async fn forward(
    mut request: Request<Incoming>,
    upstream: SocketAddr,
    scheme: &str,
    authority: &str,
    log: &Log,
) -> Result<Response<Body>, Box<dyn Error + Send + Sync>> {
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let headers = request.headers_mut();
    headers.remove("proxy-connection");
    headers.insert(HOST, authority.parse()?);
    join_cookies(headers)?;
    log.note(
        request.method().as_str(),
        &format!("{scheme}://{authority}{target}"),
        request.headers(),
    );
    let initiator = initiator_of(request.uri());
    *request.uri_mut() = target_of(request.uri()).parse::<Uri>()?;
    *request.version_mut() = Version::HTTP_11;
    let browser = upgrade::on(&mut request);

    let stream = TcpStream::connect(upstream).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection.with_upgrades());
    let mut response = sender.send_request(request).await?;
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        let server = upgrade::on(&mut response);
        tokio::spawn(async move {
            if let (Ok(browser), Ok(server)) = tokio::join!(browser, server) {
                let (mut browser, mut server) = (TokioIo::new(browser), TokioIo::new(server));
                // Ends when either side does.
                let _ = tokio::io::copy_bidirectional(&mut browser, &mut server).await;
            }
        });
    }
    match initiator.filter(|_| response.status() == StatusCode::OK) {
        Some(initiator) => {
            let (kind, content) = content::of(initiator);
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            headers.remove(CONTENT_LENGTH);
            Ok(response.map(|_| full(content)))
        }
        None => Ok(response.map(BodyExt::boxed)),
    }
}

/// What wants the answer of an adapter to have the type and the body that it can use.
pub fn initiator_of(url: &Uri) -> Option<Initiator> {
    let name = url.path().strip_prefix(AS)?;
    Initiator::ALL.into_iter().find(|initiator| initiator.as_str() == name)
}

/// The path and query under which the adapters know a URL.
pub fn target_of(url: &Uri) -> String {
    let target = url.path_and_query().map_or("/", |target| target.as_str());
    match initiator_of(url) {
        Some(_) => format!("/echo?{}", url.query().unwrap_or_default()),
        None => target.to_owned(),
    }
}

/// HTTP/2 may split the header into lines, but HTTP/1.1 may not.
/// [RFC 9113, 8.2.3](https://www.rfc-editor.org/rfc/rfc9113#section-8.2.3)
fn join_cookies(headers: &mut HeaderMap) -> Result<(), InvalidHeaderValue> {
    let lines: Vec<_> = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes).collect();
    if lines.len() > 1 {
        let joined = HeaderValue::from_bytes(&lines.join(&b"; "[..]))?;
        headers.insert(COOKIE, joined);
    }
    Ok(())
}

fn full(content: impl Into<Bytes>) -> Body {
    Full::new(content.into()).map_err(|never| match never {}).boxed()
}

fn text(status: StatusCode, kind: &'static str, content: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(full(content));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_adapter_has_its_names() {
        let [axum, actix, warp] =
            [1, 2, 3].map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        let upstreams = Upstreams([axum, actix, warp]);
        for (authority, upstream) in [
            ("api.axum.test", Some(axum)),
            ("api.actix.test:8443", Some(actix)),
            ("a.b.warp.test:80", Some(warp)),
            ("api.axum.local:80", Some(axum)),
            ("api.axum.localhost", Some(axum)),
            ("api.c1-axum.in-addr.arpa", Some(axum)),
            ("axum.arpa", None),
            ("api.axum.example", None),
            ("axum.test.example", None),
            ("notaxum.test", None),
            ("localhost:8080", None),
            ("", None),
        ] {
            assert_eq!(upstreams.of_host(without_port(authority)), upstream, "{authority}");
        }
    }

    #[test]
    fn cookies_are_one_line() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("a=1"));
        headers.append(COOKIE, HeaderValue::from_static("b=2"));
        join_cookies(&mut headers).unwrap();
        assert!(headers.get_all(COOKIE).iter().eq(["a=1; b=2"]));
    }
}
