// Add the origins, methods and headers that your server allows already.
// As the last `wrap` of the `App`, which is the outermost: `.wrap(cors())`
use actix_cors::Cors;

fn cors() -> Cors {
    Cors::default()
        .allowed_origin("https://app.example.com")
        .allowed_methods(["GET", "HEAD", "POST"])
}
