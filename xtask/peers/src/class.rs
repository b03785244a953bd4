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
        "A script reads whose origin the policy does not allow. [Fetch, CORS check](https://fetch.spec.whatwg.org/#concept-cors-check)"
    LetsMethodThrough "lets-method-through" Ours
        "A request is sent with a method that the policy does not allow. [Fetch, CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0)"
    LetsHeaderThrough "lets-header-through" Ours
        "A request is sent with a header that the policy does not allow. [Fetch, CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0)"
    LetsCredentialsThrough "lets-credentials-through" Ours
        "A script reads with credentials where the policy allows none. [Fetch, CORS check](https://fetch.spec.whatwg.org/#concept-cors-check)"
    EchoesMalformed "echoes-malformed" Ours
        "An `Origin` that no browser sends, or one of two, is allowed: what reads logs or caches meets bytes of the client. [Fetch, `Origin` header](https://fetch.spec.whatwg.org/#origin-header)"
    NoVary "no-vary" Ours
        "Answers depend on `Origin`, and `Vary` does not say so: a cache gives one origin's answer to another. [RFC 9111, 4.1](https://www.rfc-editor.org/rfc/rfc9111#section-4.1)"
    PanicsWhenBuilt "panics-when-built" Ours
        "The policy can be written down, and the server panics as it starts."
    PanicsWhenServing "panics-when-serving" Ours
        "A request makes the layer panic."
    KeepsOriginOut "keeps-origin-out" Ours
        "A script cannot read whose origin the policy allows. [Fetch, CORS check](https://fetch.spec.whatwg.org/#concept-cors-check)"
    KeepsMethodOut "keeps-method-out" Ours
        "A method that the policy allows is refused. [Fetch, CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0)"
    KeepsHeaderOut "keeps-header-out" Ours
        "A request header that the policy allows is refused. [Fetch, CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0)"
    KeepsCredentialsOut "keeps-credentials-out" Ours
        "A script cannot read with credentials though the policy allows it. [Fetch, CORS check](https://fetch.spec.whatwg.org/#concept-cors-check)"
    LostOnErrors "lost-on-errors" Ours
        "An error, a rejection or a 404 has no CORS headers: the script sees a network error instead of it. [Fetch, HTTP responses](https://fetch.spec.whatwg.org/#http-responses)"
    ExposesLess "exposes-less" Ours
        "A script does not see a response header that the policy exposes. [Fetch, CORS-exposed header-name list](https://fetch.spec.whatwg.org/#concept-response-cors-exposed-header-name-list)"
    ExposesMore "exposes-more" Ours
        "A script sees a response header that the policy does not expose. [Fetch, CORS-exposed header-name list](https://fetch.spec.whatwg.org/#concept-response-cors-exposed-header-name-list)"
    OptionsSwallowed "options-swallowed" Ours
        "An `OPTIONS` that is no preflight does not reach its handler. [Fetch, HTTP requests](https://fetch.spec.whatwg.org/#http-requests)"
    SameOriginStopped "same-origin-stopped" Ours
        "With refused origins stopped, a request of the server's own pages does not reach its handler, though `Sec-Fetch-Site` says that it is of the same origin. [Fetch Metadata, `Sec-Fetch-Site`](https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header)"
    CrossOriginPasses "cross-origin-passes" Ours
        "With refused origins stopped, a POST without `Origin` reaches its handler, though `Sec-Fetch-Site` says that another site sent it. [Fetch Metadata, `Sec-Fetch-Site`](https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header)"
    VaryLines "vary-lines" Ours
        "`Vary` goes out as several lines. nginx before 1.23 keys its cache by the last one, and gives one client what was made for another."
    VaryLost "vary-lost" Ours
        "The handler's own `Vary` is gone. [RFC 9110, 12.5.5](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.5)"
    HeaderLost "header-lost" Ours
        "Another header of the handler's is gone."
    RepeatedHeader "repeated-header" Ours
        "A CORS header comes twice: browsers take the two for one value, which allows nothing. [Fetch, CORS check](https://fetch.spec.whatwg.org/#concept-cors-check)"
    OtherMaxAge "other-max-age" Ours
        "The preflight is kept for another time than the policy says. [Fetch, `Access-Control-Max-Age`](https://fetch.spec.whatwg.org/#http-access-control-max-age)"
    RefusedIsStopped "refused-is-stopped" Choice
        "A request from an origin that is not allowed does not reach its handler. Ours does so with `disallowed_origin = \"forbid\"`."
    RefusedPreflightPasses "refused-preflight-passes" Choice
        "A preflight that is refused has a status of success: browsers find the refusal in the headers, people in no log."
    RefusedIsTold "refused-is-told" Choice
        "The answer to an origin that is not allowed lists methods, headers or credentials."
    OtherStatus "other-status" Choice
        "What the layer answers itself has another status with the same effect."
    EchoesForStar "echoes-for-star" Choice
        "The origin is echoed where `*` would do, and caches keep an answer for each."
    RefusalUnexplained "refusal-unexplained" Choice
        "A preflight whose method or header is refused has no CORS headers at all, and the console blames the origin."
    ConstantAnswer "constant-answer" Choice
        "Where only `*` or one origin is allowed, every request has the same headers from ours, whoever asks, and needs no `Vary`. The peer has them for some requests only."
    VaryMore "vary-more" Choice
        "`Vary` names headers on which the answer does not depend, and caches keep more answers than they need."
    PreflightWithoutOrigin "preflight-without-origin" Choice
        "What looks like a preflight without `Origin`, which no browser sends, is answered by the layer, or not."
    PrivateNetwork "private-network" Choice
        "`Access-Control-Allow-Private-Network` stands where it was not asked for."
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
