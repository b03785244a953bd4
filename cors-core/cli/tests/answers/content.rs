//! What a server sends to each initiator, so that a browser can use it.

use cors_core::browser::Initiator;

/// A type and a body.
pub fn of(initiator: Initiator) -> (&'static str, &'static [u8]) {
    match initiator {
        // The page learns of the error, or only "Script error.".
        Initiator::Script => ("text/javascript", b"told();"),
        Initiator::Module => ("text/javascript", b"export default 1;"),
        Initiator::Image => (
            "image/gif",
            b"GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;",
        ),
        Initiator::Stylesheet => ("text/css", b"a { color: red }"),
        // A font of one empty glyph.
        Initiator::Font => ("font/woff2", include_bytes!("font.woff2")),
        Initiator::EventSource => ("text/event-stream", b"data: x\n\n"),
        Initiator::Frame => (
            "text/html;charset=utf-8",
            b"<!doctype html><title>told</title><script>parent.postMessage('loaded', '*')</script>",
        ),
        _ => ("text/plain", b"ok"),
    }
}
