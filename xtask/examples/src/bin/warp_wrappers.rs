//! The two places where you can apply the layer in warp: around the service, where it covers every
//! rejection, and around a filter, which you can still compose and whose `recover` must be inside.
//!
//! ```sh
//! cargo run -p examples --bin warp_wrappers -- service # or: filter
//! curl -i http://127.0.0.1:3000/api/items/none -H 'Origin: https://app.example.com'
//! ```
//!
//! Set the environment variable `ADDR` to listen elsewhere.

use std::convert::Infallible;
use std::error::Error;

use cors_warp::{CorsLayer, Layer, Policy};
use http::{Method, StatusCode};
use tokio::net::TcpListener;
use warp::filters::BoxedFilter;
use warp::reject::Reject;
use warp::reply::{Response, with_status};
use warp::{Filter, Rejection, Reply};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let policy = Policy::builder()
        .allow_origins(["https://app.example.com", "http://localhost:*"])
        .allow_methods([Method::PUT])
        .build()?;
    let cors = CorsLayer::new(policy);

    let addr = std::env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(addr).await?;
    println!("listening on http://{}", listener.local_addr()?);
    match std::env::args().nth(1).as_deref() {
        None | Some("service") => {
            // The 404 for another path and the 405 for another method are reached too.
            let routes = warp::path("api").and(api()).or(health());
            cors_warp::serve(listener, cors.layer(warp::service(routes))).await;
            Ok(())
        }
        Some("filter") => {
            // Match the path before the filter and methods inside: a preflight is not a PUT. Handle
            // all rejections inside too: those that leave the filter become responses that no
            // script can read.
            let api = warp::path("api").and(cors_warp::filter(&cors, api().recover(recovered)));
            warp::serve(api.or(health())).incoming(listener).run().await;
            Ok(())
        }
        Some(other) => Err(format!("{other:?}: write service or filter").into()),
    }
}

fn api() -> BoxedFilter<(Response,)> {
    let item = warp::path!("items" / String);
    let get = item.and(warp::get()).and_then(get_item);
    let put = item.and(warp::put()).map(|name| format!("stored {name}").into_response());
    get.or(put).unify().boxed()
}

/// For monitoring; pages do not call it.
fn health() -> BoxedFilter<(Response,)> {
    warp::path!("health").map(|| "up".into_response()).boxed()
}

#[derive(Debug)]
struct OutOfStock;

impl Reject for OutOfStock {}

async fn get_item(name: String) -> Result<Response, Rejection> {
    match name.as_str() {
        "none" => Err(warp::reject::custom(OutOfStock)),
        _ => Ok(format!("item {name}").into_response()),
    }
}

async fn recovered(rejection: Rejection) -> Result<impl Reply, Infallible> {
    Ok(if rejection.find::<OutOfStock>().is_some() {
        with_status("out of stock", StatusCode::CONFLICT)
    } else if rejection.is_not_found() {
        with_status("no such path", StatusCode::NOT_FOUND)
    } else {
        with_status("not like that", StatusCode::METHOD_NOT_ALLOWED)
    })
}
