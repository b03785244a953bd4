//! gRPC-Web: a tonic service that scripts of another origin can call; they can read its status.
//!
//! ```sh
//! cargo run -p examples --bin grpc_web
//! printf '\0\0\0\0\0' | curl -i http://127.0.0.1:3000/grpc.health.v1.Health/Check --data-binary @- \
//!     -H 'Content-Type: application/grpc-web+proto' -H 'Origin: https://app.example.com'
//! ```
//!
//! Set the environment variable `ADDR` to listen elsewhere.

use std::error::Error;
use std::time::Duration;

use cors_axum::{CorsLayer, Policy};
use tonic::transport::{Server, server::TcpIncoming};
use tonic_web::GrpcWebLayer;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let policy = Policy::builder()
        .allow_origins(["https://app.example.com", "http://localhost:*"])
        .allow_headers(["authorization"]) // the metadata of our own
        .grpc_web() // and what each call has
        .max_age(Duration::from_secs(600))
        .build()?;

    // Any service does. This one says how the server is.
    let (_reporter, health) = tonic_health::server::health_reporter();

    let addr = std::env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let incoming = TcpIncoming::bind(addr.parse()?)?;
    println!("listening on http://{}", incoming.local_addr()?);
    Server::builder()
        .accept_http1(true) // browsers speak HTTP/2 over TLS alone
        .layer(CorsLayer::new(policy)) // first: it covers what comes after it
        .layer(GrpcWebLayer::new())
        .add_service(health)
        .serve_with_incoming(incoming)
        .await?;
    Ok(())
}
