//! What else happens when a request is decided: nothing, unless the user of a layer asks for it.

use crate::adapter::decided::Decided;
use crate::adapter::exchange::Exchange;
#[cfg(feature = "browser")]
use crate::adapter::shadow::Shadow;
use crate::adapter::value::FieldValue;
#[cfg(feature = "browser")]
use crate::diff::Diff;
use crate::engine::decision::Found;
use crate::engine::policy::Policy;
use crate::engine::request::RequestHead;
use std::fmt;
use std::sync::Arc;

type Observer = dyn Fn(&Decided) + Send + Sync;

/// The hooks of a layer. Without any, it is a null pointer.
#[derive(Clone, Default)]
pub(super) struct Hooks(Option<Arc<Hooked>>);

#[derive(Clone, Default)]
struct Hooked {
    observers: Vec<Arc<Observer>>,
    #[cfg(feature = "browser")]
    shadows: Vec<Shadow>,
    /// Whether the handler gets the decision.
    passes_on: bool,
}

/// A decision that the hooks have not seen.
pub(super) struct Note {
    hooked: Arc<Hooked>,
    decided: Decided,
    /// What differs under each shadow.
    #[cfg(feature = "browser")]
    diffs: Vec<(usize, Diff)>,
}

impl Hooks {
    pub(super) const NONE: Self = Self(None);

    #[inline]
    pub(super) fn are_none(&self) -> bool {
        self.0.is_none()
    }

    fn change(self, change: impl FnOnce(&mut Hooked)) -> Self {
        let mut hooked = self.0.map(Arc::unwrap_or_clone).unwrap_or_default();
        change(&mut hooked);
        Self(Some(Arc::new(hooked)))
    }

    pub(super) fn observe(self, observer: Arc<Observer>) -> Self {
        self.change(|hooked| hooked.observers.push(observer))
    }

    pub(super) fn with_decision(self) -> Self {
        self.change(|hooked| hooked.passes_on = true)
    }

    #[cfg(feature = "browser")]
    pub(super) fn shadow(self, shadow: Shadow) -> Self {
        self.change(|hooked| hooked.shadows.push(shadow))
    }

    /// What the hooks get once the request is decided in this way. `verdict` is the answer to the
    /// policy's question, if there was one.
    #[inline]
    pub(super) fn note<R: RequestHead<Value: FieldValue>>(
        &self,
        policy: &Policy,
        request: &R,
        found: Found,
        exchange: &Exchange<R::Value>,
        verdict: Option<bool>,
    ) -> Option<Note> {
        let hooked = self.0.as_ref()?;
        Some(hooked.note(policy, request, found, exchange, verdict))
    }
}

impl Hooked {
    fn note<R: RequestHead<Value: FieldValue>>(
        self: &Arc<Self>,
        policy: &Policy,
        request: &R,
        found: Found,
        exchange: &Exchange<R::Value>,
        verdict: Option<bool>,
    ) -> Note {
        let decided = Decided::new(policy, policy.compiled().decision(request, found));
        #[cfg(feature = "browser")]
        let shadows = self.shadows.iter().enumerate();
        #[cfg(not(feature = "browser"))]
        let _ = (exchange, verdict);
        Note {
            hooked: Arc::clone(self),
            #[cfg(feature = "browser")]
            diffs: shadows
                .filter_map(|(index, shadow)| {
                    Some((index, shadow.diff(&decided, request, exchange, verdict)?))
                })
                .collect(),
            decided,
        }
    }
}

impl fmt::Debug for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.decided.fmt(f)
    }
}

impl Note {
    /// Calls the hooks, and gives the exchange what it passes on.
    pub(super) fn report<V>(self, exchange: &mut Exchange<V>) {
        let Self { hooked, decided, .. } = self;
        hooked.observers.iter().for_each(|observer| observer(&decided));
        #[cfg(feature = "browser")]
        self.diffs.iter().for_each(|(index, diff)| hooked.shadows[*index].report(diff));
        if hooked.passes_on && exchange.short_circuit().is_none() {
            exchange.pass_on(decided);
        }
    }
}
