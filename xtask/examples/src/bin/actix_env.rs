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
use std::time::Duration;

use actix_web::{App, HttpServer, error::ErrorNotFound, web};
use cors_actix::{Config, ConfigError, CorsLayer, Policy};

#[actix_web::main]
async fn main() -> std::io::Result<ExitCode> {
    let policy = match policy() {
        Ok(policy) => policy,
        Err(faults) => {
            eprintln!("{}", faults.join("\n"));
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

/// The policy of `CORS_ALLOW_ORIGINS` and so on, or every problem, named by its variable.
fn policy() -> Result<Policy, Vec<String>> {
    let mut faults = Vec::new();
    let mut config = Config::new(list("CORS_ALLOW_ORIGINS"));
    config.allow_methods = list("CORS_ALLOW_METHODS");
    config.allow_headers = list("CORS_ALLOW_HEADERS");
    config.expose_headers = list("CORS_EXPOSE_HEADERS");
    config.allow_credentials =
        parsed("CORS_ALLOW_CREDENTIALS", "true or false", &mut faults).unwrap_or_default();
    config.max_age =
        parsed("CORS_MAX_AGE", "a number of seconds", &mut faults).map(Duration::from_secs);
    match Policy::new(&config) {
        Ok(policy) if faults.is_empty() => Ok(policy),
        Ok(_) => Err(faults),
        Err(errors) => {
            faults.extend(errors.errors().iter().map(told));
            Err(faults)
        }
    }
}

/// Cut at commas; unset is empty.
fn list(name: &str) -> Vec<String> {
    let text = env::var(name).unwrap_or_default();
    text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
}

fn parsed<T: std::str::FromStr>(name: &str, what: &str, faults: &mut Vec<String>) -> Option<T> {
    let text = env::var(name).ok()?;
    let value = text.trim().parse().ok();
    if value.is_none() {
        faults.push(format!("{name} is {text:?}: write {what}"));
    }
    value
}

fn told(error: &ConfigError) -> String {
    let name = format!("CORS_{}", error.key().to_ascii_uppercase());
    format!("{name} has {}: {}; {}", error.value(), error.reason(), error.fix())
}
