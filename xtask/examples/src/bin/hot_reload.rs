//! axum under a policy file that it reads again while requests run. If the file has errors, it prints
//! one per line, and the policy in force stays.
//!
//! ```sh
//! cargo run -p examples --bin hot_reload -- xtask/examples/policy.toml
//! curl -i http://127.0.0.1:3000/items/7 -H 'Origin: https://app.example.com'
//! ```
//!
//! Change the file meanwhile, by renaming: half a list can be a valid policy, and a rename replaces
//! the file in one step. Many editors do that by themselves.
//!
//! ```sh
//! cp xtask/examples/policy.toml /tmp/policy.new     # and edit that
//! mv /tmp/policy.new xtask/examples/policy.toml     # on the same file system
//! ```
//!
//! Set the environment variable `ADDR` to listen elsewhere.

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::{Router, extract::Path as PathSegment, http::StatusCode, routing::get};
use cors_axum::cors_core::file::{Format, check, read_file};
use cors_axum::{CorsLayer, Handle, Policy};
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;

/// How long a change may go unnoticed.
const EVERY: Duration = Duration::from_secs(1);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let path = PathBuf::from(env::args_os().nth(1).ok_or("which policy file?")?);
    let text = read(&path);
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

/// What the file says, or why it cannot be read.
type Text = Result<String, String>;

/// A large file takes a while, so a separate thread reads and checks it, and drops the policy that
/// it replaces.
async fn watch(path: PathBuf, mut known: Text, handle: Handle) {
    loop {
        tokio::time::sleep(EVERY).await;
        let (path, handle) = (path.clone(), handle.clone());
        match spawn_blocking(move || reload(&path, known, &handle)).await {
            Ok(text) => known = text,
            Err(error) => return eprintln!("the file is no longer watched: {error}"),
        }
    }
}

/// Compares what the file says, not when it was written: that notices two writes within one tick
/// of the clock, files that are moved into place, and the symbolic links of Kubernetes.
fn reload(path: &Path, known: Text, handle: &Handle) -> Text {
    let text = read(path);
    if text == known {
        return known;
    }
    match policy(path, &text) {
        Some(policy) => {
            handle.store(policy);
            println!("reloaded {}", path.display());
        }
        None => eprintln!("{}: the policy in force stays", path.display()),
    }
    text
}

/// Unlike `fs::read_to_string`, this never waits for a pipe or reads a device without end.
fn read(path: &Path) -> Text {
    read_file(path).map_err(|error| error.to_string())
}

/// The policy that the text makes; prints warnings and errors with their lines.
fn policy(path: &Path, text: &Text) -> Option<Policy> {
    match text {
        Ok(text) => {
            let report = check(text, Format::of(path));
            for finding in report.findings() {
                eprintln!("{}:{finding}", path.display());
            }
            report.into_policy().ok()
        }
        Err(error) => {
            eprintln!("{error}");
            None
        }
    }
}
