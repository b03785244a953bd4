use axum::{Router, routing::get};
use cors_axum::{ConfigErrors, CorsLayer, Policy};

pub fn app(origin: &str) -> Result<Router, ConfigErrors> {
    let cors = CorsLayer::new(Policy::for_origins(origin).allow_methods("PUT").build()?);
    Ok(Router::new().route("/", get(|| async { "hello" })).layer(cors))
}
