use cors_actix::{ConfigErrors, CorsLayer, Policy};

// For `App::new().wrap(cors)`.
pub fn cors(origin: &str) -> Result<CorsLayer, ConfigErrors> {
    Ok(CorsLayer::new(Policy::for_origins(origin).allow_methods("PUT").build()?))
}
