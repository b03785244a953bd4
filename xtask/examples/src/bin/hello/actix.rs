use actix_web::{App, HttpServer, web};
use cors_actix::{CorsLayer, Policy};

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let policy = Policy::for_origins(["https://app.example.com"]).allow_methods(["PUT"]).build()?;
    let cors = CorsLayer::new(policy); // once, outside the closure: it runs for each worker
    let server = HttpServer::new(move || {
        // `wrap` last: it covers everything wrapped before it.
        App::new().route("/items/{id}", web::put().to(|| async { "stored" })).wrap(cors.clone())
    })
    .bind(examples::addr())?;
    println!("listening on http://{}", server.addrs()[0]);
    Ok(server.run().await?)
}
