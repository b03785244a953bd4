//! actix-web under a policy from environment variables, as in a container. If they are invalid, it
//! prints all problems at once and does not start.
//!
//! ```sh
//! CORS_ALLOW_ORIGINS='https://app.example.com, https://*.example.dev' CORS_ALLOW_METHODS=PUT \
//!     cargo run -p examples --bin actix_env
//! curl -i http://127.0.0.1:3000/items/7 -H 'Origin: https://app.example.com'
//! ```
//!
//! Set the environment variable `ADDR` to listen elsewhere.

use std::env;
use std::process::ExitCode;

use actix_web::{App, HttpServer, error::ErrorNotFound, web};
use cors_actix::{Config, CorsLayer, Policy};

#[actix_web::main]
async fn main() -> std::io::Result<ExitCode> {
    let policy = match Config::from_vars("CORS_").and_then(Policy::try_from) {
        Ok(policy) => policy,
        Err(errors) => {
            eprintln!("{errors}");
            return Ok(ExitCode::FAILURE);
        }
    };
    for warning in policy.warnings() {
        eprintln!("{warning}");
    }
    // Outside the closure, which runs once for each worker.
    let cors = CorsLayer::new(policy);
    let server = HttpServer::new(move || {
        App::new()
            .route("/items/{id}", web::get().to(item))
            .route("/items/{id}", web::put().to(|| async { "stored" }))
            .wrap(cors.clone()) // last: it covers what was wrapped before it
    });
    let server = server.bind(env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned()))?;
    for addr in server.addrs() {
        println!("listening on http://{addr}");
    }
    server.run().await?;
    Ok(ExitCode::SUCCESS)
}

async fn item(id: web::Path<String>) -> actix_web::Result<String> {
    // An error becomes a response inside the layer, so a script can read it.
    let id: u32 = id.parse().map_err(|_| ErrorNotFound("items have numbers"))?;
    Ok(format!("item {id}"))
}
