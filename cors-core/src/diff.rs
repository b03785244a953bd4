//! What one policy lets scripts read and another does not, with a fetch that shows it.
//!
//! ```
//! use cors_core::Policy;
//!
//! let older = Policy::builder()
//!     .allow_origins(["https://app.example.com"])
//!     .allow_methods(["PUT", "PATCH"])
//!     .build()?;
//! let newer = Policy::builder()
//!     .allow_origins(["https://app.example.com", "https://*.example.dev"])
//!     .allow_methods(["PUT"])
//!     .build()?;
//! assert_eq!(
//!     older.diff(&newer).to_string(),
//!     r#"+ allow_origins "https://*.example.dev": fetch("https://api.example/") from https://x.example.dev
//! - allow_methods "PATCH": fetch("https://api.example/", { method: "PATCH" }) from https://app.example.com"#,
//! );
//! # Ok::<(), cors_core::ConfigErrors>(())
//! ```
//!
//! # What is compared
//!
//! Which origins may read, with which methods and request headers, which response headers they see,
//! and whether with credentials. An entry that the other policy covers in other words is not a
//! difference: `https://a.test` beside `https://*.test`, a method beside `*`, or `GET`.
//!
//! [`Diff::besides`] lists the keys that do not affect this: `max_age`, `preflight_status`,
//! `preflight_continue` (assuming that the handler answers 200), `disallowed_origin`, `own_hosts`,
//! `refused_preflight`, `allow_private_network`, and the `danger` keys, which only permit what
//! other keys say. One of them does more: with `*` and credentials, `danger.allow_null_origin` lets
//! `null` read.
//!
//! # How exact it is
//!
//! A [`Difference`] with a witness was tried: the [browser](crate::browser) ran the fetch against
//! both policies. The comparison of patterns is exact: an origin with a label and a port that
//! neither policy names represents all others. The comparison of regular expressions is exact
//! within limits, by their automata; beyond the limits, a [`Difference`] has no witness and means
//! that the answer is not known. So an empty diff means that scripts may read the same.
//!
//! Closures and `ask` cannot be compared. A closure sees the witnesses' origins, and its answer for
//! one counts for all that a pattern matches. `ask` is answered with no, as in [`Policy::decide`].
//! Origins are compared up to [`MAX_ORIGIN_LEN`](crate::MAX_ORIGIN_LEN).

mod answer;
mod beside;
mod comparison;
mod fresh;
mod side;

pub(crate) use answer::{Answer, Asked};

use crate::browser::Fetch;
use crate::engine::policy::Policy;
use crate::origin::Origin;
use comparison::Comparison;
use fresh::Fresh;
use http::HeaderName;
use side::Side;
use std::fmt;

/// The URL to fetch, unless the page is on the same host.
const API: &str = "https://api.example/";

/// How two policies differ. It prints a line for each difference: `+` for what only the newer
/// policy lets scripts read, `-` for what only the older one does, and `~` for keys that do not
/// affect what scripts may read. Without differences it prints nothing.
///
/// ```
/// use cors_core::Policy;
/// use cors_core::diff::Diff;
/// use std::time::Duration;
///
/// let old = Policy::for_origins(["https://app.example.com"]).build()?;
/// let new = Policy::for_origins(["https://*.example.com"]).max_age(Duration::from_secs(60)).build()?;
/// let diff: Diff = old.diff(&new);
/// assert_eq!(diff.allows[0].value, r#""https://*.example.com""#);
/// assert_eq!(diff.besides[0].key, "max_age");
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain result that tests write out")]
pub struct Diff {
    /// What the newer policy allows and the older does not.
    pub allows: Vec<Difference>,
    /// What the older policy allows and the newer does not.
    pub no_longer: Vec<Difference>,
    /// The keys that differ without affecting what scripts may read.
    pub besides: Vec<Beside>,
}

/// A key that differs without affecting what scripts may read.
///
/// ```
/// # use cors_core::{DisallowedOrigin, Policy, diff::Beside};
/// let newer = Policy::builder().allow_origins(["https://app.example.com"]);
/// let older = newer.clone().disallowed_origin(DisallowedOrigin::Forbid).build()?;
/// let diff = older.diff(&newer.build()?);
/// assert!(diff.is_empty());
/// let [Beside { key, older, newer, .. }] = &diff.besides[..] else { unreachable!() };
/// assert_eq!((*key, &**older, &**newer), ("disallowed_origin", "\"forbid\"", "\"forward\""));
/// assert_eq!(
///     diff.to_string(),
///     "~ disallowed_origin \"forbid\" -> \"forward\": whether requests from other origins, \
///      such as a form's, are refused or reach the handler",
/// );
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain result that tests write out")]
pub struct Beside {
    /// The key of the policy file.
    pub key: &'static str,
    /// Its value or default in the older policy: `600`, `none`, `"forbid"`.
    pub older: String,
    /// Its value in the newer one.
    pub newer: String,
    /// What the key controls.
    pub means: &'static str,
}

/// An entry of one policy that allows something that the other does not.
///
/// ```
/// use cors_core::Policy;
/// use cors_core::diff::{Difference, Witness};
///
/// let old = Policy::for_origins("https://app.example.com").build()?;
/// let new = Policy::for_origins("https://app.example.com").expose_headers("x-total").build()?;
/// let [Difference { key, value, witness }] = &old.diff(&new).allows[..] else { unreachable!() };
/// assert_eq!((*key, &**value), ("expose_headers", "\"x-total\""));
/// let Witness { fetch, sees } = witness.as_ref().unwrap();
/// assert_eq!(fetch.origin, "https://app.example.com");
/// assert_eq!(sees.as_ref().unwrap(), "x-total");
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain result that tests write out")]
pub struct Difference {
    /// The key of the policy file.
    pub key: &'static str,
    /// The entry as written in the file: `"https://*.example.dev"`, `{ regex = "…" }`, `true`.
    pub value: String,
    /// A fetch that shows the difference. `None` if it is not known whether there is one.
    pub witness: Option<Witness>,
}

/// A fetch that succeeds under one policy and not under the other.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain result that tests write out")]
pub struct Witness {
    /// The fetch.
    pub fetch: Fetch,
    /// The response header that the script sees under one policy and not under the other. `None` if
    /// the difference is whether the script may read the response at all.
    pub sees: Option<HeaderName>,
}

impl Policy {
    /// What a newer policy lets scripts read that this one does not, and the other way around.
    /// [What is compared, and how exactly](crate::diff)
    ///
    /// In a test, you can compare a policy with the agreed one:
    ///
    /// ```
    /// # use cors_core::Policy;
    /// # let served = Policy::builder().allow_origins(["https://app.example.com"]).build()?;
    /// let agreed = Policy::builder().allow_origins(["https://app.example.com"]).build()?;
    /// let diff = agreed.diff(&served);
    /// assert!(diff.is_empty(), "{diff}");
    /// # Ok::<(), cors_core::ConfigErrors>(())
    /// ```
    ///
    /// The cost grows with the number of entries that only one policy has.
    pub fn diff(&self, newer: &Policy) -> Diff {
        let [older_config, newer_config] = [self.config(), newer.config()];
        let fresh = Fresh::new([&older_config, &newer_config]);
        let [older, newer] = [(self, &older_config), (newer, &newer_config)]
            .map(|(policy, config)| Side::new(&policy.at_any_host(), config));
        let allows = Comparison::new(&newer, &older, &fresh).differences();
        let no_longer = Comparison::new(&older, &newer, &fresh).differences();
        let mut besides = beside::differences(&older_config, &newer_config);
        besides.retain(|beside| {
            allows.iter().chain(&no_longer).all(|difference| difference.key != beside.key)
        });
        Diff { allows, no_longer, besides }
    }
}

impl Diff {
    /// Whether scripts may read the same under both policies, even if other keys
    /// [differ](Self::besides).
    pub fn is_empty(&self) -> bool {
        self.allows.is_empty() && self.no_longer.is_empty()
    }
}

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let allows = self.allows.iter().map(|difference| ('+', difference));
        let no_longer = self.no_longer.iter().map(|difference| ('-', difference));
        let besides = self.besides.iter().map(|beside| format!("~ {beside}"));
        let lines =
            allows.chain(no_longer).map(|(sign, difference)| format!("{sign} {difference}"));
        for (i, line) in lines.chain(besides).enumerate() {
            let newline = if i > 0 { "\n" } else { "" };
            write!(f, "{newline}{line}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Beside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, older, newer, means } = self;
        write!(f, "{key} {older} -> {newer}: {means}")
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: ", self.key, self.value)?;
        match &self.witness {
            Some(witness) => write!(f, "{witness}"),
            None => f.write_str("not known: no fetch was found that shows a difference"),
        }
    }
}

impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.fetch)?;
        match &self.sees {
            Some(name) => write!(f, " sees {name}"),
            None => Ok(()),
        }
    }
}

impl Witness {
    fn of(fetch: Fetch) -> Self {
        Self { fetch, sees: None }
    }

    /// A plain GET from this origin.
    fn from_origin(origin: &str) -> Self {
        Self::of(Fetch::new(String::new(), String::new())).at(origin)
    }

    /// The same from this origin, to a URL of another origin.
    fn at(mut self, origin: &str) -> Self {
        let own = Origin::parse(origin.as_bytes()).is_ok_and(|page| page.host() == "api.example");
        self.fetch.url = if own { "https://api.test/".to_owned() } else { API.to_owned() };
        self.fetch.origin = origin.to_owned();
        self
    }
}
