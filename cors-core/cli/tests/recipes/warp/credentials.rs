// Add the origins, methods and headers that your server allows already.
// Around all routes:
// let routes = routes.recover(recover).with(cors()).recover(recover).map(vary);
// Without the first `recover`, or one of yours, rejections such as 404 lack the headers.
use std::convert::Infallible;
use warp::http::{HeaderValue, StatusCode, header::VARY};
use warp::reject::{InvalidQuery, MethodNotAllowed, MissingHeader, Rejection};

fn cors() -> warp::cors::Builder {
    warp::cors()
        .allow_origins(["https://app.example.com"])
        .allow_methods(["GET", "HEAD", "POST", "PUT"])
        .allow_headers(["content-type"])
        .allow_credentials(true)
}

async fn recover(rejection: Rejection) -> Result<StatusCode, Infallible> {
    Ok(if rejection.is_not_found() {
        StatusCode::NOT_FOUND
    } else if rejection.find::<warp::cors::CorsForbidden>().is_some() {
        StatusCode::FORBIDDEN
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

/// Without it, a cache could answer one origin with what another got.
fn vary(reply: impl warp::Reply) -> warp::reply::Response {
    let mut response = reply.into_response();
    response.headers_mut().append(VARY, HeaderValue::from_static("Origin"));
    response
}
