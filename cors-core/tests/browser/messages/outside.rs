//! Messages on the guide's page that no explanation has.

const ANY_FAILURE: &str = "a script sees it for every failure";
const NO_RESPONSE: &str = "a server of the model always answers";
const NO_EXTENSIONS: &str = "the model has no extensions";
const NO_CSP: &str = "the model's pages have no Content Security Policy";
const NO_CHOICE_OF_SPACE: &str = "the model's scripts do not choose an address space";
const NO_ELEMENTS: &str = "the examples are calls of `fetch`";
const NOT_A_FETCH: &str = "the fetch succeeds, and what the page does next fails";
const READABLE: &str = "the script can read the response";
const USER_REFUSED: &str = "the model's user always agrees";
const FILE: &str = "the model's servers have no file: URLs";

/// A part of each, with the reason.
pub const OUTSIDE: &[(&str, &str)] = &[
    ("TypeError: Failed to fetch", ANY_FAILURE),
    ("TypeError: NetworkError when attempting to fetch resource.", ANY_FAILURE),
    ("TypeError: Load failed", ANY_FAILURE),
    ("Failed to load resource: net::ERR_CONNECTION_REFUSED", NO_RESPONSE),
    ("Failed to load resource: net::ERR_CONNECTION_RESET", NO_RESPONSE),
    ("Failed to load resource: net::ERR_CONNECTION_TIMED_OUT", NO_RESPONSE),
    ("Failed to load resource: net::ERR_EMPTY_RESPONSE", NO_RESPONSE),
    ("Failed to load resource: net::ERR_NAME_NOT_RESOLVED", NO_RESPONSE),
    ("Failed to load resource: net::ERR_SSL_PROTOCOL_ERROR", NO_RESPONSE),
    ("Failed to load resource: net::ERR_CERT_AUTHORITY_INVALID", NO_RESPONSE),
    ("Failed to load resource: net::ERR_CERT_COMMON_NAME_INVALID", NO_RESPONSE),
    ("Failed to load resource: net::ERR_CERT_DATE_INVALID", NO_RESPONSE),
    ("Failed to load resource: net::ERR_BLOCKED_BY_CLIENT", NO_EXTENSIONS),
    ("Connecting to 'https://api.example/' violates", NO_CSP),
    ("Content-Security-Policy: The page", NO_CSP),
    ("Refused to connect to https://api.example/", NO_CSP),
    ("Access to script at 'https:", NO_ELEMENTS),
    ("Access to image at 'https:", NO_ELEMENTS),
    ("Access to video at 'https:", NO_ELEMENTS),
    ("Access to CSS stylesheet at 'https:", NO_ELEMENTS),
    ("Access to font at 'https:", NO_ELEMENTS),
    ("Access to resource at 'https:", NO_ELEMENTS),
    ("Access to link element resource at 'https:", NO_ELEMENTS),
    ("<script> source URI is not allowed in this document", NO_ELEMENTS),
    ("Module source URI is not allowed in this document", NO_ELEMENTS),
    ("bad URI or cross-site access not allowed source", NO_ELEMENTS),
    ("Cross-origin script load denied by", NO_ELEMENTS),
    ("Cannot load image https://api.example/", NO_ELEMENTS),
    ("EventSource cannot load https://api.example/", NO_ELEMENTS),
    ("Beacon API cannot load https://api.example/", NO_ELEMENTS),
    ("The canvas has been tainted by cross-origin data.", NOT_A_FETCH),
    ("the canvas has been tainted by cross-origin data.", NOT_A_FETCH),
    ("SecurityError: The operation is insecure.", NOT_A_FETCH),
    ("Cannot access rules", NOT_A_FETCH),
    ("Not allowed to access cross-origin stylesheet", NOT_A_FETCH),
    ("Script error.", NOT_A_FETCH),
    ("Subresource Integrity: The resource", NO_ELEMENTS),
    ("is not eligible for integrity checks", NO_ELEMENTS),
    ("Failed integrity metadata check.", NO_ELEMENTS),
    ("Failed to construct 'Worker'", NO_ELEMENTS),
    ("from asking for credentials", NO_ELEMENTS),
    ("Cross-Origin Request Warning", READABLE),
    ("Request had a target IP address space", NO_CHOICE_OF_SPACE),
    ("Access to fetch at 'https://localhost:3000/'", USER_REFUSED),
    ("Access to fetch at 'https://printer.local/'", USER_REFUSED),
    ("file:///home/me/", FILE),
];
