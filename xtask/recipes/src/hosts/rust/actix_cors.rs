//! actix-web with `actix-cors`.

use std::net::TcpListener;
use std::sync::mpsc::channel;
use std::thread;

use ::actix_cors::Cors;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::{ErrorInternalServerError, ErrorUnauthorized};
use actix_web::middleware::{Condition, Next, from_fn};
use actix_web::rt::System;
use actix_web::{App, Error, HttpResponse, HttpServer, web};

use super::texts;
use crate::case::{Case, OTHER, PAGE};
use crate::hosts::Host;

texts!(
    "actix-cors",
    Cors,
    cors(),
    Simple simple,
    Preflight preflight,
    Credentials credentials,
    Errors errors,
    Auth auth,
    Exposed exposed
);

pub(in crate::hosts) fn start(case: Case, recipe: Option<&str>) -> Result<Host, String> {
    if let Some(recipe) = recipe {
        drop(layer_of(case, recipe)?);
    }
    let recipe = recipe.map(str::to_owned);
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    let addr = listener.local_addr().map_err(|error| error.to_string())?;
    let (started, failure) = channel();
    thread::spawn(move || {
        System::new().block_on(async {
            let is_fixed = recipe.is_some();
            let server = HttpServer::new(move || {
                let (inner, outer) = match &recipe {
                    // Checked above.
                    Some(recipe) => (None, layer_of(case, recipe).ok()),
                    None => (Some(fault(case)), None),
                };
                let whole = is_fixed || case != Case::Errors;
                let data = || web::to(data);
                App::new()
                    .service(
                        web::resource("/data")
                            .wrap(Condition::new(!whole, fault(Case::Errors)))
                            .route(data()),
                    )
                    .route("/crash", web::to(crash))
                    .wrap(Condition::new(!is_fixed && whole, inner.unwrap_or_default()))
                    .wrap(Condition::new(case == Case::Auth, from_fn(authorize)))
                    .wrap(Condition::new(is_fixed, outer.unwrap_or_default()))
            });
            let server = server.workers(1).disable_signals().listen(listener);
            match server {
                Ok(server) => {
                    let _ = started.send(None);
                    let _ = server.run().await;
                }
                Err(error) => {
                    let _ = started.send(Some(error.to_string()));
                }
            }
        });
    });
    match failure.recv() {
        Ok(None) => Ok(Host { addr, process: None }),
        Ok(Some(error)) => Err(error),
        Err(_) => Err("the thread of actix-web ended".to_owned()),
    }
}

fn fault(case: Case) -> Cors {
    let cors = Cors::default();
    match case {
        Case::Simple => cors.allowed_origin(OTHER),
        Case::Credentials => {
            cors.allowed_origin(PAGE).allowed_methods(["PUT"]).allowed_header("content-type")
        }
        Case::Auth => cors.allowed_origin(PAGE).allowed_header("authorization"),
        _ => cors.allowed_origin(PAGE).allowed_methods(["GET"]),
    }
}

async fn data() -> HttpResponse {
    HttpResponse::Ok().insert_header(("x-total", "3")).body("data")
}

async fn crash() -> Result<HttpResponse, Error> {
    Err(ErrorInternalServerError("it crashed"))
}

async fn authorize(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if request.headers().contains_key("authorization") {
        next.call(request).await
    } else {
        Err(ErrorUnauthorized("who?"))
    }
}
