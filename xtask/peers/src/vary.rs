//! Checks that `Vary` names what an answer depends on.

use http::{HeaderValue, Method, Request};

use crate::answer::Answer;
use crate::servers::Server;

/// The same request with another `Origin` that gets another answer, if `Vary` does not name it. Considers only
/// answers that a cache may store.
/// [RFC 9111, 4.1](https://www.rfc-editor.org/rfc/rfc9111#section-4.1)
pub fn missed(
    server: &Server,
    request: &Request<()>,
    answer: &Answer,
    origins: &[HeaderValue],
) -> Option<Request<()>> {
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        return None;
    }
    let named = answer.elements("vary");
    if named.contains("*") || named.contains("origin") {
        return None;
    }
    let mut others = origins.iter().map(Some).chain([None]).map(|origin| {
        let mut other = request.clone();
        other.headers_mut().remove("origin");
        if let Some(origin) = origin {
            other.headers_mut().insert("origin", origin.clone());
        }
        other
    });
    others.find(|other| server.answer(other).is_ok_and(|other| differ(answer, &other)))
}

fn differ(one: &Answer, other: &Answer) -> bool {
    one.status != other.status || one.headers != other.headers
}
