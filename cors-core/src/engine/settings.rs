//! A policy's settings other than its lists.

/// What happens to an actual request from a disallowed origin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum DisallowedOrigin {
    /// The handler serves it, and the browser hides the response from the script.
    #[default]
    Forward,
    /// The layer answers 403 without calling the handler, unless the request is not cross-origin.
    ///
    /// If `Sec-Fetch-Site` is present, it alone decides: `same-origin` and `none` pass. Without it, an
    /// `http` or `https` origin passes if its host and port are the request's. A request without
    /// `Origin` gets 403 if its method is not safe and `Sec-Fetch-Site` is `cross-site` or `same-site`.
    /// A WebSocket handshake counts as not safe.
    Forbid,
    /// The same for methods that are not safe and for WebSocket handshakes. Other requests with safe
    /// methods are served as with `Forward`: for a site with pages, embeds and forms of its own.
    /// [RFC 9110, 9.2.1](https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1)
    ForbidUnsafe,
}

/// How to answer a preflight whose origin is allowed, but not its method or a header.
///
/// ```
/// use cors_core::{Policy, RefusedPreflight};
/// use http::{Method, Request};
///
/// let policy = |refused| {
///     Policy::for_origins(["https://app.example.com"]).refused_preflight(refused).build()
/// };
/// let request = Request::builder()
///     .method(Method::OPTIONS)
///     .header("origin", "https://app.example.com")
///     .header("access-control-request-method", "DELETE")
///     .body(())
///     .unwrap();
/// let status = |policy: Policy| policy.begin(&request).without_asking().short_circuit().unwrap();
/// assert_eq!(status(policy(RefusedPreflight::Explain)?), 204);
/// assert_eq!(status(policy(RefusedPreflight::Conceal)?), 403);
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefusedPreflight {
    /// With what the policy does allow, so that the browser's console names the problem.
    #[default]
    Explain,
    /// With 403 and no CORS headers.
    Conceal,
}

/// Settings that open a policy to attack. Each is named after what it permits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Danger {
    /// Allows `http:` origins with credentials: anyone on the network can impersonate them.
    pub allow_insecure_origins: bool,
    /// Allows `https://*.github.io` with credentials: anyone can register there.
    pub allow_public_suffix_subdomains: bool,
    /// Allows a regular expression with credentials even if it is not proven to stay within the
    /// registrable domains that it names.
    pub allow_unbounded_regex: bool,
    /// Allows `null` in the list: any page can have that origin.
    pub allow_null_origin: bool,
    /// Allows `*` with credentials, by echoing the origin: every site can read with the user's
    /// cookies.
    pub reflect_any_origin: bool,
}
