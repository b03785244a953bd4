use axum::{Router, routing::put};
use cors_axum::{CorsLayer, Policy};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let policy = Policy::for_origins(["https://app.example.com", "https://*.example.dev"])
        .allow_methods(["PUT"])
        .allow_headers(["content-type"])
        .build()?; // the error lists every problem, each with a suggested fix
    let app = Router::new()
        .route("/items/{id}", put(|| async { "stored" }))
        .layer(CorsLayer::new(policy)); // last: it covers everything added before it

    let listener = tokio::net::TcpListener::bind(examples::addr()).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
