//! An MCP server on warp. A filter passes each request to rmcp's service.

use std::convert::Infallible;
use std::error::Error;

use bytes::Bytes;
use cors_warp::{CorsLayer, Layer};
use http::{HeaderMap, Method, Request};
use mcp::{addr, answer, mcp, policy};
use tokio::net::TcpListener;
use warp::reply::Response;
use warp::{Filter, Reply};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mcp = mcp();
    let request = warp::method().and(warp::header::headers_cloned()).and(warp::body::bytes());
    let endpoint = warp::path!("mcp").and(request).and_then(
        move |method: Method, headers: HeaderMap, body: Bytes| {
            let mcp = mcp.clone();
            async move {
                let mut request = Request::new(body);
                (*request.method_mut(), *request.headers_mut()) = (method, headers);
                let (parts, body) = answer(&mcp, request).await.into_parts();
                let mut response: Response = warp::reply::stream(body).into_response();
                (*response.status_mut(), *response.headers_mut()) = (parts.status, parts.headers);
                Ok::<_, Infallible>(response)
            }
        },
    );
    let listener = TcpListener::bind(addr()).await?;
    println!("listening on http://{}", listener.local_addr()?);
    cors_warp::serve(listener, CorsLayer::new(policy()?).layer(warp::service(endpoint))).await;
    Ok(())
}
