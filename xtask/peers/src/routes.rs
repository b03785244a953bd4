//! The routes that every server has, in any framework.

use std::cell::Cell;

/// The route of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// A handler that answers any method with 200 and [`OWN_HEADERS`].
    Ok,
    /// A handler that fails with an error or rejection of the framework, with status 500.
    Error,
    /// No handler: 404.
    Missing,
}

impl Route {
    /// All routes.
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

/// Headers that the handler sets.
pub const OWN_HEADERS: [(&str, &str); 2] = [("vary", "accept-encoding"), ("x-request-id", "1")];

thread_local! {
    static HANDLED: Cell<bool> = const { Cell::new(false) };
}

/// Every handler calls this.
pub fn handle() {
    HANDLED.set(true);
}

/// Calls `serve`, and returns whether it called a handler.
pub fn is_handled<T>(serve: impl FnOnce() -> T) -> (T, bool) {
    HANDLED.set(false);
    let answer = serve();
    (answer, HANDLED.get())
}
