//! An MCP server on actix-web. A handler passes each request to rmcp's service.

use std::io;

use actix_web::http::{StatusCode, header::HeaderName, header::HeaderValue};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use cors_actix::CorsLayer;
use mcp::{Mcp, addr, answer, mcp, policy};

#[actix_web::main]
async fn main() -> io::Result<()> {
    let cors = CorsLayer::new(policy().map_err(io::Error::other)?);
    let mcp = web::Data::new(mcp());
    let server = HttpServer::new(move || {
        App::new().app_data(mcp.clone()).route("/mcp", web::to(handle)).wrap(cors.clone())
    });
    let server = server.bind(addr())?;
    for addr in server.addrs() {
        println!("listening on http://{addr}");
    }
    server.run().await
}

async fn handle(
    request: HttpRequest,
    body: web::Bytes,
    mcp: web::Data<Mcp>,
) -> actix_web::Result<HttpResponse> {
    // actix-web has the types of an older `http`.
    let mut converted =
        http::Request::builder().method(request.method().as_str()).uri(request.uri().to_string());
    for (name, value) in request.headers() {
        converted = converted.header(name.as_str(), value.as_bytes());
    }
    let converted = converted.body(body).map_err(actix_web::error::ErrorBadRequest)?;
    let (parts, body) = answer(&mcp, converted).await.into_parts();
    let status = StatusCode::from_u16(parts.status.as_u16());
    let mut response = HttpResponse::build(status.map_err(io::Error::other)?);
    for (name, value) in &parts.headers {
        let name = HeaderName::from_bytes(name.as_ref()).map_err(io::Error::other)?;
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(io::Error::other)?;
        response.append_header((name, value));
    }
    Ok(response.streaming(body))
}
