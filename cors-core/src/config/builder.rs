//! A policy in code.

use crate::config::compile::{compile, header_names};
use crate::config::list::{NameList, OriginList};
use crate::config::{Config, Danger, DisallowedOrigin, OriginEntry, RefusedPreflight};
use crate::engine::policy::Policy;
use crate::engine::question::{Closure, NamedHeaders};
use crate::error::{ConfigError, ConfigErrors, ErrorKind};
use crate::key::Key;
use crate::origin::Origin;
use http::HeaderName;
use std::sync::Arc;
use std::time::Duration;

/// Collects the settings of a [`Policy`]. Each method sets one key of the policy file. A list replaces
/// the list that you set before.
///
/// ```
/// use cors_core::{Builder, Policy};
/// use http::{Method, header::{AUTHORIZATION, CONTENT_TYPE}};
/// use std::time::Duration;
///
/// let builder: Builder = Policy::builder()
///     .allow_origins(["https://app.example.com", "https://*.example.dev"])
///     .allow_methods([Method::PUT, Method::DELETE])
///     .allow_headers([CONTENT_TYPE, AUTHORIZATION])
///     .expose_headers(["x-request-id"])
///     .allow_credentials(true)
///     .max_age(Duration::from_secs(600));
/// let policy = builder.build()?;
/// assert!(policy.warnings().is_empty());
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until it is built"]
pub struct Builder {
    pub(super) config: Config,
    closure: Option<Closure>,
    asks: Option<Vec<HeaderName>>,
    /// Whether a preset is only safe with `own_hosts`.
    pub(super) needs_own_hosts: bool,
    /// Invalid header names that the caller passed.
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
    /// assert!(policy.allows("https://app.example.com"));
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
        // `*` alone contradicts nothing, so there are no errors.
        Self::from_compiled(compile(&Config::new("*"), None, None).compiled)
    }
}

/// Starts with the settings of a config.
impl From<Config> for Builder {
    fn from(config: Config) -> Self {
        Self { config, ..Self::default() }
    }
}

impl Builder {
    /// Which origins may read: `"*"`, or patterns such as `https://app.example.com`,
    /// `https://*.example.com` and `http://localhost:*`. Pass one or a list. This replaces the origins
    /// that you set before; [`allow_origin`](Self::allow_origin) adds one.
    pub fn allow_origins<Count>(mut self, origins: impl OriginList<Count>) -> Self {
        self.config.allow_origins = origins.into_entries();
        self
    }

    /// Adds an origin or pattern that may read.
    ///
    /// ```
    /// # use cors_core::Policy;
    /// let mut policy = Policy::for_origins(["https://app.example.com"]);
    /// if cfg!(debug_assertions) {
    ///     policy = policy.allow_origin("http://localhost:*");
    /// }
    /// assert_eq!(policy.build()?.allows("http://localhost:3000"), cfg!(debug_assertions));
    /// # Ok::<(), cors_core::ConfigErrors>(())
    /// ```
    pub fn allow_origin(mut self, origin: impl Into<OriginEntry>) -> Self {
        self.config.allow_origins.push(origin.into());
        self
    }

    /// Adds a regular expression for origins that may read. It must match the whole origin. Needs the
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

    /// Your own check of well-formed origins that no pattern allows. It sees nothing else of the
    /// request. With credentials, it does not see [insecure](Origin::is_insecure) origins, unless you
    /// set [`Danger::allow_insecure_origins`].
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

    /// Like [`allow_origin_if`](Self::allow_origin_if), but the check can also read the request headers
    /// that you name. `Vary` lists them. [`build`](Self::build) reports names that are not valid.
    ///
    /// ```
    /// # use cors_core::{Decision, Policy};
    /// let policy = Policy::builder()
    ///     .allow_origin_if_reading("x-tenant", |origin, headers| {
    ///         headers.get("x-tenant") == Some(b"acme") && origin.host() == "acme.example"
    ///     })
    ///     .build()?;
    /// let request = http::Request::get("/").header("origin", "https://acme.example");
    /// let request = request.header("x-tenant", "acme").body(()).unwrap();
    /// assert_eq!(policy.decide(&request), Decision::Simple);
    /// # Ok::<(), cors_core::ConfigErrors>(())
    /// ```
    pub fn allow_origin_if_reading<Count>(
        mut self,
        names: impl NameList<Count>,
        check: impl Fn(Origin<'_>, &NamedHeaders<'_>) -> bool + Send + Sync + 'static,
    ) -> Self {
        let names = self.header_names("allow_origin_if_reading", names);
        self.closure = Some(Closure { names, check: Arc::new(check) });
        self
    }

    /// Lets the policy ask about well-formed origins that nothing else allows. The adapter's `ask`
    /// answers, or your own server after [`Policy::begin`]. Without an answer, the origin is refused.
    pub fn ask(self) -> Self {
        self.ask_reading([""; 0])
    }

    /// Like [`ask`](Self::ask), but the check can also read the request headers that you name. `Vary`
    /// lists them. [`build`](Self::build) reports names that are not valid.
    ///
    /// ```
    /// # use cors_core::Policy;
    /// assert!(Policy::builder().ask_reading(["x-tenant"]).build()?.asks());
    /// let errors = Policy::builder().ask_reading("x tenant").build().unwrap_err();
    /// assert_eq!(errors.errors()[0].key(), "ask_reading");
    /// # Ok::<(), cors_core::ConfigErrors>(())
    /// ```
    pub fn ask_reading<Count>(mut self, names: impl NameList<Count>) -> Self {
        self.asks = Some(self.header_names("ask_reading", names));
        self
    }

    /// Methods beyond GET, HEAD and POST; `["*"]` for all that browsers send. Preflights ask about
    /// them; the list does not restrict actual requests.
    pub fn allow_methods<Count>(mut self, methods: impl NameList<Count>) -> Self {
        self.config.allow_methods = methods.into_names();
        self
    }

    /// Request headers that scripts may set; `["*"]` for all except `authorization`. Preflights ask
    /// about them; the list does not restrict actual requests.
    pub fn allow_headers<Count>(mut self, names: impl NameList<Count>) -> Self {
        self.config.allow_headers = names.into_names();
        self
    }

    /// Response headers that scripts may read; `["*"]` for all, without credentials.
    pub fn expose_headers<Count>(mut self, names: impl NameList<Count>) -> Self {
        self.config.expose_headers = names.into_names();
        self
    }

    /// Whether scripts may read responses to requests with cookies or other credentials.
    pub fn allow_credentials(mut self, allow: bool) -> Self {
        self.config.allow_credentials = allow;
        self
    }

    /// How long a browser may keep a preflight's answer: whole seconds, up to a day.
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.config.max_age = Some(max_age);
        self
    }

    /// Whether to answer `Access-Control-Request-Private-Network: true`. No browser asks any more: a
    /// warning says so.
    pub fn allow_private_network(mut self, allow: bool) -> Self {
        self.config.allow_private_network = allow;
        self
    }

    /// The status of an answered preflight, 200 to 299.
    pub fn preflight_status(mut self, status: u16) -> Self {
        self.config.preflight_status = Some(status);
        self
    }

    /// Whether allowed preflights go on to the handler.
    pub fn preflight_continue(mut self, goes_on: bool) -> Self {
        self.config.preflight_continue = goes_on;
        self
    }

    /// What happens to an actual request from a disallowed origin.
    pub fn disallowed_origin(mut self, what: DisallowedOrigin) -> Self {
        self.config.disallowed_origin = what;
        self
    }

    /// The names by which this server is reached: `api.example.com`, `*.example.com`, `localhost:*`,
    /// `127.0.0.1:*`, `[::1]:*`. A request for any other host gets 403 before anything else, and no
    /// CORS headers. This stops DNS rebinding, where an attacker's name leads to your server and the
    /// browser takes your server for the attacker's. No port means 80, 443 or none.
    ///
    /// ```
    /// # use cors_core::{Decision, Policy, Reason};
    /// let policy = Policy::for_origins("https://app.example.com").own_hosts("localhost:*").build()?;
    /// let get = |host| http::Request::get("/").header("host", host).body(()).unwrap();
    /// assert_eq!(policy.decide(&get("localhost:3000")), Decision::NotCors);
    /// assert_eq!(
    ///     policy.decide(&get("evil.example:3000")),
    ///     Decision::Reject(Reason::HostNotOwn(b"evil.example:3000"))
    /// );
    /// # Ok::<(), cors_core::ConfigErrors>(())
    /// ```
    pub fn own_hosts<Count>(mut self, hosts: impl NameList<Count>) -> Self {
        self.config.own_hosts = Some(hosts.into_names());
        self
    }

    /// How to answer a preflight whose method or headers are not allowed.
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
    /// assert!(policy.allows("http://printer.local"));
    /// # Ok::<(), cors_core::ConfigErrors>(())
    /// ```
    pub fn danger(mut self, set: impl FnOnce(&mut Danger)) -> Self {
        set(&mut self.config.danger);
        self
    }

    /// Checks and compiles the policy.
    ///
    /// # Errors
    /// Lists every problem at once.
    pub fn build(self) -> Result<Policy, ConfigErrors> {
        let mut judgement = compile(&self.config, self.closure, self.asks);
        if self.needs_own_hosts && self.config.own_hosts.is_none() {
            let key = Key::OwnHosts;
            let error = ConfigError::new(key, None, "none", ErrorKind::OwnHostsMissing);
            judgement.errors.push(Some(key), error);
        }
        for error in self.errors {
            judgement.errors.push(None, error);
        }
        judgement.into_policy()
    }

    fn header_names<Count>(
        &mut self,
        key: &'static str,
        names: impl NameList<Count>,
    ) -> Vec<HeaderName> {
        // As everywhere, what is set later replaces what was set before.
        self.errors.retain(|error| error.key() != key);
        header_names(key, &names.into_names()).unwrap_or_else(|errors| {
            self.errors.extend(errors);
            Vec::new()
        })
    }
}
