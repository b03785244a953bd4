//! Over HTTP/2, the host of a request is `:authority`, whatever `Host` says.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use actix_web::{App, HttpServer, web};
use axum::Router;
use axum::routing::any;
use cors_core::Policy;
use http::{Request, StatusCode};
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;

/// How many requests reached a handler.
type Served = Arc<AtomicUsize>;

/// Starts a server and says where it listens.
type Start = fn(Served) -> SocketAddr;

fn policy() -> Policy {
    Policy::for_origins(["https://app.example.com", "https://*.example.dev"])
        .own_hosts("api.example")
        .build()
        .unwrap()
}

fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let addr = listener.local_addr().unwrap();
    (listener, addr)
}

fn axum(served: Served) -> SocketAddr {
    let (listener, addr) = listener();
    let handler = any(move || async move {
        served.fetch_add(1, Ordering::SeqCst);
    });
    let app = Router::new().route("/", handler).layer(cors_axum::CorsLayer::new(policy()));
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = TowerToHyperService::new(app.clone());
            tokio::spawn(async move {
                let server = auto::Builder::new(TokioExecutor::new()).http2_only();
                server.serve_connection(TokioIo::new(stream), service).await
            });
        }
    });
    addr
}

fn actix(served: Served) -> SocketAddr {
    let (listener, addr) = listener();
    let cors = cors_actix::CorsLayer::new(policy());
    thread::spawn(move || {
        let app = move || {
            let served = Arc::clone(&served);
            let handler = move || {
                served.fetch_add(1, Ordering::SeqCst);
                async { "" }
            };
            App::new().route("/", web::route().to(handler)).wrap(cors.clone())
        };
        let server = HttpServer::new(app).workers(1).disable_signals();
        actix_web::rt::System::new().block_on(server.listen_auto_h2c(listener).unwrap().run())
    });
    addr
}

#[tokio::test]
async fn the_authority_decides() {
    let servers: [(&str, Start); 2] = [("axum", axum), ("actix", actix)];
    for (name, start) in servers {
        let served = Served::default();
        let addr = start(Arc::clone(&served));
        let stream = tokio::net::TcpStream::connect(addr).await.unwrap();
        let (mut client, connection) =
            http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        for (method, authority, host, is_own) in [
            ("GET", "api.example", None, true),
            ("POST", "api.example", Some("api.example"), true),
            ("GET", "evil.example", None, false),
            ("POST", "evil.example", Some("api.example"), false),
            ("OPTIONS", "evil.example:3000", None, false),
        ] {
            let mut request = Request::builder().method(method).uri(format!("http://{authority}/"));
            if let Some(host) = host {
                request = request.header("host", host);
            }
            let request = request.body(Empty::<Bytes>::new()).unwrap();
            let response = client.send_request(request).await.unwrap();
            let what = format!("{name}: {method} {authority} {host:?}");
            assert_eq!(response.version(), http::Version::HTTP_2, "{what}");
            let status = if is_own { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(response.status(), status, "{what}");
            assert_eq!(served.swap(0, Ordering::SeqCst), usize::from(is_own), "{what}");
            assert_eq!(response.headers().contains_key("vary"), is_own, "{what}");
        }
    }
}
