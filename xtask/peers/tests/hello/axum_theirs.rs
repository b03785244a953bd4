use axum::http::{HeaderValue, Method, header::InvalidHeaderValue};
use axum::{Router, routing::get};
use tower_http::cors::CorsLayer;

pub fn app(origin: &str) -> Result<Router, InvalidHeaderValue> {
    let origin: HeaderValue = origin.parse()?;
    let cors = CorsLayer::new().allow_origin(origin).allow_methods(Method::PUT);
    Ok(Router::new().route("/", get(|| async { "hello" })).layer(cors))
}
