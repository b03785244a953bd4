//! What to audit.

use cors_core::Policy;
use http::{HeaderName, HeaderValue, Method};
use url::Url;

use crate::input::{check_url, shown_url};

/// Where no origin that may read is known.
const SOME_ORIGIN: &str = "<the origin>";

/// A URL, and who is meant to read it.
#[derive(Clone, Debug)]
pub struct Target {
    url: Url,
    allow: Vec<String>,
    methods: Vec<String>,
    headers: Vec<(String, String)>,
    meant: Option<Policy>,
}

impl Target {
    /// Checks everything. `allow` has origins, or patterns such as `https://*.example.com`; methods
    /// and headers are those that scripts need.
    ///
    /// # Errors
    /// One line about the first mistake.
    pub fn new(
        url: &str,
        allow: Vec<String>,
        methods: Vec<String>,
        headers: Vec<(String, String)>,
    ) -> Result<Self, String> {
        let mut url = check_url("URL", url)?;
        url.set_fragment(None);
        for method in &methods {
            let is_forbidden = ["CONNECT", "TRACE", "TRACK"]
                .iter()
                .any(|forbidden| method.eq_ignore_ascii_case(forbidden));
            if is_forbidden || Method::from_bytes(method.as_bytes()).is_err() {
                return Err(format!(
                    "--method {}: no script can send this method",
                    shown_url(method)
                ));
            }
        }
        for (name, value) in &headers {
            if HeaderName::from_bytes(name.as_bytes()).is_err()
                || HeaderValue::from_str(value).is_err()
            {
                // A forgotten colon puts the value here.
                let name = name.split_whitespace().next().unwrap_or_default();
                return Err(format!("--header {}: not a valid header", shown_url(name)));
            }
        }
        let meant = meant(&allow)?;
        Ok(Self { url, allow, methods, headers, meant })
    }

    /// The URL, without fragment.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The URL's own origin, whose pages need no CORS.
    pub(super) fn own(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// The origin that a fix names where this one was tried: itself only if the user named it, since
    /// any other could be an attacker's.
    pub(super) fn named_for<'a>(&'a self, origin: &'a str) -> &'a str {
        match self.allow.iter().any(|allowed| allowed == origin) {
            true => origin,
            false if self.is_meant(origin) => SOME_ORIGIN,
            false => self.listed(),
        }
    }

    /// An origin that may read, for a fix.
    pub(super) fn listed(&self) -> &str {
        let mut literal = self.allow.iter().filter(|origin| !origin.contains('*'));
        literal.next().map_or(SOME_ORIGIN, String::as_str)
    }

    /// The origins and patterns that may read.
    pub fn allow(&self) -> &[String] {
        &self.allow
    }

    pub(super) fn methods(&self) -> &[String] {
        &self.methods
    }

    pub(super) fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// Whether the user said that this origin may read.
    pub(super) fn is_meant(&self, origin: &str) -> bool {
        self.meant.as_ref().is_some_and(|policy| policy.allows(origin))
    }
}

/// A policy whose origins are these, so that patterns mean what they mean in a policy file.
fn meant(allow: &[String]) -> Result<Option<Policy>, String> {
    if allow.is_empty() {
        return Ok(None);
    }
    if let Some(star) = allow.iter().find(|origin| *origin == "*") {
        return Err(format!("--allow {star:?}: leave --allow out if anyone may read"));
    }
    let policy = |origins: &[String]| {
        let builder = Policy::builder().allow_origins(origins);
        builder.danger(|danger| danger.allow_null_origin = true).build()
    };
    for origin in allow {
        if let Err(errors) = policy(std::slice::from_ref(origin)) {
            let text = errors.to_string();
            let line = text.lines().find(|line| line.contains("allow_origins")).unwrap_or(&text);
            let says = line.split_once(&format!("{origin:?}: "));
            let says = says.map_or(line.trim(), |(_, says)| says);
            return Err(format!("--allow {}: {says}", shown_url(origin)));
        }
    }
    policy(allow).map(Some).map_err(|errors| {
        format!(
            "--allow: {}",
            errors.to_string().lines().map(str::trim).collect::<Vec<_>>().join("; ")
        )
    })
}
