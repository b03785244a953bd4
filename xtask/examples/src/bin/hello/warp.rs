use cors_warp::{CorsLayer, Layer, Policy};
use warp::Filter;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let policy = Policy::for_origins(["https://app.example.com"]).allow_methods(["PUT"]).build()?;
    let routes = warp::path!("items" / u32).and(warp::put()).map(|_| "stored");
    // Around the service, so that rejections have the headers too.
    let service = CorsLayer::new(policy).layer(warp::service(routes));

    let listener = tokio::net::TcpListener::bind(examples::addr()).await?;
    println!("listening on http://{}", listener.local_addr()?);
    cors_warp::serve(listener, service).await;
    Ok(())
}
