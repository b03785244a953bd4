//! axum under a policy file that is read again while requests run. A file that makes no policy is
//! told about, line by line, and what is in force stays.
//!
//! ```sh
//! cargo run -p examples --bin hot_reload -- xtask/examples/policy.toml
//! curl -i http://127.0.0.1:3000/items/7 -H 'Origin: https://app.example.com'
//! ```
//!
//! Edit the file meanwhile. The environment variable `ADDR` is where it listens, if not there.

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::{Router, extract::Path as PathSegment, http::StatusCode, routing::get};
use cors_axum::cors_core::file::{Format, check};
use cors_axum::{CorsLayer, Handle, Policy};
use tokio::net::TcpListener;

/// How long a change may stay unseen.
const EVERY: Duration = Duration::from_secs(1);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let path = PathBuf::from(env::args_os().nth(1).ok_or("which policy file?")?);
    let text = read(&path).await;
    // There is nothing to go back to yet, so a server with a bad file does not start.
    let policy = policy(&path, &text).ok_or("no policy to start with")?;
    let handle = Handle::new(policy);
    tokio::spawn(watch(path, text, handle.clone()));

    let app = Router::new()
        .route("/items/{id}", get(item).put(|| async { "stored" }))
        .layer(CorsLayer::shared(handle));
    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(addr).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

async fn item(PathSegment(id): PathSegment<String>) -> Result<String, StatusCode> {
    let id: u32 = id.parse().map_err(|_| StatusCode::NOT_FOUND)?;
    Ok(format!("item {id}"))
}

/// Compares what the file says, not when it was written: that notices two writes within one tick
/// of the clock, files that are moved into place, and the symbolic links of Kubernetes.
async fn watch(path: PathBuf, mut known: Result<String, String>, handle: Handle) {
    loop {
        tokio::time::sleep(EVERY).await;
        let text = read(&path).await;
        if text == known {
            continue;
        }
        match policy(&path, &text) {
            Some(policy) => {
                handle.store(policy);
                println!("reloaded {}", path.display());
            }
            None => eprintln!("{}: the policy in force stays", path.display()),
        }
        known = text;
    }
}

async fn read(path: &Path) -> Result<String, String> {
    tokio::fs::read_to_string(path).await.map_err(|error| error.to_string())
}

/// What the file says of a policy; warnings and errors are told with their lines.
fn policy(path: &Path, text: &Result<String, String>) -> Option<Policy> {
    match text {
        Ok(text) => {
            let report = check(text, Format::of(path));
            for finding in report.findings() {
                eprintln!("{}:{finding}", path.display());
            }
            report.into_policy()
        }
        Err(error) => {
            eprintln!("{}: {error}", path.display());
            None
        }
    }
}
