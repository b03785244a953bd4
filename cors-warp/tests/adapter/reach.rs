//! The table of the crate page: which responses the layer reaches around a service, and which around
//! a filter.

use crate::common::{APP, App, BARE, Counter, EVIL, PREFLIGHT, REFUSED, SIMPLE};
use crate::common::{
    around_filter, around_service, auth, bare, get, layer, login, preflight, request,
};
use http::StatusCode;
use warp::{Filter, Rejection, Reply};

#[derive(Debug)]
struct Broken;

impl warp::reject::Reject for Broken {}

/// One path for each way to a response.
fn routes() -> impl Filter<Extract = (impl Reply,), Error = Rejection> + Clone {
    let item = warp::path("item").and(warp::get()).map(|| "item");
    let failed = warp::path("failed").map(|| StatusCode::INTERNAL_SERVER_ERROR);
    let result = warp::path("result").map(|| Err::<&str, _>(StatusCode::BAD_GATEWAY));
    let broken =
        warp::path("broken").and_then(|| async { Err::<String, _>(warp::reject::custom(Broken)) });
    let query = warp::path("query").and(warp::query::raw());
    let account =
        warp::path("account").and(auth(Counter::default())).map(|| "account").recover(login);
    item.or(failed).or(result).or(broken).or(query).or(account)
}

async fn recovered(rejection: Rejection) -> Result<StatusCode, Rejection> {
    if rejection.is_not_found() {
        return Ok(StatusCode::NOT_FOUND);
    }
    if rejection.find::<warp::reject::MethodNotAllowed>().is_some() {
        return Ok(StatusCode::METHOD_NOT_ALLOWED);
    }
    if rejection.find::<Broken>().is_some() {
        return Ok(StatusCode::IM_A_TEAPOT);
    }
    Err(rejection)
}

/// What both reach.
async fn replies(app: &App) {
    app.check([
        ("a reply", get("/item", APP), 200, SIMPLE),
        ("a reply, elsewhere", get("/item", EVIL), 200, REFUSED),
        ("a reply, not CORS", request("GET", "/item", &[]), 200, REFUSED),
        ("a reply of an error", get("/failed", APP), 500, SIMPLE),
        ("a handler's Err that is a reply", get("/result", APP), 502, SIMPLE),
        ("an inner rejection recovered inside", get("/account", APP), 401, SIMPLE),
        ("the preflight", preflight("/item", APP, "PUT"), 204, PREFLIGHT),
        ("of a path that requires a login", preflight("/account", APP, "PUT"), 204, PREFLIGHT),
        ("of a path that there is not", preflight("/none", APP, "PUT"), 204, PREFLIGHT),
        ("of no path at all", preflight("*", APP, "PUT"), 204, PREFLIGHT),
    ])
    .await;
}

#[tokio::test]
async fn a_service_reaches_all() {
    let app = around_service(&layer(), routes());
    replies(&app).await;
    app.check([
        ("404", get("/none", APP), 404, SIMPLE),
        ("405", request("PUT", "/item", &[("origin", APP)]), 405, SIMPLE),
        (
            "405 for OPTIONS",
            request("OPTIONS", "/item", &[]),
            405,
            &["vary: origin, access-control-request-method"],
        ),
        ("a custom rejection", get("/broken", APP), 500, SIMPLE),
        ("a rejection of warp's own", get("/query", APP), 400, SIMPLE),
        ("a rejection, elsewhere", get("/broken", EVIL), 500, REFUSED),
        ("CONNECT", request("CONNECT", "api.example:443", &[("origin", APP)]), 404, SIMPLE),
    ])
    .await;
}

#[tokio::test]
async fn a_service_reaches_what_recover_makes() {
    let app = around_service(&layer(), routes().recover(recovered));
    replies(&app).await;
    app.check([
        ("404", get("/none", APP), 404, SIMPLE),
        ("405", request("PUT", "/item", &[("origin", APP)]), 405, SIMPLE),
        ("custom", get("/broken", APP), 418, SIMPLE),
        ("not recovered", get("/query", APP), 400, SIMPLE),
    ])
    .await;
}

#[tokio::test]
async fn a_filter_reaches_replies() {
    let app = around_filter(&layer(), routes());
    replies(&app).await;
    app.check([
        ("404", get("/none", APP), 404, BARE),
        ("405", request("PUT", "/item", &[("origin", APP)]), 405, BARE),
        ("a custom rejection", get("/broken", APP), 500, BARE),
        ("a rejection of warp's own", get("/query", APP), 400, BARE),
        ("CONNECT", request("CONNECT", "api.example:443", &[("origin", APP)]), 404, BARE),
    ])
    .await;
}

#[tokio::test]
async fn a_filter_reaches_what_an_inner_recover_makes() {
    let app = around_filter(&layer(), routes().recover(recovered));
    replies(&app).await;
    app.check([
        ("404", get("/none", APP), 404, SIMPLE),
        ("405", request("PUT", "/item", &[("origin", APP)]), 405, SIMPLE),
        ("custom", get("/broken", APP), 418, SIMPLE),
        ("not recovered", get("/query", APP), 400, BARE),
    ])
    .await;
}

#[tokio::test]
async fn a_filter_does_not_reach_what_an_outer_recover_makes() {
    let app = bare(cors_warp::filter(&layer(), routes()).recover(recovered));
    replies(&app).await;
    app.check([
        ("404", get("/none", APP), 404, BARE),
        ("405", request("PUT", "/item", &[("origin", APP)]), 405, BARE),
        ("the outer recover finds the rejection", get("/broken", APP), 418, BARE),
    ])
    .await;
}
