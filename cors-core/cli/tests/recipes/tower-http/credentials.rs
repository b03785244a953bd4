// Add the origins, methods and headers that your server allows already.
// As the last layer of all, which is the outermost: `let app = app.layer(cors());`
use http::{HeaderName, HeaderValue, Method};
use tower_http::cors::CorsLayer;

fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(["https://app.example.com"].map(HeaderValue::from_static))
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT])
        .allow_headers(["content-type"].map(HeaderName::from_static))
        .allow_credentials(true)
}
