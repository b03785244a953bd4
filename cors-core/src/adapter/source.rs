//! Where a layer gets a request's policy.

use crate::adapter::exchange::Exchange;
#[cfg(feature = "swap")]
use crate::adapter::handle::Handle;
use crate::adapter::prepared::Prepared;
use crate::adapter::value::FieldValue;
use crate::adapter::vary::VaryNames;
use crate::config::compile::header_names;
use crate::config::list::NameList;
use crate::engine::policy::Policy;
use crate::engine::request::RequestHead;
use crate::error::ConfigErrors;
use http::HeaderName;
use std::fmt;
use std::sync::Arc;

/// Where a layer gets a request's policy, except in layers that ask.
///
/// `V` is the framework's header value type. `F` is the type of the closure that selects a policy,
/// such as `dyn Fn(&Head<'_>) -> Option<Policy> + Send + Sync`. The adapter decides what the closure
/// sees of a request.
pub struct Source<V, F: ?Sized>(Way<V, F>);

enum Way<V, F: ?Sized> {
    Fixed(Prepared<V>),
    #[cfg(feature = "swap")]
    Shared(Handle),
    Selected(Arc<Selector<V, F>>),
}

struct Selector<V, F: ?Sized> {
    names: Vec<HeaderName>,
    vary: VaryNames<V>,
    select: Box<F>,
}

impl<V: FieldValue, F: ?Sized> Source<V, F> {
    /// Uses one policy for every request.
    pub fn fixed(policy: Policy) -> Self {
        Self(Way::Fixed(Prepared::new(policy)))
    }

    /// Uses the policy that the handle holds when a request arrives.
    #[cfg(feature = "swap")]
    pub fn shared(handle: Handle) -> Self {
        Self(Way::Shared(handle))
    }

    /// Lets a closure choose a policy for each request, or none. It sees everything but the headers.
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
        Self(Way::Selected(Arc::new(Selector { names, vary, select })))
    }

    /// Decides on a request. `select` calls the closure with the adapter's view of the request.
    #[inline]
    pub fn begin<R: RequestHead<Value = V>>(
        &self,
        request: &R,
        select: impl FnOnce(&F, Declared<'_>) -> Option<Policy>,
    ) -> Exchange<V> {
        match &self.0 {
            Way::Fixed(prepared) => prepared.begin(request).without_asking(),
            #[cfg(feature = "swap")]
            Way::Shared(handle) => handle.load().begin(request).without_asking(),
            Way::Selected(selector) => {
                let exchange = match select(&selector.select, Declared(&selector.names)) {
                    Some(policy) => policy.begin(request).without_asking(),
                    None => Exchange::passthrough(),
                };
                exchange.vary_also(selector.vary.clone())
            }
        }
    }
}

impl<V, F: ?Sized> Clone for Source<V, F>
where
    V: Clone,
{
    fn clone(&self) -> Self {
        Self(match &self.0 {
            Way::Fixed(prepared) => Way::Fixed(prepared.clone()),
            #[cfg(feature = "swap")]
            Way::Shared(handle) => Way::Shared(handle.clone()),
            Way::Selected(selector) => Way::Selected(Arc::clone(selector)),
        })
    }
}

impl<V, F: ?Sized> fmt::Debug for Source<V, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Way::Fixed(prepared) => f.debug_tuple("Fixed").field(prepared).finish(),
            #[cfg(feature = "swap")]
            Way::Shared(handle) => f.debug_tuple("Shared").field(handle).finish(),
            Way::Selected(selector) => f.debug_tuple("Selected").field(&selector.names).finish(),
        }
    }
}

/// The headers that a selecting closure declared, and may therefore see: `Vary` names them.
#[derive(Clone, Copy, Debug)]
pub struct Declared<'a>(&'a [HeaderName]);

impl Declared<'_> {
    /// Whether the header was declared. `name` is not case-sensitive.
    pub fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|declared| declared.as_str().eq_ignore_ascii_case(name))
    }
}
