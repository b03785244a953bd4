//! What the three servers share: a tool, and the policy. Each server is one file in `src/bin`.

use std::io;

use bytes::Bytes;
use cors_core::{ConfigErrors, Policy};
use http::{Request, Response};
use http_body_util::{BodyDataStream, Full, combinators::BoxBody};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{tool, tool_router};

/// A server with one tool.
#[derive(Clone, Debug)]
pub struct Greeter;

#[tool_router(server_handler)]
impl Greeter {
    #[tool(description = "Says hello")]
    fn hello(&self) -> String {
        "hello".to_owned()
    }
}

/// The MCP endpoint as a tower service.
pub type Mcp = StreamableHttpService<Greeter, LocalSessionManager>;

/// Builds the endpoint. Our layer judges `Host` and `Origin`, so rmcp's own list of hosts is off.
pub fn mcp() -> Mcp {
    let config = StreamableHttpServerConfig::default().disable_allowed_hosts();
    StreamableHttpService::new(|| Ok::<_, io::Error>(Greeter), Default::default(), config)
}

/// Pages of this machine, such as the MCP Inspector, may talk to a server of this machine.
///
/// # Errors
/// This policy has no mistakes; one for other pages may.
pub fn policy() -> Result<Policy, ConfigErrors> {
    Policy::builder().local_server().mcp().build()
}

/// Passes a request whose body is already read to the endpoint, for frameworks that take no tower
/// service.
pub async fn answer(
    mcp: &Mcp,
    request: Request<Bytes>,
) -> Response<BodyDataStream<BoxBody<Bytes, std::convert::Infallible>>> {
    mcp.handle(request.map(Full::new)).await.map(BodyDataStream::new)
}

/// The address to listen on: the environment variable `ADDR`, or port 3000 of this machine alone.
pub fn addr() -> String {
    std::env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned())
}
