//! An MCP server on axum: rmcp's service, with our layer around it.
//!
//! ```sh
//! cargo run -p mcp --bin mcp_axum
//! npx @modelcontextprotocol/inspector # then connect to http://localhost:3000/mcp
//! ```

use std::error::Error;

use axum::Router;
use cors_axum::CorsLayer;
use mcp::{addr, mcp, policy};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = Router::new().nest_service("/mcp", mcp()).layer(CorsLayer::new(policy()?));
    let listener = TcpListener::bind(addr()).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
