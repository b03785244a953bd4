//! axum for many tenants. It reads their origins from a database into one policy, and swaps it when
//! they change. No request waits for the database, and if it is down nothing changes.
//!
//! Here the tenants share the API: every origin in the table may read at every host. If each tenant
//! has its own host, see `tenants_ask`, or use a policy for each with `CorsLayer::select`.
//!
//! ```sh
//! cargo run -p examples --bin tenants_swap # or with a URL: -- postgres://user@localhost/tenants
//! curl -i http://127.0.0.1:3000/ -H 'Origin: https://app.acme.example'
//! ```
//!
//! You can also set the URL in the environment variable `DATABASE_URL`. The default is SQLite in
//! memory. Set `ADDR` to listen elsewhere.

use std::env;
use std::error::Error;
use std::time::Duration;

use axum::{Router, routing::get};
use cors_axum::{ConfigErrors, CorsLayer, Handle, Policy};
use examples::tenants::Tenants;
use tokio::net::TcpListener;

/// How long a change may go unnoticed. If you use only PostgreSQL, `LISTEN` and a trigger notice it
/// at once. With very many rows, a counter saves you reading them all.
const EVERY: Duration = Duration::from_secs(1);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::args().nth(1).or_else(|| env::var("DATABASE_URL").ok());
    let tenants = Tenants::open(url.as_deref().unwrap_or("sqlite::memory:")).await?;
    tenants.add("acme.example", "https://app.acme.example").await?;
    tenants.add("globex.example", "https://app.globex.example").await?;

    let origins = tenants.origins().await?;
    let handle = Handle::new(policy(&origins)?);
    tokio::spawn(watch(tenants, origins, handle.clone()));

    let app = Router::new()
        .route("/", get(|| async { "hello" }).put(|| async { "stored" }))
        .layer(CorsLayer::shared(handle));
    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(addr).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

/// Checks each origin. This takes half a second for a million; requests then cost no more than with
/// ten.
fn policy(tenants: &[String]) -> Result<Policy, ConfigErrors> {
    Policy::builder()
        // Our own beside theirs, so that a table without rows makes a policy too.
        .allow_origins(tenants.iter().map(String::as_str).chain(["https://app.example.com"]))
        .allow_methods(["PUT"])
        .allow_headers(["content-type"])
        .allow_credentials(true)
        .max_age(Duration::from_secs(60))
        .build()
}

async fn watch(tenants: Tenants, mut known: Vec<String>, handle: Handle) {
    loop {
        tokio::time::sleep(EVERY).await;
        let origins = match tenants.origins().await {
            Ok(origins) if origins == known => continue,
            Ok(origins) => origins,
            Err(error) => {
                eprintln!("the policy in force stays: {error}");
                continue;
            }
        };
        match policy(&origins) {
            Ok(policy) => {
                handle.store(policy);
                println!("now {} origins", origins.len());
            }
            // One bad row keeps all others from being put in force: check them as they are
            // written, with a policy of that origin alone, and this never happens.
            Err(errors) => eprintln!("the policy in force stays: {errors}"),
        }
        known = origins;
    }
}
