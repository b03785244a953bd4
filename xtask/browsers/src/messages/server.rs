//! A scene's servers.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use super::scenes::{Scene, Target};
use crate::tls;

/// The running servers. Dropping this stops them.
#[derive(Debug)]
pub struct Servers {
    /// Of the page and of an API that answers.
    pub address: SocketAddr,
    /// Nothing listens there.
    pub closed: SocketAddr,
    /// What the page asks for.
    pub url: String,
    serving: JoinHandle<()>,
}

impl Servers {
    pub async fn start(scene: &'static Scene) -> io::Result<Self> {
        let listen = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let (main, other) = (listen().await?, listen().await?);
        let (address, of_other) = (main.local_addr()?, other.local_addr()?);
        let closed = listen().await?.local_addr()?;
        let url = match scene.target {
            Target::Answers(_) | Target::Files => format!("http://{address}/"),
            Target::WebSocket(_) => format!("ws://{address}/"),
            Target::WithoutTls => format!("https://{address}/"),
            Target::Closed => format!("http://{closed}/"),
            Target::Resets | Target::Closes => format!("http://{of_other}/"),
            Target::Untrusted => format!("https://{of_other}/"),
            Target::Unknown => "http://unknown.invalid/".to_owned(),
        };
        let page = page(scene, &url);
        let tls = tls::acceptor().map_err(io::Error::other)?;
        let serving = tokio::spawn(async move {
            loop {
                // A browser may go away in the middle.
                tokio::select! {
                    Ok((stream, _)) = main.accept() => {
                        tokio::spawn(answer(stream, page.clone(), scene.target));
                    }
                    Ok((stream, _)) = other.accept() => {
                        tokio::spawn(disappoint(stream, tls.clone(), scene.target));
                    }
                }
            }
        });
        Ok(Self { address, closed, url, serving })
    }

    /// The page's URL.
    pub fn page(&self) -> String {
        format!("http://localhost:{}/page", self.address.port())
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn page(scene: &Scene, url: &str) -> String {
    let body = format!(
        "<!doctype html><meta charset=utf-8><link rel=icon href=data:,>
        <script>
            const say = (text) => {{
                // Chromium shortens errors that nothing catches, and Firefox prints only those.
                console.error(String(text));
                setTimeout(() => {{ throw new Error(text) }});
            }};
        </script>
        <body>{}",
        scene.body.replace("$URL", url)
    );
    let header =
        if scene.header.is_empty() { String::new() } else { format!("{}\r\n", scene.header) };
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n{header}content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

async fn answer(mut stream: TcpStream, page: String, target: Target) -> io::Result<()> {
    let mut head = Vec::new();
    // A TLS handshake has no lines.
    while !head.ends_with(b"\r\n\r\n") && !head.starts_with(&[22]) {
        head.push(stream.read_u8().await?);
    }
    let answer = match target {
        _ if head.starts_with(b"GET /page ") => &*page,
        Target::Answers(answer) | Target::WebSocket(answer) => answer,
        _ => "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
    };
    stream.write_all(answer.as_bytes()).await
}

async fn disappoint(mut stream: TcpStream, tls: TlsAcceptor, target: Target) -> io::Result<()> {
    match target {
        Target::Untrusted => tls.accept(stream).await.map(drop),
        // Closing a connection with unread bytes resets it. `readable` may return before there are any.
        Target::Resets => stream.peek(&mut [0]).await.map(drop),
        _ => stream.read(&mut [0; 1 << 14]).await.map(drop),
    }
}
