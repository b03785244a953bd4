//! axum with flags by clap, each of which an environment variable sets too. `--help` lists both. Keys
//! without a flag have their variable, such as `CORS_DANGER_ALLOW_NULL_ORIGIN`.
//!
//! ```sh
//! CORS_MAX_AGE=600 cargo run -p examples --bin clap_env -- --allow-origins https://app.example.com
//! curl -i http://127.0.0.1:3000/ -H 'Origin: https://app.example.com'
//! ```

use std::collections::BTreeMap;
use std::env;
use std::process::ExitCode;

use axum::{Router, routing::get};
use clap::Parser;
use cors_axum::{Config, CorsLayer, Policy};
use tokio::net::TcpListener;

#[derive(Parser)]
#[command(about = "A server with a CORS policy from flags and environment variables")]
struct Args {
    /// Address to listen on
    #[arg(long, env, default_value = "127.0.0.1:3000")]
    addr: String,
    /// Origins that may read, separated by commas
    #[arg(long, env = "CORS_ALLOW_ORIGINS")]
    allow_origins: Option<String>,
    /// Methods beyond GET, HEAD and POST, separated by commas
    #[arg(long, env = "CORS_ALLOW_METHODS")]
    allow_methods: Option<String>,
    /// How many seconds browsers may keep a preflight's answer
    #[arg(long, env = "CORS_MAX_AGE")]
    max_age: Option<String>,
}

impl Args {
    /// The environment, with the flags in place of their variables.
    fn policy(&self) -> Result<Policy, cors_axum::ConfigErrors> {
        let mut vars: BTreeMap<_, _> = env::vars_os().collect();
        for (name, value) in [
            ("CORS_ALLOW_ORIGINS", &self.allow_origins),
            ("CORS_ALLOW_METHODS", &self.allow_methods),
            ("CORS_MAX_AGE", &self.max_age),
        ] {
            if let Some(value) = value {
                vars.insert(name.into(), value.into());
            }
        }
        Config::from_given_vars("CORS_", vars).and_then(Policy::try_from)
    }
}

#[tokio::main]
async fn main() -> std::io::Result<ExitCode> {
    let args = Args::parse();
    let policy = match args.policy() {
        Ok(policy) => policy,
        Err(errors) => {
            eprintln!("{errors}");
            return Ok(ExitCode::FAILURE);
        }
    };
    let app = Router::new().route("/", get(|| async { "hello" })).layer(CorsLayer::new(policy));
    let listener = TcpListener::bind(&args.addr).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(ExitCode::SUCCESS)
}
