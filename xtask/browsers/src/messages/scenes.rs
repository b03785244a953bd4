//! Pages that make the engines print what no fetch of the model does.

use cors_core::browser::Engine::{self, Chromium, Firefox, WebKit};

/// What a page asks for, at `$URL`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The API, which gives this answer to every request, preflights included.
    Answers(&'static str),
    /// The API's WebSocket, with the same.
    WebSocket(&'static str),
    /// Nothing listens there.
    Closed,
    /// It resets each connection.
    Resets,
    /// It closes each connection.
    Closes,
    /// `https:` on a port without TLS.
    WithoutTls,
    /// `https:` with a certificate that nobody trusts.
    Untrusted,
    /// A name without an address.
    Unknown,
    /// Files beside the page, which is one too.
    Files,
}

/// A page and the messages that it causes, as the guide has them.
#[derive(Clone, Copy, Debug)]
pub struct Scene {
    pub name: &'static str,
    pub target: Target,
    /// A header of the page.
    pub header: &'static str,
    /// The page's body. `say` throws a text outside of promises, so that each engine prints it.
    pub body: &'static str,
    pub lines: &'static [(Engine, &'static str)],
}

const FETCH: &str = "<script>fetch('$URL')</script>";
const TEXT: Target =
    Target::Answers("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 0\r\n\r\n");
const SCRIPT: Target = Target::Answers(
    "HTTP/1.1 200 OK\r\ncontent-type: text/javascript\r\ncontent-length: 1\r\n\r\n1",
);
const THROWS: Target = Target::Answers(
    "HTTP/1.1 200 OK\r\ncontent-type: text/javascript\r\ncontent-length: 7\r\n\r\nthrow 1",
);
const IMAGE: Target = Target::Answers(
    "HTTP/1.1 200 OK\r\ncontent-type: image/svg+xml\r\ncontent-length: 70\r\n\r\n\
     <svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>        ",
);
const STYLE: Target =
    Target::Answers("HTTP/1.1 200 OK\r\ncontent-type: text/css\r\ncontent-length: 3\r\n\r\na{}");

/// What a plain fetch of it prints.
const fn fetch(
    name: &'static str,
    target: Target,
    lines: &'static [(Engine, &'static str)],
) -> Scene {
    element(name, target, FETCH, lines)
}

const fn element(
    name: &'static str,
    target: Target,
    body: &'static str,
    lines: &'static [(Engine, &'static str)],
) -> Scene {
    Scene { name, target, header: "", body, lines }
}

/// A script that expects the server in another address space than the public one.
pub const WRONG_SPACE: &Scene = &element(
    "another address space",
    Target::Answers(
        "HTTP/1.1 200 OK\r\naccess-control-allow-origin: *\r\ncontent-length: 0\r\n\r\n",
    ),
    "<script>fetch('$URL', { targetAddressSpace: 'local' })</script>",
    &[(
        Chromium,
        "Access to fetch at 'https://api.example/' from origin 'https://app.example.com' has been \
         blocked by CORS policy: Request had a target IP address space of `local` yet the resource is \
         in address space `public`.",
    )],
);

/// Chromium's message about a file of another origin.
macro_rules! access {
    ($what:literal) => {
        concat!(
            "Access to ", $what, " at 'https://api.example/' from origin 'https://app.example.com' \
             has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on \
             the requested resource."
        )
    };
}

/// Chromium's message about a file on disk.
macro_rules! schemes {
    ($what:literal) => {
        concat!(
            "Access to ", $what, " from origin 'null' has been blocked by CORS policy: Cross origin \
             requests are only supported for protocol schemes: chrome, \
             chrome-experimental-site-token-provider, chrome-extension, chrome-untrusted, data, http, \
             https, isolated-app."
        )
    };
}

pub const SCENES: &[Scene] = &[
    fetch(
        "a closed port",
        Target::Closed,
        &[
            (Chromium, "Failed to load resource: net::ERR_CONNECTION_REFUSED"),
            (Chromium, "TypeError: Failed to fetch"),
            (Firefox, "TypeError: NetworkError when attempting to fetch resource."),
            (WebKit, "TypeError: Load failed"),
        ],
    ),
    fetch(
        "a reset connection",
        Target::Resets,
        &[(Chromium, "Failed to load resource: net::ERR_CONNECTION_RESET")],
    ),
    fetch(
        "a closed connection",
        Target::Closes,
        &[(Chromium, "Failed to load resource: net::ERR_EMPTY_RESPONSE")],
    ),
    fetch(
        "an unknown name",
        Target::Unknown,
        &[(Chromium, "Failed to load resource: net::ERR_NAME_NOT_RESOLVED")],
    ),
    fetch(
        "a server without TLS",
        Target::WithoutTls,
        &[(Chromium, "Failed to load resource: net::ERR_SSL_PROTOCOL_ERROR")],
    ),
    fetch(
        "a certificate that is not trusted",
        Target::Untrusted,
        &[(Chromium, "Failed to load resource: net::ERR_CERT_AUTHORITY_INVALID")],
    ),
    Scene {
        name: "a Content Security Policy",
        target: TEXT,
        header: "content-security-policy: connect-src 'self'",
        body: FETCH,
        lines: &[
            (
                Chromium,
                "Connecting to 'https://api.example/' violates the following Content Security Policy \
                 directive: \"connect-src 'self'\". The action has been blocked.",
            ),
            (
                Firefox,
                "Content-Security-Policy: The page’s settings blocked the loading of a resource \
                 (connect-src) at https://api.example/ because it violates the following directive: \
                 “connect-src 'self'”",
            ),
            (
                WebKit,
                "Refused to connect to https://api.example/ because it does not appear in the \
                 connect-src directive of the Content Security Policy.",
            ),
        ],
    },
    element(
        "authorization under *",
        Target::Answers(
            "HTTP/1.1 200 OK\r\naccess-control-allow-origin: *\r\naccess-control-allow-headers: *\r\n\
             content-length: 0\r\n\r\n",
        ),
        "<script>fetch('$URL', { headers: { authorization: 'x' } })</script>",
        &[(
            Firefox,
            "Cross-Origin Request Warning: The Same Origin Policy will disallow reading the remote \
             resource at https://api.example/ soon. (Reason: When the `Access-Control-Allow-Headers` is \
             `*`, the `Authorization` header is not covered. To include the `Authorization` header, it \
             must be explicitly listed in CORS header `Access-Control-Allow-Headers`).",
        )],
    ),
    element(
        "a script with crossorigin",
        SCRIPT,
        "<script crossorigin src='$URL'></script>",
        &[
            (Chromium, access!("script")),
            (Firefox, "<script> source URI is not allowed in this document: “https://api.example/”."),
            (WebKit, "Cross-origin script load denied by Cross-Origin Resource Sharing policy."),
        ],
    ),
    element(
        "a module",
        SCRIPT,
        "<script type=module src='$URL'></script>",
        &[
            (Chromium, access!("script")),
            (Firefox, "Module source URI is not allowed in this document: “https://api.example/”."),
        ],
    ),
    element(
        "an image with crossorigin",
        IMAGE,
        "<img crossorigin src='$URL'>",
        &[
            (Chromium, access!("image")),
            (WebKit, "Cannot load image https://api.example/ due to access control checks."),
        ],
    ),
    element(
        "a video with crossorigin",
        TEXT,
        "<video crossorigin src='$URL'></video>",
        &[(Chromium, access!("video"))],
    ),
    element(
        "a style sheet with crossorigin",
        STYLE,
        "<link rel=stylesheet crossorigin href='$URL'>",
        &[(Chromium, access!("CSS stylesheet"))],
    ),
    element(
        "a font",
        TEXT,
        "<style>@font-face { font-family: x; src: url('$URL') } p { font-family: x }</style><p>x",
        &[
            (Chromium, access!("font")),
            (
                Firefox,
                "downloadable font: download failed (font-family: \"x\" style:normal weight:400 \
                 stretch:100 src index:0): bad URI or cross-site access not allowed source: \
                 https://api.example/",
            ),
        ],
    ),
    element(
        "a preload",
        TEXT,
        "<link rel=preload as=fetch crossorigin href='$URL'>",
        &[(Chromium, access!("link element resource"))],
    ),
    element(
        "an EventSource",
        Target::Answers("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 0\r\n\r\n"),
        "<script>new EventSource('$URL')</script>",
        &[
            (Chromium, access!("resource")),
            (WebKit, "EventSource cannot load https://api.example/ due to access control checks."),
        ],
    ),
    element(
        "a beacon",
        TEXT,
        "<script>navigator.sendBeacon('$URL', new Blob(['1'], { type: 'application/json' }))</script>",
        &[(
            WebKit,
            "Beacon API cannot load https://api.example/. Origin https://app.example.com is not allowed \
             by Access-Control-Allow-Origin. Status code: 200",
        )],
    ),
    element(
        "a canvas",
        IMAGE,
        "<script>
            const image = new Image();
            image.onload = () => {
                const context = document.createElement('canvas').getContext('2d');
                context.drawImage(image, 0, 0);
                try { context.getImageData(0, 0, 1, 1) } catch (error) { say(error) }
            };
            image.src = '$URL';
        </script>",
        &[
            (
                Chromium,
                "SecurityError: Failed to execute 'getImageData' on 'CanvasRenderingContext2D': The \
                 canvas has been tainted by cross-origin data.",
            ),
            (Firefox, "SecurityError: The operation is insecure."),
            (
                WebKit,
                "Unable to get image data from canvas because the canvas has been tainted by \
                 cross-origin data.",
            ),
            (WebKit, "SecurityError: The operation is insecure."),
        ],
    ),
    element(
        "the rules of a style sheet",
        STYLE,
        "<link rel=stylesheet href='$URL'>
        <script>
            onload = () => { try { document.styleSheets[0].cssRules } catch (error) { say(error) } };
        </script>",
        &[
            (
                Chromium,
                "SecurityError: Failed to read the 'cssRules' property from 'CSSStyleSheet': Cannot \
                 access rules",
            ),
            (
                Firefox,
                "SecurityError: CSSStyleSheet.cssRules getter: Not allowed to access cross-origin \
                 stylesheet",
            ),
            (WebKit, "SecurityError: Not allowed to access cross-origin stylesheet"),
        ],
    ),
    element(
        "an error of a script",
        THROWS,
        "<script>onerror = (message) => { onerror = null; say(message) }</script>
        <script src='$URL'></script>",
        &[(Chromium, "Script error."), (Firefox, "Script error."), (WebKit, "Script error.")],
    ),
    element(
        "a script with integrity",
        SCRIPT,
        "<script integrity='sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s=' src='$URL'></script>",
        &[
            (
                Chromium,
                "Subresource Integrity: The resource 'https://api.example/' has an integrity attribute, \
                 but the resource requires the request to be CORS enabled to check the integrity, and \
                 it is not. The resource has been blocked because the integrity cannot be enforced.",
            ),
            (
                Firefox,
                "“https://api.example/” is not eligible for integrity checks since it’s neither \
                 CORS-enabled nor same-origin.",
            ),
            (
                WebKit,
                "Cannot load script https://api.example/. Failed integrity metadata check. Content \
                 length: 1, Expected content length: 1, Expected metadata: \
                 sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s=",
            ),
        ],
    ),
    element(
        "a worker",
        SCRIPT,
        "<script>try { new Worker('$URL') } catch (error) { say(error) }</script>",
        &[(
            Chromium,
            "SecurityError: Failed to construct 'Worker': Script at 'https://api.example/' cannot be \
             accessed from origin 'https://app.example.com'.",
        )],
    ),
    element(
        "an image with a password",
        Target::Answers(
            "HTTP/1.1 401 Unauthorized\r\nwww-authenticate: Basic realm=x\r\ncontent-length: 0\r\n\r\n",
        ),
        "<img src='$URL'>",
        &[(
            WebKit,
            "Blocked https://api.example/ from asking for credentials because it is a cross-origin \
             request.",
        )],
    ),
    element(
        "a WebSocket",
        Target::WebSocket("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"),
        "<script>new WebSocket('$URL')</script>",
        &[
            (
                Chromium,
                "WebSocket connection to 'wss://api.example/' failed: Error during WebSocket handshake: \
                 Unexpected response code: 403",
            ),
            (Firefox, "Firefox can’t establish a connection to the server at wss://api.example/."),
            (
                WebKit,
                "WebSocket connection to 'wss://api.example/' failed: The server did not accept the \
                 WebSocket handshake.",
            ),
        ],
    ),
    element(
        "a file",
        Target::Files,
        "<script type=module src=app.js></script>
            <script>
                const request = new XMLHttpRequest();
                request.open('GET', 'data.json');
                request.send();
            </script>",
        &[
            (Chromium, schemes!("script at 'file:///home/me/app.js'")),
            (Chromium, schemes!("XMLHttpRequest at 'file:///home/me/data.json'")),
            (
                Firefox,
                "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote \
                 resource at file:///home/me/app.js. (Reason: CORS request not http).",
            ),
        ],
    ),
];
