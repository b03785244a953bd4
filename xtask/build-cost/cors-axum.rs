use std::time::Duration;

use axum::{
    Router,
    http::{Method, header},
    routing::{get, put},
};
use cors_axum::{CorsLayer, Policy};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let policy = Policy::for_origins(["https://app.example.com"])
        .allow_methods([Method::PUT, Method::DELETE])
        .allow_headers([header::CONTENT_TYPE, header::AUTHORIZATION])
        .allow_credentials(true)
        .max_age(Duration::from_secs(600))
        .build()?;
    let app = Router::new()
        .route("/", get(|| async { "hello" }))
        .route("/items/{id}", put(|| async { "stored" }))
        .layer(CorsLayer::new(policy));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}
