//! A blocking client that writes HTTP/1.1 as text, and what tests compare.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cors_core::adapter::Decided;

/// A request in text.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Request {
    pub method: String,
    pub uri: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// A request to `api.example`, unless a `host` is among the headers.
pub fn request(method: &str, uri: &str, headers: &[(&str, &str)]) -> Request {
    let host = [("host", "api.example")];
    let host = if headers.iter().any(|(name, _)| *name == "host") { &[] } else { &host[..] };
    let headers = host.iter().chain(headers);
    let headers = headers.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Request { method: method.to_owned(), uri: uri.to_owned(), headers, body: String::new() }
}

/// A `GET` request from `origin`.
pub fn get(uri: &str, origin: &str) -> Request {
    request("GET", uri, &[("origin", origin)])
}

/// A preflight.
pub fn preflight(uri: &str, origin: &str, method: &str) -> Request {
    let headers = [("origin", origin), ("access-control-request-method", method)];
    request("OPTIONS", uri, &headers)
}

impl Request {
    /// A request as a handler got it.
    pub fn received<'a>(
        method: &str,
        uri: impl ToString,
        headers: impl Iterator<Item = (&'a str, &'a [u8])>,
        body: &[u8],
    ) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers = headers.map(|(name, value)| (name.to_owned(), text(value))).collect();
        Self { method: method.to_owned(), uri: uri.to_string(), headers, body: text(body) }
    }

    /// Adds what a handler found of the layer's decision, as a header `decided`.
    pub fn decided(self, decided: Option<&Decided>) -> Self {
        match decided {
            Some(decided) => {
                let word = if decided.is_allowed() { "yes" } else { "no" };
                self.with("decided", &format!("{word}: {decided}"))
            }
            None => self,
        }
    }

    /// Adds a header line.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Removes all lines of a header.
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    /// The first line of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        first(&self.headers, name)
    }

    fn to_text(&self) -> String {
        let mut text = format!("{} {} HTTP/1.1\r\n", self.method, self.uri);
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        if !self.body.is_empty() {
            text += &format!("content-length: {}\r\n", self.body.len());
        }
        text + "\r\n" + &self.body
    }
}

impl<B: From<String>> From<Request> for http::Request<B> {
    fn from(request: Request) -> Self {
        let mut built = Self::new(request.body.into());
        *built.method_mut() = request.method.parse().unwrap();
        *built.uri_mut() = request.uri.parse().unwrap();
        for (name, value) in &request.headers {
            let name: http::HeaderName = name.parse().unwrap();
            built
                .headers_mut()
                .append(name, http::HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        built
    }
}

fn first<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
}

/// A response, with header names in lower case.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// The first line of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        first(&self.headers, name)
    }
}

/// A response's status and headers.
pub trait HasHead {
    /// The status.
    fn status(&self) -> u16;
    /// All lines of all headers, names in lower case.
    fn header_lines(&self) -> Vec<(String, String)>;
}

impl HasHead for Answer {
    fn status(&self) -> u16 {
        self.status
    }

    fn header_lines(&self) -> Vec<(String, String)> {
        self.headers.clone()
    }
}

impl<B> HasHead for http::Response<B> {
    fn status(&self) -> u16 {
        self.status().as_u16()
    }

    fn header_lines(&self) -> Vec<(String, String)> {
        let text = |value: &http::HeaderValue| value.to_str().unwrap().to_owned();
        self.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect()
    }
}

/// The CORS headers and `Vary` in lower case, sorted, a line each.
pub fn cors(response: &impl HasHead) -> Vec<String> {
    let mut lines: Vec<String> = response
        .header_lines()
        .iter()
        .filter(|(name, _)| name == "vary" || name.starts_with("access-control-"))
        .map(|(name, value)| {
            let elements: Vec<&str> = value.split(',').map(str::trim).collect();
            format!("{name}: {}", elements.join(", "))
        })
        .map(|line| if line.starts_with("vary") { line.to_lowercase() } else { line })
        .collect();
    lines.sort();
    lines
}

/// The lines as the constants have them.
pub fn lines(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).collect()
}

/// Asserts on the status and the exact CORS headers.
#[track_caller]
pub fn compare(what: &str, response: &impl HasHead, status: u16, wanted: &[&str]) {
    let got = cors(response);
    assert_eq!((response.status(), lines(&got)), (status, wanted.to_vec()), "{what}");
}

/// A connection to a server.
#[derive(Debug)]
pub struct Connection(TcpStream);

impl Connection {
    /// Opens it.
    pub fn open(address: SocketAddr) -> Self {
        Self(TcpStream::connect(address).unwrap())
    }

    /// Writes a request, or what else goes over the connection.
    pub fn write(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).unwrap();
    }

    /// Writes a request.
    pub fn request(&mut self, request: &Request) {
        self.write(request.to_text());
    }

    /// Reads exactly as many bytes.
    pub fn read(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes).unwrap();
        bytes
    }

    fn read_until(&mut self, end: &str) -> String {
        let mut text = Vec::new();
        while !text.ends_with(end.as_bytes()) {
            text.extend(self.read(1));
        }
        String::from_utf8(text).unwrap()
    }

    /// Reads a response's head, and no byte more.
    pub fn head(&mut self) -> Answer {
        let head = self.read_until("\r\n\r\n");
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(':').unwrap();
            (name.to_lowercase(), value.trim().to_owned())
        });
        Answer { status, headers: headers.collect(), body: Vec::new() }
    }

    /// Reads a chunk of a body that comes in chunks.
    pub fn chunk(&mut self) -> Vec<u8> {
        let length = usize::from_str_radix(self.read_until("\r\n").trim_end(), 16).unwrap();
        let mut chunk = self.read(length + 2);
        chunk.truncate(length);
        chunk
    }

    /// Reads to the end of the connection.
    pub fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        self.0.read_to_end(&mut rest).unwrap();
        rest
    }

    /// Sends a request and reads a response of known length. The connection stays open.
    pub fn send(&mut self, request: &Request) -> Answer {
        self.request(request);
        let mut answer = self.head();
        answer.body =
            self.read(answer.header("content-length").map_or(0, |length| length.parse().unwrap()));
        answer
    }

    /// Sends one request over a connection of its own.
    pub fn once(address: SocketAddr, request: Request) -> Answer {
        let mut connection = Self::open(address);
        connection.request(&request.with("connection", "close"));
        let mut answer = connection.head();
        answer.body = connection.rest();
        answer
    }
}

/// How often something ran.
#[derive(Clone, Debug, Default)]
pub struct Counter(Arc<AtomicUsize>);

impl Counter {
    /// Counts.
    pub fn add(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    /// The count since the last look.
    pub fn take(&self) -> usize {
        self.0.swap(0, Ordering::SeqCst)
    }
}
