//! One connection: sends everything at once, then reads the answers. Works on bytes, because
//! neither requests nor answers have to be text.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long to wait for a server on this machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// No server of ours sends more.
const MAX_BODY: u64 = 16 * 1024 * 1024;

#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = move |(found, _): &&(String, String)| found == name;
        self.headers.iter().filter(named).map(|(_, value)| value.as_str())
    }
}

/// The answers, and if something went wrong, why there are no more.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub answers: Vec<Answer>,
    pub fault: Option<String>,
}

/// Sends `bytes` on a new connection and reads `count` answers.
pub fn exchange(addr: SocketAddr, bytes: &[u8], count: usize) -> Exchange {
    let mut answers = Vec::new();
    let fault = read_answers(addr, bytes, count, &mut answers).err().map(|error| error.to_string());
    Exchange { answers, fault }
}

fn read_answers(
    addr: SocketAddr,
    bytes: &[u8],
    count: usize,
    answers: &mut Vec<Answer>,
) -> io::Result<()> {
    let mut stream = TcpStream::connect(addr)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    // A server that refuses the head may close before it has read everything. Its answer still
    // counts.
    let _ = stream.write_all(bytes);

    let mut stream = BufReader::new(stream);
    let mut methods = methods(bytes).into_iter();
    while answers.len() < count {
        let is_head = methods.next().is_some_and(|method| method == b"HEAD");
        answers.push(read_answer(&mut stream, is_head)?);
    }
    let switched = answers.last().is_some_and(|answer| answer.status == 101);
    let mut surplus = stream.buffer().to_vec();
    if !switched && is_last(bytes) {
        // The server closes after the answer. If it resets instead, nothing is left unread either.
        let _ = stream.read_to_end(&mut surplus);
    }
    if !switched && !surplus.is_empty() {
        let shown = String::from_utf8_lossy(&surplus[..surplus.len().min(80)]).into_owned();
        return Err(malformed(&format!("{} bytes follow it: {shown:?}", surplus.len())));
    }
    Ok(())
}

/// The methods of all requests: they decide whether answers have bodies.
fn methods(bytes: &[u8]) -> Vec<&[u8]> {
    let lines = bytes.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_end);
    let requests =
        lines.filter(|line| line.ends_with(b" HTTP/1.1") || line.ends_with(b" HTTP/1.0"));
    requests.filter_map(|line| line.split(|&byte| byte == b' ').next()).collect()
}

/// Whether the client said that this is its last request.
fn is_last(bytes: &[u8]) -> bool {
    String::from_utf8_lossy(bytes).to_ascii_lowercase().contains("\r\nconnection: close\r\n")
}

fn read_answer(stream: &mut impl BufRead, is_head: bool) -> io::Result<Answer> {
    let (status, headers) = loop {
        let (status, headers) = read_head(stream)?;
        // `100 Continue` and the like come before the answer.
        if status == 101 || status >= 200 {
            break (status, headers);
        }
    };
    let mut answer = Answer { status, headers, body: Vec::new() };
    if is_head || matches!(status, 101 | 204 | 304) {
        return Ok(answer);
    }
    let mut body = Vec::new();
    if answer.values("transfer-encoding").next().is_some() {
        while read_chunk(stream, &mut body)? {}
    } else if let Some(length) = answer.values("content-length").next() {
        let length = length.parse::<u64>().ok().filter(|length| *length <= MAX_BODY);
        let length = length.ok_or_else(|| malformed("its Content-Length is not a valid length"))?;
        if stream.take(length).read_to_end(&mut body)? as u64 != length {
            return Err(malformed("its body ends early"));
        }
    } else {
        stream.take(MAX_BODY).read_to_end(&mut body)?;
    }
    answer.body = body;
    Ok(answer)
}

fn read_head(stream: &mut impl BufRead) -> io::Result<(u16, Vec<(String, String)>)> {
    let status_line = read_line(stream)?;
    let status = status_line.split(' ').nth(1).and_then(|code| code.parse().ok());
    let status = status.ok_or_else(|| malformed(&format!("no status in {status_line:?}")))?;
    let mut headers = Vec::new();
    loop {
        let line = read_line(stream)?;
        if line.is_empty() {
            return Ok((status, headers));
        }
        let (name, value) =
            line.split_once(':').ok_or_else(|| malformed(&format!("{line:?} is not a header")))?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
}

/// `false` at the last, empty chunk. The servers send no trailers.
fn read_chunk(stream: &mut impl BufRead, body: &mut Vec<u8>) -> io::Result<bool> {
    let line = read_line(stream)?;
    let length = u64::from_str_radix(&line, 16).ok().filter(|length| *length <= MAX_BODY);
    let length = length.ok_or_else(|| malformed("a chunk's length is not valid"))?;
    if stream.take(length).read_to_end(body)? as u64 != length {
        return Err(malformed("a chunk ends early"));
    }
    read_line(stream)?;
    Ok(length > 0)
}

fn read_line(stream: &mut impl BufRead) -> io::Result<String> {
    let mut line = Vec::new();
    stream.read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Err(malformed("the connection was closed"));
    }
    let line =
        line.strip_suffix(b"\r\n").ok_or_else(|| malformed("a line does not end in CRLF"))?;
    Ok(String::from_utf8_lossy(line).into_owned())
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}
