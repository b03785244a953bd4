//! A running API, as a client sees it.

use std::sync::Arc;

use cors_core::{AskedOrigin, Policy};

use crate::{
    Adapter, Answer, Api, BARE, Connection, Hooks, Request, Row, Seen, Server, Way, compare,
};

pub(crate) struct App {
    pub(crate) api: Api,
    server: Server,
}

impl App {
    pub(crate) fn start<A: Adapter>(way: Way) -> Self {
        Self::hooked::<A>(way, Hooks::default())
    }

    pub(crate) fn hooked<A: Adapter>(way: Way, hooks: Hooks) -> Self {
        let api = Api::new();
        Self { server: A::start(way, hooks, api.clone()), api }
    }

    pub(crate) fn new<A: Adapter>(policy: Policy) -> Self {
        Self::start::<A>(Way::New(policy))
    }

    pub(crate) fn select<A: Adapter>(
        names: &[&'static str],
        select: impl Fn(&Seen<'_>) -> Option<Policy> + Send + Sync + 'static,
    ) -> Self {
        Self::start::<A>(Way::Select(names.to_vec(), Arc::new(select)))
    }

    pub(crate) fn ask<A, F, Fut>(policy: Policy, ask: F) -> Self
    where
        A: Adapter,
        F: Fn(AskedOrigin) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<bool, &'static str>> + Send + 'static,
    {
        Self::start::<A>(Way::Ask(policy, Arc::new(move |asked| Box::pin(ask(asked)))))
    }

    pub(crate) fn connect(&self) -> Connection {
        Connection::open(self.server.address())
    }

    /// A connection over which a request has been written.
    pub(crate) fn begin(&self, request: &Request) -> Connection {
        let mut connection = self.connect();
        connection.request(request);
        connection
    }

    pub(crate) fn send(&self, request: Request) -> Answer {
        Connection::once(self.server.address(), request)
    }

    /// Sends each row's request and compares.
    pub(crate) fn check<'a>(&self, rows: impl IntoIterator<Item = Row<'a>>) {
        for (what, request, status, wanted) in rows {
            let answer = self.send(request);
            compare(what, &answer, status, wanted);
            // RFC 9110, 8.6: no Content-Length on 204.
            assert!(status != 204 || answer.header("content-length").is_none(), "{what}: length");
        }
    }

    /// The same of one request, and that the middleware and the handler are called as often.
    #[track_caller]
    pub(crate) fn check_calls(
        &self,
        what: &str,
        request: Request,
        (status, auth, handler): (u16, usize, usize),
        cors: &[&str],
    ) {
        let answer = self.send(request);
        compare(what, &answer, status, cors);
        assert_eq!(
            (self.api.auth.take(), self.api.handler.take()),
            (auth, handler),
            "{what}: calls"
        );
        assert_eq!(answer.header("x-handler").is_some(), handler == 1, "{what}: handled");
        assert!(auth == 1 || answer.body.is_empty(), "{what}: body");
        assert!(status != 204 || answer.header("content-length").is_none(), "{what}: length");
    }
}

/// The headers on a response that the framework made of a request that nothing handles.
pub(crate) fn rejected<'a, A: Adapter>(headers: &'a [&'a str]) -> &'a [&'a str] {
    if A::SEES_REJECTIONS { headers } else { BARE }
}

/// The row, or the server's own answer to a request without exactly one `Host`.
pub(crate) fn passed_on<'a, A: Adapter>((what, request, status, wanted): Row<'a>) -> Row<'a> {
    if A::CHECKS_HOST { (what, request, 400, BARE) } else { (what, request, status, wanted) }
}
