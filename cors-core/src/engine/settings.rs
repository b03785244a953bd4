//! The settings of a policy that a decision looks at, beyond its lists.

/// What becomes of an actual request from an origin that is not allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum DisallowedOrigin {
    /// The handler serves it, and the browser keeps the answer from the script.
    #[default]
    Forward,
    /// 403 without calling the handler, unless the request is not cross-origin.
    ///
    /// Where `Sec-Fetch-Site` is present, it alone decides: `same-origin` and `none` pass. Without
    /// it, an `http` or `https` origin passes if its host and port are those of the request. A
    /// request without `Origin` gets 403 if its method is not safe and `Sec-Fetch-Site` is
    /// `cross-site` or `same-site`.
    Forbid,
}

/// How a preflight is answered whose origin is allowed but not its method or a header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefusedPreflight {
    /// With what the policy does allow, so that the browser's console names the fault.
    #[default]
    Explain,
    /// With 403 and no CORS headers.
    Conceal,
}

/// Settings that open a policy to attack, each named after what it lets happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Danger {
    /// Lets `http:` origins have credentials: anyone on the network can speak for them.
    pub allow_insecure_origins: bool,
    /// Lets `https://*.github.io` have credentials: anyone can register there.
    pub allow_public_suffix_subdomains: bool,
    /// Lets a regular expression have credentials that is not proven to stay within the
    /// registrable domains it names.
    pub allow_unbounded_regex: bool,
    /// Lets `null` stand in the list: any page can take that origin.
    pub allow_null_origin: bool,
    /// Lets `*` stand beside credentials, by echoing the origin: every site can read with the
    /// user's cookies.
    pub reflect_any_origin: bool,
}
