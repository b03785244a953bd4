//! `cors_warp::serve`: the whole of a service over a socket.

use std::net::SocketAddr;

use crate::common::{APP, layer};
use cors_warp::Layer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use warp::Filter;

async fn ask(addr: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: a\r\norigin: {APP}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn replies_and_rejections() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    // A reply that borrows, which a `tokio::spawn` beside the filter's type refuses.
    let routes = warp::path("items").map(|| "items");
    let server = tokio::spawn(cors_warp::serve(listener, layer().layer(warp::service(routes))));
    for (path, status) in [("/items", "200 OK"), ("/none", "404 Not Found")] {
        let answer = ask(addr, path).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{answer}");
        assert!(answer.contains(&format!("access-control-allow-origin: {APP}\r\n")), "{answer}");
    }
    server.abort();
}
