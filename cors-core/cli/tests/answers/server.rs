//! A row's servers: they send the bytes of the answers, whatever these are.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use tungstenite::handshake::derive_accept_key;

use super::table::{Hosts, Row};

/// How long a client may be silent.
const PATIENCE: Duration = Duration::from_secs(10);

/// A request as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    pub method: String,
    pub url: String,
    /// Names in lower case, in order of arrival.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// A file of the page, sent for its path.
pub type File = fn(&str) -> Option<(&'static str, &'static str)>;

/// The running servers. Dropping this stops them.
#[derive(Debug)]
pub struct Servers {
    pub hosts: Hosts,
    row: Arc<Row>,
    log: Arc<Mutex<Vec<Received>>>,
    addresses: Vec<SocketAddr>,
    stopped: Arc<AtomicBool>,
}

impl Servers {
    /// Starts the API and the other one on free ports.
    pub fn start(row: Arc<Row>, page: String, files: File) -> io::Result<Self> {
        let listen = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let listeners = [listen()?, listen()?];
        let addresses =
            listeners.iter().map(TcpListener::local_addr).collect::<io::Result<Vec<_>>>()?;
        let hosts = Hosts { page, api: addresses[0].port(), other: addresses[1].port() };
        let (log, stopped) = (Arc::default(), Arc::default());
        let servers = Self { hosts, row, log, addresses, stopped };
        for listener in listeners {
            let (hosts, row) = (servers.hosts.clone(), Arc::clone(&servers.row));
            let (log, stopped) = (Arc::clone(&servers.log), Arc::clone(&servers.stopped));
            thread::spawn(move || {
                for stream in listener.incoming() {
                    if stopped.load(Ordering::Relaxed) {
                        return;
                    }
                    let Ok(stream) = stream else { continue };
                    let (hosts, row, log) = (hosts.clone(), Arc::clone(&row), Arc::clone(&log));
                    // A client may go away in the middle.
                    thread::spawn(move || serve(stream, &row, &hosts, &log, files));
                }
            });
        }
        Ok(servers)
    }

    /// The requests so far, in order of arrival.
    pub fn received(&self) -> Vec<Received> {
        self.log.lock().expect("no server panics").clone()
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        for address in &self.addresses {
            let _ = TcpStream::connect(address);
        }
    }
}

fn serve(
    mut stream: TcpStream,
    row: &Row,
    hosts: &Hosts,
    log: &Mutex<Vec<Received>>,
    files: File,
) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let Some(received) = read(&mut BufReader::new(&stream))? else { return Ok(()) };
    let path = received.url.splitn(4, '/').nth(3).unwrap_or_default();
    let (is_socket, answer) = match files(&format!("/{path}")) {
        Some((kind, content)) => {
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                content.len()
            );
            (false, (head + content).into_bytes())
        }
        None => {
            let answer = row.answer(hosts, &received.method, &received.url);
            let answer = accept(answer.unwrap_or_default(), &received);
            log.lock().expect("no server panics").push(received);
            answer
        }
    };
    stream.write_all(&answer)?;
    // The client ends a WebSocket.
    if !is_socket {
        stream.shutdown(Shutdown::Write)?;
    }
    // To close with unread bytes would reset the connection, and could lose the answer.
    io::copy(&mut stream, &mut io::sink())?;
    Ok(())
}

/// Adds what the client of a WebSocket waits for. Whether it is open then.
fn accept(answer: Vec<u8>, received: &Received) -> (bool, Vec<u8>) {
    const STATUS: &str = "HTTP/1.1 101 X\r\n";
    let key = received.headers.iter().find(|(name, _)| name == "sec-websocket-key");
    let rest = answer.strip_prefix(STATUS.as_bytes());
    let (Some((_, key)), Some(rest)) = (key, rest) else {
        return (false, answer);
    };
    let key = derive_accept_key(key.as_bytes());
    let lines = format!("{STATUS}Upgrade: websocket\r\nSec-WebSocket-Accept: {key}\r\n");
    (true, [lines.as_bytes(), rest].concat())
}

/// `None` if the client sent nothing.
fn read(stream: &mut impl BufRead) -> io::Result<Option<Received>> {
    let mut head = Vec::new();
    loop {
        let mut line = Vec::new();
        stream.read_until(b'\n', &mut line)?;
        match &*line {
            b"" => return Ok(None),
            b"\r\n" => break,
            line => head.push(String::from_utf8_lossy(line.trim_ascii_end()).into_owned()),
        }
    }
    let mut parts = head[0].split(' ');
    let (method, target) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let headers: Vec<_> = head[1..]
        .iter()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let header = |name: &str| headers.iter().find(|(n, _)| n == name).map(|(_, value)| &**value);
    let length = header("content-length").and_then(|value| value.parse().ok()).unwrap_or(0);
    let url = format!("http://{}{target}", header("host").unwrap_or_default());
    let mut body = Vec::new();
    stream.take(length).read_to_end(&mut body)?;
    Ok(Some(Received { method: method.to_owned(), url, headers, body }))
}
