//! Every response that passes through gets the headers, whatever made it, and keeps all else.

use super::app::{App, rejected};
use crate::api::OTHERS;
use crate::{
    APP, Adapter, Api, EVIL, REFUSED, Row, SIMPLE, compare, cors, get, only, policy, request,
};

pub(crate) fn whatever_made_it<A: Adapter>() {
    let vary_encoding = [&SIMPLE[..3], &["vary: accept-encoding, origin"]].concat();
    let vary_star = [&SIMPLE[..3], &["vary: *"]].concat();
    let revalidated = [("origin", APP), ("if-none-match", "\"v1\"")];
    let not_allowed = request("DELETE", "/read", &[("origin", APP)]);
    let (not_found, rejected, elsewhere) = (404, rejected::<A>(SIMPLE), rejected::<A>(REFUSED));
    let rows: [Row<'_>; 24] = [
        ("200", get("/item", APP), 200, SIMPLE),
        ("HEAD", request("HEAD", "/item", &[("origin", APP)]), 200, SIMPLE),
        ("404", get("/none", APP), not_found, rejected),
        ("405", not_allowed, A::METHOD_NOT_ALLOWED, rejected),
        ("a handler fails", get("/error", APP), 500, SIMPLE),
        ("an inner middleware answers", get("/auth/item", APP), 401, SIMPLE),
        ("an inner middleware fails", get("/middleware-error", APP), 400, SIMPLE),
        ("fresh", get("/cached", APP), 200, SIMPLE),
        ("304", request("GET", "/cached", &revalidated), 304, SIMPLE),
        ("a redirect", get("/redirect", APP), 303, SIMPLE),
        ("Vary is merged", get("/vary", APP), 200, &vary_encoding),
        ("Vary has it already", get("/vary-origin", APP), 200, &vary_encoding),
        ("Vary: * says it all", get("/vary-star", APP), 200, &vary_star),
        ("the handler's own", get("/own", APP), 200, SIMPLE),
        ("the handler's own, on an error", get("/own-error", APP), 409, &vary_encoding),
        ("the handler's own, twice", get("/own-twice", APP), 200, SIMPLE),
        ("the handler's own, elsewhere", get("/own", EVIL), 200, REFUSED),
        ("the handler's own, not CORS", request("GET", "/own", &[]), 200, REFUSED),
        ("404, elsewhere", get("/none", EVIL), not_found, elsewhere),
        ("an error, elsewhere", get("/error", EVIL), 500, REFUSED),
        ("an error, not CORS", request("GET", "/error", &[]), 500, REFUSED),
        ("an inner error, elsewhere", get("/middleware-error", EVIL), 400, REFUSED),
        ("an inner error, not CORS", request("GET", "/middleware-error", &[]), 400, REFUSED),
        ("a handshake that fails", get(Api::WEBSOCKET, APP), 400, rejected),
    ];
    App::new::<A>(policy()).check(rows);
}

pub(crate) fn a_304_has_the_headers_of_its_200<A: Adapter>() {
    let app = App::new::<A>(policy());
    for origin in [Some(APP), Some(EVIL), None] {
        let origin = origin.map(|origin| ("origin", origin));
        let request = request("GET", "/cached", &Vec::from_iter(origin));
        let fresh = app.send(request.clone());
        let revalidated = app.send(request.with("if-none-match", "\"v1\""));
        assert_eq!((fresh.status, revalidated.status), (200, 304));
        assert_eq!(cors(&fresh), cors(&revalidated), "{origin:?}");
    }
}

pub(crate) fn constant_answers_need_no_vary<A: Adapter>() {
    let any = ["access-control-allow-origin: *"];
    App::new::<A>(only(&["*"])).check([
        ("CORS", get("/item", APP), 200, &any[..]),
        ("not CORS", request("GET", "/item", &[]), 200, &any),
        ("404", get("/none", APP), 404, rejected::<A>(&any)),
        ("an error", get("/error", APP), 500, &any),
        ("an inner error", get("/middleware-error", APP), 400, &any),
        ("the handler's own", get("/own", APP), 200, &any),
    ]);
}

pub(crate) fn the_rest_is_untouched<A: Adapter>() {
    let answer = App::new::<A>(policy()).send(get("/headers", APP));
    compare("the headers are there", &answer, 201, SIMPLE);
    for (name, _) in OTHERS {
        let is_it = |known: &str| known == *name;
        let wanted: Vec<_> =
            OTHERS.iter().filter(|(name, _)| is_it(name)).map(|line| line.1).collect();
        let got: Vec<_> =
            answer.headers.iter().filter(|(name, _)| is_it(name)).map(|line| &*line.1).collect();
        assert_eq!(got, wanted, "{name}");
    }
    assert_eq!(answer.body, b"body");
}

pub(crate) fn a_stream_stays_a_stream<A: Adapter>() {
    let app = App::new::<A>(policy());
    // The head is there before the first chunk is, and a chunk before the next is sent.
    let mut connection = app.begin(&get("/stream", APP));
    compare("head first", &connection.head(), 200, SIMPLE);
    let large = vec![b'x'; 1 << 14];
    let chunks = [b"one".as_slice(), b"two"].into_iter().chain([&*large; 64]);
    for chunk in chunks {
        app.api.send_chunk(chunk.to_vec());
        assert_eq!(connection.chunk(), chunk);
    }
    app.api.end_stream();
    assert_eq!(connection.chunk(), b"", "the end");
}

pub(crate) fn a_websocket_handshake<A: Adapter>() {
    let app = App::new::<A>(policy());
    for (origin, wanted) in [(APP, SIMPLE), (EVIL, REFUSED)] {
        let handshake = get(Api::WEBSOCKET, origin)
            .with("connection", "upgrade")
            .with("upgrade", "websocket")
            .with("sec-websocket-version", "13")
            // The sample key of RFC 6455, 1.3, and below its answer.
            .with("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
        let mut connection = app.begin(&handshake);
        let head = connection.head();
        compare(origin, &head, 101, wanted);
        assert_eq!(head.header("sec-websocket-accept"), Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));

        // A text frame with a mask of zeros (5.2), and the echo, which a server sends unmasked.
        connection.write(b"\x81\x85\0\0\0\0hello");
        assert_eq!(connection.read(7), b"\x81\x05hello");
    }
}
