// Add the origins, methods and headers that your server allows already.
// As the last layer of all, which is the outermost: `let app = app.layer(cors());`
use http::{HeaderName, HeaderValue, Method};
use tower_http::cors::CorsLayer;

fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(["https://app.example.com"].map(HeaderValue::from_static))
        .allow_methods([Method::GET, Method::HEAD, Method::POST])
        .expose_headers(["x-total"].map(HeaderName::from_static))
}
