//! axum for many tenants, whose origins are in a database that each request queries: a new origin
//! works at once. The answers are cached, within bounds.
//!
//! ```sh
//! cargo run -p examples --bin tenants_ask # or with a URL: -- postgres://user@localhost/tenants
//! curl -i http://127.0.0.1:3000/ -H 'Host: acme.example' -H 'Origin: https://app.acme.example'
//! ```
//!
//! You can also set the URL in the environment variable `DATABASE_URL`. The default is SQLite in
//! memory. Set `ADDR` to listen elsewhere.

use std::env;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::{Router, http::header::HOST, routing::get};
use cors_axum::{AskedOrigin, CorsLayer, Policy};
use examples::tenants::Tenants;
use moka::future::Cache;
use tokio::net::TcpListener;

/// How long an origin may still be allowed after you remove it from the table.
const KEPT: Duration = Duration::from_secs(30);
/// The total size in bytes. Anyone can send any number of origins and hosts: without this bound, they
/// would fill the memory. Entries used often stay, entries used once go first.
const KEPT_BYTES: u64 = 4 * 1024 * 1024;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::args().nth(1).or_else(|| env::var("DATABASE_URL").ok());
    let tenants = Tenants::open(url.as_deref().unwrap_or("sqlite::memory:")).await?;
    tenants.add("acme.example", "https://app.acme.example").await?;
    tenants.add("globex.example", "https://app.globex.example").await?;

    let policy = Policy::builder()
        .ask_reading([HOST]) // what else the answer depends on: `Vary` names it
        .allow_methods(["PUT"])
        .allow_headers(["content-type"])
        .allow_credentials(true)
        .max_age(Duration::from_secs(60))
        .build()?;
    let answers = Answers::new(tenants);
    let cors = CorsLayer::ask(policy, move |asked| {
        let answers = answers.clone();
        async move { answers.allows(&asked).await }
    });

    let app = Router::new().route("/", get(|| async { "hello" }).put(|| async { "stored" }));
    let app = app.layer(cors);
    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(addr).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

#[derive(Clone)]
struct Answers {
    tenants: Tenants,
    /// By host and origin.
    known: Cache<(String, String), bool>,
}

impl Answers {
    fn new(tenants: Tenants) -> Self {
        let bytes = |key: &(String, String), _: &bool| {
            u32::try_from(key.0.len() + key.1.len() + 64).unwrap_or(u32::MAX)
        };
        let known = Cache::builder().weigher(bytes).max_capacity(KEPT_BYTES).time_to_live(KEPT);
        Self { tenants, known: known.build() }
    }

    /// While the database is down this is an error, which counts as no: the handler is called, and
    /// only the browser keeps the script from reading. Origins that were asked about lately go on
    /// as they were. An error is not kept, so the next request asks again.
    async fn allows(&self, asked: &AskedOrigin) -> Result<bool, Arc<sqlx::Error>> {
        // HTTP/2 has no such header; a proxy that speaks it to browsers sends one all the same.
        let host = asked.header("host").and_then(|host| str::from_utf8(host).ok());
        let Some(host) = host.map(without_port).map(str::to_ascii_lowercase) else {
            return Ok(false);
        };
        let origin = asked.origin().to_owned();
        let key = (host, origin);
        // However many requests ask the same at once, the database is asked once.
        let answer = self.known.try_get_with_by_ref(&key, self.tenants.allows(&key.0, &key.1));
        answer.await.inspect_err(|error| eprintln!("no answer about {}: {error}", key.1))
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}
