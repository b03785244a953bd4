//! What whole kinds of servers need.

use crate::config::{Builder, DisallowedOrigin, OriginEntry};

/// The headers that a gRPC-Web client sets on each call.
const GRPC_WEB_REQUEST_HEADERS: [&str; 4] =
    ["content-type", "x-grpc-web", "x-user-agent", "grpc-timeout"];
/// The headers that it reads if the status is in the head, as when a call fails without a message.
const GRPC_WEB_RESPONSE_HEADERS: [&str; 3] =
    ["grpc-status", "grpc-message", "grpc-status-details-bin"];

/// The headers that an MCP client sets. The last two are those of the revisions up to 2025-11-25.
const MCP_REQUEST_HEADERS: [&str; 8] = [
    "content-type",
    "accept",
    "authorization",
    "mcp-protocol-version",
    "mcp-method",
    "mcp-name",
    "mcp-session-id",
    "last-event-id",
];
/// The headers that it reads: the session of the older revisions, and where to get a token.
const MCP_RESPONSE_HEADERS: [&str; 2] = ["mcp-session-id", "www-authenticate"];

/// The names of this machine, with any port.
const LOCAL_HOSTS: [&str; 3] = ["localhost:*", "127.0.0.1:*", "[::1]:*"];

/// Adds the names that a list lacks, unless it has `*`.
fn add(list: &mut Vec<String>, names: &[&str]) {
    let lacks = |list: &[String], name| !list.iter().any(|known| known.eq_ignore_ascii_case(name));
    if lacks(list, "*") {
        for name in names {
            if lacks(list, name) {
                list.push((*name).to_owned());
            }
        }
    }
}

/// Presets. Each adds to the lists that you set so far, so call it after the methods that replace a
/// list.
impl Builder {
    /// Adds the headers that [gRPC-Web] needs to the lists that you set so far, except to `*`: the
    /// request headers `content-type`, `x-grpc-web`, `x-user-agent` and `grpc-timeout`, and the
    /// response headers `grpc-status`, `grpc-message` and `grpc-status-details-bin`. gRPC-Web only
    /// uses POST, which is always allowed. Add the metadata of your own services yourself, including
    /// `authorization`.
    ///
    /// ```
    /// # use cors_core::Policy;
    /// let policy = Policy::builder()
    ///     .allow_origins(["https://app.example.com"])
    ///     .allow_headers(["authorization"]) // before: it replaces what was set
    ///     .grpc_web()
    ///     .build()?;
    /// let config = policy.config();
    /// assert_eq!(
    ///     config.allow_headers,
    ///     ["authorization", "content-type", "x-grpc-web", "x-user-agent", "grpc-timeout"],
    /// );
    /// assert_eq!(config.expose_headers, ["grpc-status", "grpc-message", "grpc-status-details-bin"]);
    /// # Ok::<(), cors_core::ConfigErrors>(())
    /// ```
    ///
    /// [gRPC-Web]: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md
    pub fn grpc_web(mut self) -> Self {
        add(&mut self.config.allow_headers, &GRPC_WEB_REQUEST_HEADERS);
        add(&mut self.config.expose_headers, &GRPC_WEB_RESPONSE_HEADERS);
        self
    }

    /// Adds what a server needs that only this machine can reach, such as a development server or the
    /// API of a desktop app: `http:` pages of this machine, on any port, may read, and every other page
    /// is refused, also if DNS rebinding gives it a name that leads here.
    ///
    /// It adds `http://localhost:*`, `http://127.0.0.1:*` and `http://[::1]:*` to the origins, the same
    /// hosts to [`own_hosts`](Self::own_hosts), and sets
    /// [`disallowed_origin`](Self::disallowed_origin) to [`Forbid`](DisallowedOrigin::Forbid). Any page
    /// that some program serves on this machine may then read. If that is too much, list the origins
    /// and set the other two yourself. Bind the server to a loopback address: no policy replaces that.
    ///
    /// ```
    /// # use cors_core::{Decision, Policy, Reason};
    /// let policy = Policy::builder().local_server().build()?;
    /// assert!(policy.warnings().is_empty());
    /// let post = |host: &str, origin: &str| {
    ///     let request = http::Request::post("/").header("host", host).header("origin", origin);
    ///     request.body(()).unwrap()
    /// };
    /// let app = post("localhost:3000", "http://localhost:5173");
    /// assert_eq!(policy.decide(&app), Decision::Simple);
    /// let evil = post("localhost:3000", "https://evil.example");
    /// assert_eq!(
    ///     policy.decide(&evil),
    ///     Decision::Reject(Reason::OriginNotAllowed(b"https://evil.example"))
    /// );
    /// let rebound = post("evil.example:3000", "http://evil.example:3000");
    /// assert_eq!(
    ///     policy.decide(&rebound),
    ///     Decision::Reject(Reason::HostNotOwn(b"evil.example:3000"))
    /// );
    /// # Ok::<(), cors_core::ConfigErrors>(())
    /// ```
    pub fn local_server(mut self) -> Self {
        for host in LOCAL_HOSTS {
            let origin = OriginEntry::from(format!("http://{host}"));
            if !self.config.allow_origins.contains(&origin) {
                self.config.allow_origins.push(origin);
            }
        }
        add(self.config.own_hosts.get_or_insert_default(), &LOCAL_HOSTS);
        self.disallowed_origin(DisallowedOrigin::Forbid)
    }

    /// Adds what clients in a browser need of a server of the Model Context Protocol over
    /// [Streamable HTTP], in its revisions from 2025-03-26 to 2026-07-28, and what these revisions ask
    /// of the server: a request from an origin that is not allowed gets 403.
    ///
    /// It adds the method DELETE; the request headers `content-type`, `accept`, `authorization`,
    /// `mcp-protocol-version`, `mcp-method`, `mcp-name`, `mcp-session-id` and `last-event-id`; the
    /// response headers `mcp-session-id` and `www-authenticate`; and sets
    /// [`disallowed_origin`](Self::disallowed_origin) to [`Forbid`](DisallowedOrigin::Forbid). If your
    /// tools have an `x-mcp-header`, add `mcp-param-…` to
    /// [`allow_headers`](Self::allow_headers) before you call this.
    ///
    /// [`build`](Self::build) needs [`own_hosts`](Self::own_hosts) then: to a server that takes any
    /// `Host`, DNS rebinding makes an attacker's page look like its own. For a server on this machine,
    /// [`local_server`](Self::local_server) sets them.
    ///
    /// ```
    /// # use cors_core::{ErrorKind, Policy};
    /// let local = Policy::builder().local_server().mcp().build()?;
    /// let public = Policy::for_origins("https://chat.example").own_hosts("mcp.example").mcp().build()?;
    /// for policy in [&local, &public] {
    ///     assert!(policy.warnings().is_empty());
    ///     assert_eq!(policy.config().expose_headers, ["mcp-session-id", "www-authenticate"]);
    /// }
    ///
    /// let errors = Policy::for_origins("https://chat.example").mcp().build().unwrap_err();
    /// assert_eq!(errors.errors()[0].kind(), &ErrorKind::OwnHostsMissing);
    /// # Ok::<(), cors_core::ConfigErrors>(())
    /// ```
    ///
    /// [Streamable HTTP]: https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http
    pub fn mcp(mut self) -> Self {
        add(&mut self.config.allow_methods, &["DELETE"]);
        add(&mut self.config.allow_headers, &MCP_REQUEST_HEADERS);
        add(&mut self.config.expose_headers, &MCP_RESPONSE_HEADERS);
        self.needs_own_hosts = true;
        self.disallowed_origin(DisallowedOrigin::Forbid)
    }
}
