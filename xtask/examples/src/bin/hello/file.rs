use axum::{Router, routing::put};
use cors_axum::{CorsLayer, Handle, Policy};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let handle = Handle::new(Policy::from_file("cors.toml")?);
    let app = Router::new()
        .route("/items/{id}", put(|| async { "stored" }))
        .layer(CorsLayer::shared(handle.clone()));
    let mut hangups = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangups.recv().await.is_some() {
            let stored = Policy::from_file("cors.toml").map(|policy| handle.store(policy));
            stored.unwrap_or_else(|errors| eprintln!("{errors}")); // the old policy stays in force
        }
    });
    let listener = tokio::net::TcpListener::bind(examples::addr()).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
