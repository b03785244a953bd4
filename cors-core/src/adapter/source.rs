//! Where a layer gets a request's policy.

use crate::adapter::begin::Begun;
use crate::adapter::decided::Decided;
use crate::adapter::exchange::Exchange;
use crate::adapter::handle::Handle;
use crate::adapter::hooks::Hooks;
use crate::adapter::prepared::Prepared;
use crate::adapter::several::Several;
#[cfg(feature = "browser")]
use crate::adapter::shadow::Shadow;
use crate::adapter::value::FieldValue;
use crate::adapter::vary::VaryNames;
use crate::config::compile::header_names;
use crate::config::list::NameList;
#[cfg(feature = "browser")]
use crate::diff::Diff;
use crate::engine::decide::{is_options, only};
use crate::engine::names::is_token;
use crate::engine::policy::{IntoPolicy, Policy};
use crate::engine::request::{RequestHead, RequestHeader};
use crate::error::ConfigErrors;
use http::HeaderName;
use http::header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};
use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

/// Where a layer gets a request's policy, and who else learns what was decided.
///
/// `V` is the framework's header value type. `F` is the type of the closure that selects a policy,
/// such as `dyn Fn(&Head<'_>) -> Option<Policy> + Send + Sync`. The adapter decides what the closure
/// sees of a request.
pub struct Source<V, F: ?Sized>(Arc<Inner<V, F>>);

/// Shared, because a service may be cloned for each request.
struct Inner<V, F: ?Sized> {
    way: Way<V, F>,
    hooks: Hooks,
}

enum Way<V, F: ?Sized> {
    Fixed(Prepared<V>),
    Shared(Handle),
    Several(Arc<Several<V>>),
    Selected(Arc<Selector<V, F>>),
}

struct Selector<V, F: ?Sized> {
    names: Vec<HeaderName>,
    vary: VaryNames<V>,
    /// For requests whose requested method the closure asked for.
    vary_by_method: VaryNames<V>,
    select: Box<F>,
}

impl<V: FieldValue, F: ?Sized> Source<V, F> {
    fn of(way: Way<V, F>) -> Self {
        Self(Arc::new(Inner { way, hooks: Hooks::NONE }))
    }

    /// Uses one policy for every request.
    pub fn fixed(policy: Policy) -> Self {
        Self::of(Way::Fixed(Prepared::new(policy)))
    }

    /// Uses one policy for every request, and lets it [ask](Policy::asking) if it does not already.
    /// Only a source that this function made has questions to answer.
    pub fn asking(policy: Policy) -> Self {
        Self::fixed(policy.asking())
    }

    /// Uses the policy that the handle holds when a request arrives.
    pub fn shared(handle: Handle) -> Self {
        Self::of(Way::Shared(handle))
    }

    /// Uses the first policy that allows the request's origin. If none does, or there is no origin,
    /// uses the last. A policy that [asks](Policy::asking) gets no for an answer. Each policy with
    /// `own_hosts` refuses requests for other hosts, whatever their origin.
    ///
    /// # Errors
    /// If there is no policy, or if one never decides because an earlier one allows every origin.
    pub fn first_allowing(
        policies: impl IntoIterator<Item: IntoPolicy>,
    ) -> Result<Self, ConfigErrors> {
        Ok(Self::of(Way::Several(Arc::new(Several::new(policies)?))))
    }

    /// Lets a closure choose a policy for each request, or none. It sees everything but the headers.
    ///
    /// ```
    /// use cors_core::Policy;
    /// use cors_core::adapter::{Declared, Head, Source};
    /// use http::{HeaderMap, HeaderValue, Request};
    ///
    /// type Select = dyn Fn(&Head<'_>) -> Option<Policy> + Send + Sync;
    /// let select = |head: &Head<'_>| (head.uri().path() == "/public").then(Policy::public);
    /// let source = Source::<HeaderValue, Select>::selected(Box::new(select));
    ///
    /// for (path, allowed) in [("/public", true), ("/private", false)] {
    ///     let request = Request::get(path).header("origin", "https://app.example.com").body(());
    ///     let (parts, ()) = request.unwrap().into_parts();
    ///     let view = |select: &Select, declared: Declared<'_>| {
    ///         assert!(!declared.contains("origin"));
    ///         let of_http = (&parts.method, &parts.uri, &parts.headers);
    ///         select(&Head::of_parts(of_http, parts.version, &parts.extensions, declared))
    ///     };
    ///     let mut headers = HeaderMap::new();
    ///     source.begin(&parts, view).without_asking().write(&mut headers);
    ///     assert_eq!(headers.contains_key("access-control-allow-origin"), allowed);
    /// }
    /// ```
    pub fn selected(select: Box<F>) -> Self {
        Self::selected_by(Vec::new(), select)
    }

    /// Like [`selected`](Self::selected), but the closure can also read the headers with these names.
    /// Every response lists them in `Vary`.
    ///
    /// # Errors
    /// Lists every name that is not a valid header name.
    pub fn selected_reading<Count>(
        names: impl NameList<Count>,
        select: Box<F>,
    ) -> Result<Self, ConfigErrors> {
        match header_names("select_reading", &names.into_names()) {
            Ok(names) => Ok(Self::selected_by(names, select)),
            Err(errors) => Err(errors.into()),
        }
    }

    fn selected_by(names: Vec<HeaderName>, select: Box<F>) -> Self {
        let vary = VaryNames::new(names.iter().cloned());
        let preflight = [ORIGIN, ACCESS_CONTROL_REQUEST_METHOD];
        let vary_by_method = VaryNames::new(preflight.into_iter().chain(names.iter().cloned()));
        Self::of(Way::Selected(Arc::new(Selector { names, vary, vary_by_method, select })))
    }

    /// Calls `observer` with every decision, once per request and before the handler runs. If you add
    /// several, all are called, in the order added. If a selecting closure returns no policy, nothing
    /// is decided.
    #[must_use]
    pub fn observe(self, observer: impl Fn(&Decided) + Send + Sync + 'static) -> Self {
        self.hooked(|hooks| hooks.observe(Arc::new(observer)))
    }

    /// Lets [`Exchange::take_decided`](crate::adapter::Exchange::take_decided) return the decision, for
    /// the handler.
    #[must_use]
    pub fn with_decision(self) -> Self {
        self.hooked(Hooks::with_decision)
    }

    /// Judges every request under `newer` as well, which changes nothing, and calls `report` if a
    /// browser would get another answer.
    ///
    /// If both policies ask about an origin, the answer counts for both. If only `newer` asks, the
    /// answer is no.
    #[cfg(feature = "browser")]
    #[must_use]
    pub fn shadow(
        self,
        newer: impl IntoPolicy,
        report: impl Fn(&Diff) + Send + Sync + 'static,
    ) -> Self {
        let newer = newer.into_policy();
        let newer = match &self.0.way {
            Way::Fixed(prepared) if prepared.policy().asks() => newer.asking(),
            _ => newer,
        };
        self.hooked(|hooks| hooks.shadow(Shadow::new(newer, report)))
    }

    fn hooked(self, change: impl FnOnce(Hooks) -> Hooks) -> Self {
        let Inner { way, hooks } = &*self.0;
        Self(Arc::new(Inner { way: way.clone(), hooks: change(hooks.clone()) }))
    }

    /// Decides on a request. `select` calls the closure with the adapter's view of the request.
    ///
    /// Answer the question if there is one, if you made the source with [`asking`](Self::asking).
    /// Otherwise, call [`Begun::without_asking`].
    #[inline]
    pub fn begin<R: RequestHead<Value = V>>(
        &self,
        request: &R,
        select: impl FnOnce(&F, Declared<'_>) -> Option<Policy>,
    ) -> Begun<V> {
        let Inner { way, hooks } = &*self.0;
        Begun::Decided(match way {
            Way::Fixed(prepared) => return prepared.begin_with(hooks, request),
            Way::Shared(handle) => handle.load().begin_with(hooks, request).without_asking(),
            Way::Several(several) => several.begin(hooks, request),
            Way::Selected(selector) => {
                let by_method = Cell::new(false);
                let declared = Declared { names: &selector.names, by_method: &by_method };
                let exchange = match select(&selector.select, declared) {
                    Some(policy) => policy.begin_with(hooks, request).without_asking(),
                    None => Exchange::passthrough(),
                };
                let vary = if by_method.get() { &selector.vary_by_method } else { &selector.vary };
                exchange.vary_also(vary.clone())
            }
        })
    }
}

impl<V, F: ?Sized> Clone for Source<V, F> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<V: Clone, F: ?Sized> Clone for Way<V, F> {
    fn clone(&self) -> Self {
        match self {
            Self::Fixed(prepared) => Self::Fixed(prepared.clone()),
            Self::Shared(handle) => Self::Shared(handle.clone()),
            Self::Several(several) => Self::Several(Arc::clone(several)),
            Self::Selected(selector) => Self::Selected(Arc::clone(selector)),
        }
    }
}

impl<V, F: ?Sized> fmt::Debug for Source<V, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.way {
            Way::Fixed(prepared) => f.debug_tuple("Fixed").field(prepared).finish(),
            Way::Shared(handle) => f.debug_tuple("Shared").field(handle).finish(),
            Way::Several(several) => f.debug_tuple("FirstAllowing").field(several).finish(),
            Way::Selected(selector) => f.debug_tuple("Selected").field(&selector.names).finish(),
        }
    }
}

/// The headers that a selecting closure declared, and may therefore see: `Vary` names them.
#[derive(Clone, Copy)]
pub struct Declared<'a> {
    names: &'a [HeaderName],
    /// Whether the closure looked at what tells preflights apart, so that `Vary` must name it.
    by_method: &'a Cell<bool>,
}

impl Declared<'_> {
    /// Whether the header was declared. `name` is not case-sensitive.
    pub fn contains(&self, name: &str) -> bool {
        self.names.iter().any(|declared| declared.as_str().eq_ignore_ascii_case(name))
    }

    /// What [`Head::requested_method`](crate::adapter::Head::requested_method) returns, for adapters
    /// that have a `Head` of their own. From now on, the answer's `Vary` names what it depends on.
    pub fn requested_method<'r, R: RequestHead>(&self, request: &'r R) -> &'r str {
        if !is_options(request) {
            return request.method();
        }
        self.by_method.set(true);
        let has = |name| request.lines(name).next().is_some();
        if !has(RequestHeader::Origin) || !has(RequestHeader::RequestMethod) {
            return request.method();
        }
        let method =
            only(request.lines(RequestHeader::RequestMethod)).filter(|name| is_token(name));
        method.and_then(|name| str::from_utf8(name).ok()).unwrap_or_default()
    }
}

impl fmt::Debug for Declared<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Declared").field(&self.names).finish()
    }
}
