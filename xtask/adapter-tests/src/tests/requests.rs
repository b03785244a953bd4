//! One policy, requests of every kind.

use super::app::App;
use crate::{Adapter, policy, rows};

pub(crate) fn each_gets_its_answer<A: Adapter>() {
    let app = App::new::<A>(policy());
    for (what, request, status, wanted) in rows("/item") {
        app.check([(what, request.clone(), status, wanted)]);
        let answer = app.send(request);
        let body = if status == 200 { b"handled".as_slice() } else { b"" };
        let has_length = answer.header("content-length").is_some();
        assert_eq!((has_length, answer.body.as_slice()), (status != 204, body), "{what}");
    }
}
