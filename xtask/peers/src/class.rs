//! The kinds of disagreement, each with what it means for who uses the layer.

use std::fmt;

/// Whether it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// A standard, or the policy as it was written, says that ours is right.
    Ours,
    /// Browsers and caches do the same in the end: another choice, or another cost.
    Choice,
}

macro_rules! classes {
    ($($variant:ident $name:literal $weight:ident $meaning:literal)*) => {
        /// A kind of disagreement.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Class {
            $(#[doc = $meaning] $variant,)*
        }

        impl Class {
            /// Every kind, the gravest first.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it means.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }

            /// Whether it matters.
            pub fn weight(self) -> Weight {
                match self { $(Self::$variant => Weight::$weight,)* }
            }
        }
    };
}

classes! {
    LetsOriginIn "lets-origin-in" Ours
        "The policy does not allow the script's origin, but the script can read. [Fetch, CORS check](https://fetch.spec.whatwg.org/#concept-cors-check)"
    LetsMethodThrough "lets-method-through" Ours
        "The browser sends a request with a method that the policy does not allow. [Fetch, CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0)"
    LetsHeaderThrough "lets-header-through" Ours
        "The browser sends a request with a header that the policy does not allow. [Fetch, CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0)"
    LetsCredentialsThrough "lets-credentials-through" Ours
        "The policy does not allow credentials, but a script can read with them. [Fetch, CORS check](https://fetch.spec.whatwg.org/#concept-cors-check)"
    EchoesMalformed "echoes-malformed" Ours
        "The layer allows an `Origin` that no browser sends, or one of two: the client's bytes reach logs and caches. [Fetch, `Origin` header](https://fetch.spec.whatwg.org/#origin-header)"
    NoVary "no-vary" Ours
        "Responses depend on `Origin`, but `Vary` does not say so: a cache serves one origin's response to another. [RFC 9111, 4.1](https://www.rfc-editor.org/rfc/rfc9111#section-4.1)"
    PanicsWhenBuilt "panics-when-built" Ours
        "The layer accepts the policy, but the server panics at startup."
    PanicsWhenServing "panics-when-serving" Ours
        "A request makes the layer panic."
    KeepsOriginOut "keeps-origin-out" Ours
        "The policy allows the script's origin, but the script cannot read. [Fetch, CORS check](https://fetch.spec.whatwg.org/#concept-cors-check)"
    KeepsMethodOut "keeps-method-out" Ours
        "The layer refuses a method that the policy allows. [Fetch, CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0)"
    KeepsHeaderOut "keeps-header-out" Ours
        "The layer refuses a request header that the policy allows. [Fetch, CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0)"
    KeepsCredentialsOut "keeps-credentials-out" Ours
        "The policy allows credentials, but a script cannot read with them. [Fetch, CORS check](https://fetch.spec.whatwg.org/#concept-cors-check)"
    LostOnErrors "lost-on-errors" Ours
        "An error, a rejection or a 404 has no CORS headers: the script sees a network error instead of it. [Fetch, HTTP responses](https://fetch.spec.whatwg.org/#http-responses)"
    ExposesLess "exposes-less" Ours
        "A script does not see a response header that the policy exposes. [Fetch, CORS-exposed header-name list](https://fetch.spec.whatwg.org/#concept-response-cors-exposed-header-name-list)"
    ExposesMore "exposes-more" Ours
        "A script sees a response header that the policy does not expose. [Fetch, CORS-exposed header-name list](https://fetch.spec.whatwg.org/#concept-response-cors-exposed-header-name-list)"
    OptionsSwallowed "options-swallowed" Ours
        "An `OPTIONS` that is not a preflight does not reach its handler. [Fetch, HTTP requests](https://fetch.spec.whatwg.org/#http-requests)"
    SameOriginStopped "same-origin-stopped" Ours
        "If the layer stops disallowed origins, requests from the server's own pages do not reach the handler, although `Sec-Fetch-Site` says `same-origin`. [Fetch Metadata, `Sec-Fetch-Site`](https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header)"
    CrossOriginPasses "cross-origin-passes" Ours
        "If the layer stops disallowed origins, a POST without `Origin` still reaches its handler, although `Sec-Fetch-Site` says that another site sent it. [Fetch Metadata, `Sec-Fetch-Site`](https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header)"
    VaryLines "vary-lines" Ours
        "The response has several `Vary` lines. nginx before 1.23 keys its cache by the last one and serves one client's response to another."
    VaryLost "vary-lost" Ours
        "The handler's own `Vary` is lost. [RFC 9110, 12.5.5](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.5)"
    HeaderLost "header-lost" Ours
        "Another of the handler's headers is lost."
    RepeatedHeader "repeated-header" Ours
        "A CORS header is sent twice: browsers join the two into one value, which allows nothing. [Fetch, CORS check](https://fetch.spec.whatwg.org/#concept-cors-check)"
    OtherMaxAge "other-max-age" Ours
        "The browser caches the preflight for longer or shorter than the policy says. [Fetch, `Access-Control-Max-Age`](https://fetch.spec.whatwg.org/#http-access-control-max-age)"
    RefusedIsStopped "refused-is-stopped" Choice
        "A request from an origin that is not allowed does not reach its handler. Ours does so with `disallowed_origin = \"forbid\"`."
    RefusedPreflightPasses "refused-preflight-passes" Choice
        "A refused preflight has a success status: browsers find the refusal in the headers, but no log shows it."
    RefusedIsTold "refused-is-told" Choice
        "The response to a disallowed origin lists methods, headers or credentials."
    OtherStatus "other-status" Choice
        "The layer's own response has another status, with the same effect."
    EchoesForStar "echoes-for-star" Choice
        "The layer echoes the origin although `*` would do, and caches store a response for each origin."
    RefusalUnexplained "refusal-unexplained" Choice
        "If the method or a header is refused, the preflight response has no CORS headers at all, and the console blames the origin."
    ConstantAnswer "constant-answer" Choice
        "If only `*` or one origin is allowed, our layer adds the same headers to every response, which needs no `Vary`. The peer adds them to some responses only."
    VaryMore "vary-more" Choice
        "`Vary` names headers on which the response does not depend, and caches store more responses than they need."
    PreflightWithoutOrigin "preflight-without-origin" Choice
        "The layer answers an apparent preflight without `Origin`, which no browser sends, or does not."
    PrivateNetwork "private-network" Choice
        "The response has `Access-Control-Allow-Private-Network` although the request did not ask for it."
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
