use actix_cors::Cors;

// For `App::new().wrap(cors)`.
pub fn cors(origin: &str) -> Cors {
    Cors::default().allowed_origin(origin).allowed_methods(["PUT"])
}
