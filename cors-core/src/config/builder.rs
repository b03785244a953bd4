//! A policy in code.

use crate::config::compile::{compile, header_names};
use crate::config::list::{NameList, OriginList};
use crate::config::{Config, Danger, DisallowedOrigin, OriginEntry, RefusedPreflight};
use crate::engine::policy::Policy;
use crate::engine::question::{Closure, NamedHeaders};
use crate::error::{ConfigError, ConfigErrors};
use crate::origin::Origin;
use http::HeaderName;
use std::sync::Arc;
use std::time::Duration;

/// Gathers the settings of a [`Policy`]; each is a key of the policy file, and replaces what was
/// set before.
///
/// ```
/// use cors_core::Policy;
/// use http::{Method, header::{AUTHORIZATION, CONTENT_TYPE}};
/// use std::time::Duration;
///
/// let policy = Policy::builder()
///     .allow_origins(["https://app.example.com", "https://*.example.dev"])
///     .allow_methods([Method::PUT, Method::DELETE])
///     .allow_headers([CONTENT_TYPE, AUTHORIZATION])
///     .expose_headers(["x-request-id"])
///     .allow_credentials(true)
///     .max_age(Duration::from_secs(600))
///     .build()?;
/// assert!(policy.warnings().is_empty());
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until it is built"]
pub struct Builder {
    config: Config,
    closure: Option<Closure>,
    asks: Option<Vec<HeaderName>>,
    /// Names that are not those of headers.
    errors: Vec<ConfigError>,
}

impl Policy {
    /// Starts a policy in code.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Starts a policy in code with the one setting that every policy needs: which origins may read.
    ///
    /// ```
    /// # use cors_core::Policy;
    /// let policy = Policy::for_origins(["https://app.example.com"]).allow_methods(["PUT"]).build()?;
    /// # Ok::<(), cors_core::ConfigErrors>(())
    /// ```
    pub fn for_origins<Count>(origins: impl OriginList<Count>) -> Builder {
        Self::builder().allow_origins(origins)
    }

    /// A policy for public resources: every site may read, without credentials. Scripts may send
    /// GET, HEAD and POST requests with the headers that need no permission.
    ///
    /// ```
    /// # use cors_core::Policy;
    /// let policy = Policy::public();
    /// assert!(policy.allows("https://any.example"));
    /// assert_eq!(policy, Policy::for_origins("*").build()?);
    /// # Ok::<(), cors_core::ConfigErrors>(())
    /// ```
    pub fn public() -> Self {
        // `*` alone contradicts nothing, so that there are no errors to give back.
        Self::from_compiled(compile(&Config::new("*"), None, None).compiled)
    }
}

/// Begins with the settings of a config.
impl From<Config> for Builder {
    fn from(config: Config) -> Self {
        Self { config, ..Self::default() }
    }
}

/// What a client of gRPC-Web sets on each call.
const GRPC_WEB_REQUEST_HEADERS: [&str; 4] =
    ["content-type", "x-grpc-web", "x-user-agent", "grpc-timeout"];
/// What it reads where the status comes in the head, as it does when a call fails without a message.
const GRPC_WEB_RESPONSE_HEADERS: [&str; 3] =
    ["grpc-status", "grpc-message", "grpc-status-details-bin"];

/// Adds names that a list lacks, unless it has them all by `*`.
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

impl Builder {
    /// Which origins may read: `"*"`, or patterns such as `https://app.example.com`,
    /// `https://*.example.com`, `http://localhost:*`. One, or a list. It replaces the origins that
    /// you set before; [`allow_origin`](Self::allow_origin) adds one.
    pub fn allow_origins<Count>(mut self, origins: impl OriginList<Count>) -> Self {
        self.config.allow_origins = origins.into_entries();
        self
    }

    /// Adds an origin or pattern to those that may read.
    ///
    /// ```
    /// # use cors_core::Policy;
    /// let mut policy = Policy::for_origins(["https://app.example.com"]);
    /// if cfg!(debug_assertions) {
    ///     policy = policy.allow_origin("http://localhost:*");
    /// }
    /// # Ok::<(), cors_core::ConfigErrors>(())
    /// ```
    pub fn allow_origin(mut self, origin: impl Into<OriginEntry>) -> Self {
        self.config.allow_origins.push(origin.into());
        self
    }

    /// Adds a regular expression, which must match the whole origin, to what may read. Needs the
    /// feature `regex`.
    ///
    /// ```
    /// # #[cfg(feature = "regex")] {
    /// # use cors_core::Policy;
    /// let policy = Policy::for_origins("https://app.example.com")
    ///     .allow_origin_regex(r"https://pr-[0-9]+\.example\.com")
    ///     .build()?;
    /// assert!(policy.allows("https://pr-7.example.com"));
    /// # }
    /// # Ok::<(), cors_core::ConfigErrors>(())
    /// ```
    pub fn allow_origin_regex(self, regex: impl Into<String>) -> Self {
        self.allow_origin(OriginEntry::regex(regex))
    }

    /// A check of your own, for well-formed origins that no pattern allows. It sees nothing else
    /// of the request; with credentials it is not asked about [insecure](Origin::is_insecure)
    /// origins unless [`Danger::allow_insecure_origins`] is set.
    ///
    /// ```
    /// # use cors_core::{Decision, Policy};
    /// let policy = Policy::builder()
    ///     .allow_origin_if(|origin| origin.host().ends_with(".corp.example"))
    ///     .build()?;
    /// let request = http::Request::get("/").header("origin", "https://a.corp.example").body(()).unwrap();
    /// assert_eq!(policy.decide(&request), Decision::Simple);
    /// # Ok::<(), cors_core::ConfigErrors>(())
    /// ```
    pub fn allow_origin_if(
        self,
        check: impl Fn(Origin<'_>) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.allow_origin_if_reading([""; 0], move |origin, _| check(origin))
    }

    /// Like [`allow_origin_if`](Self::allow_origin_if), where the answer also depends on other
    /// request headers. Only those that are named here can be read, and `Vary` names them.
    pub fn allow_origin_if_reading(
        mut self,
        names: impl IntoIterator<Item: AsRef<str>>,
        check: impl Fn(Origin<'_>, &NamedHeaders<'_>) -> bool + Send + Sync + 'static,
    ) -> Self {
        let names = self.header_names("allow_origin_if_reading", names);
        self.closure = Some(Closure { names, check: Arc::new(check) });
        self
    }

    /// Well-formed origins that nothing else allows are asked about: by the adapter's `ask`, or by your
    /// own server with [`Policy::begin`]. Where nobody answers, the origin is refused.
    pub fn ask(self) -> Self {
        self.ask_reading([""; 0])
    }

    /// Like [`ask`](Self::ask), where the answer also depends on other request headers. Only
    /// those that are named here can be read, and `Vary` names them.
    pub fn ask_reading(mut self, names: impl IntoIterator<Item: AsRef<str>>) -> Self {
        self.asks = Some(self.header_names("ask_reading", names));
        self
    }

    /// Methods beyond GET, HEAD and POST; `["*"]` for all that browsers send. Preflights ask about
    /// them; the request itself is not held to the list.
    pub fn allow_methods<Count>(mut self, methods: impl NameList<Count>) -> Self {
        self.config.allow_methods = methods.into_names();
        self
    }

    /// Request headers that scripts may set; `["*"]` for all but `authorization`. Preflights ask
    /// about them; the request itself is not held to the list.
    pub fn allow_headers<Count>(mut self, names: impl NameList<Count>) -> Self {
        self.config.allow_headers = names.into_names();
        self
    }

    /// Response headers that scripts may read; `["*"]` for all, without credentials.
    pub fn expose_headers<Count>(mut self, names: impl NameList<Count>) -> Self {
        self.config.expose_headers = names.into_names();
        self
    }

    /// Adds what [gRPC-Web] needs to the headers that are set so far, a list of `*` excepted: of the
    /// request `content-type`, `x-grpc-web`, `x-user-agent` and `grpc-timeout`, of the response
    /// `grpc-status`, `grpc-message` and `grpc-status-details-bin`. Its method is POST, which is
    /// always allowed. The metadata of your own services is still to be listed, `authorization` too.
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

    /// Whether scripts may read what was answered to a request with credentials.
    pub fn allow_credentials(mut self, allow: bool) -> Self {
        self.config.allow_credentials = allow;
        self
    }

    /// How long a browser may keep a preflight's answer: whole seconds, up to a day.
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.config.max_age = Some(max_age);
        self
    }

    /// Whether to answer `Access-Control-Request-Private-Network: true`.
    pub fn allow_private_network(mut self, allow: bool) -> Self {
        self.config.allow_private_network = allow;
        self
    }

    /// Status of an answered preflight, 200 to 299.
    pub fn preflight_status(mut self, status: u16) -> Self {
        self.config.preflight_status = Some(status);
        self
    }

    /// Whether an allowed preflight is passed on to the handler.
    pub fn preflight_continue(mut self, goes_on: bool) -> Self {
        self.config.preflight_continue = goes_on;
        self
    }

    /// What becomes of an actual request from an origin that is not allowed.
    pub fn disallowed_origin(mut self, what: DisallowedOrigin) -> Self {
        self.config.disallowed_origin = what;
        self
    }

    /// How a preflight is answered whose method or headers are not allowed.
    pub fn refused_preflight(mut self, what: RefusedPreflight) -> Self {
        self.config.refused_preflight = what;
        self
    }

    /// Settings that open the policy to attack.
    ///
    /// ```
    /// # use cors_core::Policy;
    /// let policy = Policy::for_origins(["http://printer.local"])
    ///     .allow_credentials(true)
    ///     .danger(|danger| danger.allow_insecure_origins = true)
    ///     .build()?;
    /// # Ok::<(), cors_core::ConfigErrors>(())
    /// ```
    pub fn danger(mut self, set: impl FnOnce(&mut Danger)) -> Self {
        set(&mut self.config.danger);
        self
    }

    /// Checks and compiles the policy.
    ///
    /// # Errors
    /// Every fault at once.
    pub fn build(self) -> Result<Policy, ConfigErrors> {
        let mut judgement = compile(&self.config, self.closure, self.asks);
        for error in self.errors {
            judgement.errors.push(None, error);
        }
        judgement.into_policy()
    }

    fn header_names(
        &mut self,
        key: &'static str,
        names: impl IntoIterator<Item: AsRef<str>>,
    ) -> Vec<HeaderName> {
        header_names(key, names).unwrap_or_else(|errors| {
            self.errors.extend(errors);
            Vec::new()
        })
    }
}
