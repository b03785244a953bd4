//! What every server answers, whatever framework it is.

use std::cell::Cell;

/// Where a request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// To a handler that answers 200 whatever the method, with [`OWN_HEADERS`].
    Ok,
    /// To one that fails: with an error or a rejection of the framework, of status 500.
    Error,
    /// To none: 404.
    Missing,
}

impl Route {
    /// Every route.
    pub const ALL: [Self; 3] = [Self::Ok, Self::Error, Self::Missing];

    /// Its path.
    pub fn path(self) -> &'static str {
        match self {
            Self::Ok => "/ok",
            Self::Error => "/error",
            Self::Missing => "/missing",
        }
    }
}

/// What the handler sets itself.
pub const OWN_HEADERS: [(&str, &str); 2] = [("vary", "accept-encoding"), ("x-request-id", "1")];

thread_local! {
    static HANDLED: Cell<bool> = const { Cell::new(false) };
}

/// To be called by each handler.
pub fn handle() {
    HANDLED.set(true);
}

/// Whether a handler was called by what `serve` does.
pub fn is_handled<T>(serve: impl FnOnce() -> T) -> (T, bool) {
    HANDLED.set(false);
    let answer = serve();
    (answer, HANDLED.get())
}
