//! Servers in this process. A recipe in Rust cannot be applied to a running program, so the texts
//! of the recipes are compiled in, and the printed one must be one of them, to the letter.

pub(super) mod actix_cors;
pub(super) mod ours;
pub(super) mod tower_http;
pub(super) mod warp;

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::thread;

use ::axum::Router;
use ::axum::extract::Request;
use ::axum::http::StatusCode;
use ::axum::middleware::Next;
use ::axum::response::{IntoResponse, Response};
use ::axum::routing::{any, get};
use tokio::runtime::Builder;

use super::Host;
use crate::case::PAGE;

/// A module for each recipe. `$make`, an expression in that module, makes the layer.
macro_rules! texts {
    ($folder:literal, $layer:ty, $make:expr, $($case:ident $name:ident),*) => {
        $(mod $name {
            include!(concat!("../../../../../cors-core/cli/tests/recipes/", $folder, "/", stringify!($name), ".rs"));

            pub(super) const TEXT: &str =
                include_str!(concat!("../../../../../cors-core/cli/tests/recipes/", $folder, "/", stringify!($name), ".rs"));

            pub(super) fn layer() -> $layer {
                $make
            }
        })*

        /// The layer that the recipe makes. The error says that the recipe is another one.
        fn layer_of(case: Case, recipe: &str) -> Result<$layer, String> {
            let (text, layer): (&str, fn() -> $layer) = match case {
                $(Case::$case => ($name::TEXT, $name::layer),)*
                Case::Doubled => return Err("it is not a proxy".to_owned()),
            };
            match recipe == text {
                true => Ok(layer()),
                false => Err(format!(
                    "this is not the recipe in cors-core/cli/tests/recipes/{}, which is compiled:\n{recipe}",
                    $folder
                )),
            }
        }
    };
}
use texts;

/// A port, and a thread that serves on it as long as this process runs.
fn listen<F>(serve: impl FnOnce(TcpListener) -> F + Send + 'static) -> Result<Host, String>
where
    F: Future<Output = io::Result<()>>,
{
    let bound = || -> io::Result<(TcpListener, SocketAddr)> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let addr = listener.local_addr()?;
        Ok((listener, addr))
    };
    let (listener, addr) = bound().map_err(|error| format!("no port is free: {error}"))?;
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("no runtime: {error}"))?;
    thread::spawn(move || runtime.block_on(async { serve(listener).await }));
    Ok(Host { addr, process: None })
}

fn serve_axum(app: Router) -> Result<Host, String> {
    listen(move |listener| async move {
        ::axum::serve(tokio::net::TcpListener::from_std(listener)?, app).await
    })
}

/// The routes, without any layer.
fn routes() -> Router {
    let data = any(|| async { ([("x-total", "3")], "data") });
    let crash = get(|| async { (StatusCode::INTERNAL_SERVER_ERROR, "it crashed") });
    Router::new().route("/data", data).route("/crash", crash)
}

/// Answers 401 unless there is authorization.
async fn authorize(request: Request, next: Next) -> Response {
    match request.headers().contains_key("authorization") {
        true => next.run(request).await,
        false => (StatusCode::UNAUTHORIZED, "who?").into_response(),
    }
}

/// What proxies pass requests on to: without CORS, or with headers of its own.
pub(super) fn upstream(with_headers: bool) -> Result<SocketAddr, String> {
    let origin = ::http::HeaderValue::from_static(PAGE);
    let layer = ::tower_http::cors::CorsLayer::new().allow_origin([origin]);
    let app = if with_headers { routes().layer(layer) } else { routes() };
    serve_axum(app).map(|host| host.addr)
}
