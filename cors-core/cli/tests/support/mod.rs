//! Servers on loopback that answer with raw bytes.

#![allow(dead_code, reason = "each test program uses a part")]

use std::convert::Infallible;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;

use http::{Request, Response};
use http_body_util::Empty;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use serde_json::Value;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// Writes a file for this test.
pub fn file(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).unwrap();
    path
}

/// What `explain --json` printed, held to its schema.
pub fn explained(stdout: &[u8]) -> Value {
    let said = serde_json::from_slice(stdout).unwrap_or_else(|error| {
        panic!("{error}: {:?}", String::from_utf8_lossy(stdout));
    });
    let schema = include_str!("../../schemas/explain.schema.json");
    let schema = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    let faults: Vec<_> = schema.iter_errors(&said).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{faults:?}: {said:#}");
    said
}

/// A response as bytes. An empty one closes the connection.
pub struct Answer(Vec<u8>);

impl From<Vec<u8>> for Answer {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<&str> for Answer {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Answer {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

/// A server that closes each connection after one answer. It lasts as long as the test.
pub struct Server {
    port: u16,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub fn start(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").unwrap(), answer)
    }

    pub fn on(
        listener: TcpListener,
        answer: impl Fn(&str) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self::serving(listener, move |request, stream| {
            let _ = stream.write_all(&answer(request).0);
        })
    }

    /// Writes to the connection as it likes.
    pub fn start_streaming(write: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Self::serving(listener, move |_, stream| write(stream))
    }

    /// Takes requests and keeps the connection open.
    pub fn never_answers() -> Self {
        Self::start_streaming(|stream| {
            let _ = stream.read(&mut [0]);
        })
    }

    fn serving(
        listener: TcpListener,
        serve: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static,
    ) -> Self {
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        let serve = Arc::new(serve);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut stream, seen, serve) = (stream.unwrap(), seen.clone(), serve.clone());
                thread::spawn(move || {
                    let request = read_request(&mut stream);
                    seen.lock().unwrap().push(request.clone());
                    serve(&request, &mut stream);
                });
            }
        });
        Self { port, requests }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The requests so far, head and body.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// Reads up to the empty line, or to what there is.
pub fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && matches!(stream.read(&mut byte), Ok(1)) {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

fn read_request(stream: &mut TcpStream) -> String {
    let head = read_head(stream);
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).unwrap();
    head + &String::from_utf8(body).unwrap()
}

/// A server over TLS and HTTP/2 that allows every origin.
pub struct Tls {
    pub port: u16,
    /// In PEM.
    pub certificate: String,
}

impl Tls {
    pub fn start(host: &str) -> Self {
        let made = rcgen::generate_simple_self_signed([host.to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let mut config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    let acceptor = acceptor.clone();
                    tokio::spawn(async move {
                        let Ok(stream) = acceptor.accept(stream).await else { return };
                        let connection = auto::Builder::new(TokioExecutor::new());
                        let service = service_fn(|request| async move { allow(&request) });
                        let _ = connection.serve_connection(TokioIo::new(stream), service).await;
                    });
                }
            });
        });
        Self { port, certificate: made.cert.pem() }
    }

    pub fn url(&self, host: &str) -> String {
        format!("https://{host}:{}/", self.port)
    }
}

fn allow(request: &Request<Incoming>) -> Result<Response<Empty<Bytes>>, Infallible> {
    let response = Response::builder()
        .header("access-control-allow-origin", "*")
        .header("x-version", format!("{:?}", request.version()));
    Ok(response.body(Empty::new()).unwrap())
}
