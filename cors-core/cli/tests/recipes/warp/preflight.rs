// Around all routes: `let routes = routes.recover(recover).with(cors());`
// Without `recover`, or with another one of yours inside, rejections such as 404 lack the headers.
use std::convert::Infallible;
use warp::http::StatusCode;
use warp::reject::{InvalidQuery, MethodNotAllowed, MissingHeader, Rejection};

fn cors() -> warp::cors::Builder {
    warp::cors()
        .allow_origins(["https://app.example.com"])
        .allow_methods(["GET", "HEAD", "POST", "PUT"])
        .allow_headers(["authorization", "content-type", "x-trace"])
}

async fn recover(rejection: Rejection) -> Result<StatusCode, Infallible> {
    Ok(if rejection.is_not_found() {
        StatusCode::NOT_FOUND
    } else if rejection.find::<MethodNotAllowed>().is_some() {
        StatusCode::METHOD_NOT_ALLOWED
    } else if rejection.find::<InvalidQuery>().is_some()
        || rejection.find::<MissingHeader>().is_some()
    {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::INTERNAL_SERVER_ERROR
    })
}
