//! A small HTTP/1.1 client over plain sockets. It sends exactly what a test writes and shows the whole response.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long to wait for a server on this machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// What to send. `Host` is added unless it is among the headers.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// As sent: methods are case-sensitive.
    pub method: &'a str,
    /// The path, with the query if there is one.
    pub target: &'a str,
    /// Sent in this order and spelling.
    pub headers: &'a [(&'a str, &'a str)],
}

/// What the server sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// `HTTP/1.1 204 No Content`.
    pub status_line: String,
    /// In the order and spelling received.
    pub headers: Vec<(String, String)>,
    /// Decoded if chunked; empty if HTTP allows no body.
    pub body: Vec<u8>,
    /// The number of chunks of a chunked body.
    pub chunks: Option<usize>,
}

impl Response {
    /// The status code, or 0 if the status line has none.
    pub fn status(&self) -> u16 {
        self.status_line.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0)
    }

    /// Every value of a header, in order.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let same_name = move |(found, _): &&(String, String)| found.eq_ignore_ascii_case(name);
        self.headers.iter().filter(same_name).map(|(_, value)| value.as_str())
    }

    /// The value of a header that appears at most once.
    ///
    /// # Panics
    ///
    /// Panics if it appears more than once.
    pub fn header<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        let mut values = self.values(name);
        let value = values.next();
        assert_eq!(values.next(), None, "{name} is repeated: {self:?}");
        value
    }

    /// The body as text; invalid UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A connection, reused for one request after another.
#[derive(Debug)]
pub struct Connection {
    addr: SocketAddr,
    stream: BufReader<TcpStream>,
}

impl Connection {
    /// Connects.
    pub fn open(addr: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(addr)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { addr, stream: BufReader::new(stream) })
    }

    /// Sends a request and reads the whole answer.
    pub fn send(&mut self, request: Request<'_>) -> io::Result<Response> {
        let mut response = self.head(request)?;
        let bodiless =
            request.method == "HEAD" || matches!(response.status(), 100..=199 | 204 | 304);
        if bodiless {
            return Ok(response);
        }
        let stream = &mut self.stream;
        if response.header("transfer-encoding").is_some() {
            let mut chunks = 0;
            while read_chunk(stream, &mut response.body)? {
                chunks += 1;
            }
            response.chunks = Some(chunks);
        } else if let Some(length) = response.header("content-length") {
            let length = length.parse().map_err(|_| malformed("content-length"))?;
            response.body.resize(length, 0);
            stream.read_exact(&mut response.body)?;
        } else {
            stream.read_to_end(&mut response.body)?;
        }
        Ok(response)
    }

    fn head(&mut self, request: Request<'_>) -> io::Result<Response> {
        let mut head = format!("{} {} HTTP/1.1\r\n", request.method, request.target);
        if !request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            head += &format!("Host: {}\r\n", self.addr);
        }
        for (name, value) in request.headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += "\r\n";
        self.stream.get_mut().write_all(head.as_bytes())?;

        let status_line = read_line(&mut self.stream)?;
        let mut headers = Vec::new();
        loop {
            let line = read_line(&mut self.stream)?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').ok_or_else(|| malformed("header"))?;
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
        Ok(Response { status_line, headers, body: Vec::new(), chunks: None })
    }
}

/// Sends one request on a connection of its own and reads the whole answer.
pub fn send(addr: SocketAddr, request: Request<'_>) -> io::Result<Response> {
    Connection::open(addr)?.send(request)
}

/// Sends one request and reads the head of the answer. The rest stays in the stream.
pub fn open(
    addr: SocketAddr,
    request: Request<'_>,
) -> io::Result<(Response, BufReader<TcpStream>)> {
    let mut connection = Connection::open(addr)?;
    let head = connection.head(request)?;
    Ok((head, connection.stream))
}

/// `false` at the last, empty chunk. The servers send no trailers.
fn read_chunk(stream: &mut impl BufRead, body: &mut Vec<u8>) -> io::Result<bool> {
    let length =
        usize::from_str_radix(&read_line(stream)?, 16).map_err(|_| malformed("chunk length"))?;
    let start = body.len();
    body.resize(start + length, 0);
    stream.read_exact(&mut body[start..])?;
    read_line(stream)?;
    Ok(length > 0)
}

fn read_line(stream: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    line.strip_suffix("\r\n").map(str::to_owned).ok_or_else(|| malformed("line"))
}

fn malformed(part: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the answer has a malformed {part}"))
}
