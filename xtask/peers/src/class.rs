//! The kinds of disagreement, and what each means for users of the layer.

use std::fmt;

/// How much a disagreement matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// A standard, or the policy as written, says that our layer is right.
    Ours,
    /// Browsers and caches end up doing the same: a different choice, or a different cost.
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
            /// All kinds, the most serious first.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it means.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }

            /// How much it matters.
            pub fn weight(self) -> Weight {
                match self { $(Self::$variant => Weight::$weight,)* }
            }
        }
    };
}

classes! {
    LetsOriginIn "lets-origin-in" Ours
        "A script reads the response although the policy does not allow its origin. [Fetch, CORS check](https://fetch.spec.whatwg.org/#concept-cors-check)"
    LetsMethodThrough "lets-method-through" Ours
        "A request is sent with a method that the policy does not allow. [Fetch, CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0)"
    LetsHeaderThrough "lets-header-through" Ours
        "A request is sent with a header that the policy does not allow. [Fetch, CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0)"
    LetsCredentialsThrough "lets-credentials-through" Ours
        "A script reads with credentials although the policy does not allow them. [Fetch, CORS check](https://fetch.spec.whatwg.org/#concept-cors-check)"
    EchoesMalformed "echoes-malformed" Ours
        "An `Origin` that no browser sends, or one of two, is allowed: logs and caches receive bytes that the client chose. [Fetch, `Origin` header](https://fetch.spec.whatwg.org/#origin-header)"
    NoVary "no-vary" Ours
        "Answers depend on `Origin`, but `Vary` does not say so: a cache serves one origin's answer to another. [RFC 9111, 4.1](https://www.rfc-editor.org/rfc/rfc9111#section-4.1)"
    PanicsWhenBuilt "panics-when-built" Ours
        "The policy can be written for the peer, but the server panics when it starts."
    PanicsWhenServing "panics-when-serving" Ours
        "A request makes the layer panic."
    KeepsOriginOut "keeps-origin-out" Ours
        "A script cannot read the response although the policy allows its origin. [Fetch, CORS check](https://fetch.spec.whatwg.org/#concept-cors-check)"
    KeepsMethodOut "keeps-method-out" Ours
        "A method that the policy allows is refused. [Fetch, CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0)"
    KeepsHeaderOut "keeps-header-out" Ours
        "A request header that the policy allows is refused. [Fetch, CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0)"
    KeepsCredentialsOut "keeps-credentials-out" Ours
        "A script cannot read with credentials although the policy allows them. [Fetch, CORS check](https://fetch.spec.whatwg.org/#concept-cors-check)"
    LostOnErrors "lost-on-errors" Ours
        "An error, a rejection or a 404 has no CORS headers, so the script sees a network error instead. [Fetch, HTTP responses](https://fetch.spec.whatwg.org/#http-responses)"
    ExposesLess "exposes-less" Ours
        "A script does not see a response header that the policy exposes. [Fetch, CORS-exposed header-name list](https://fetch.spec.whatwg.org/#concept-response-cors-exposed-header-name-list)"
    ExposesMore "exposes-more" Ours
        "A script sees a response header that the policy does not expose. [Fetch, CORS-exposed header-name list](https://fetch.spec.whatwg.org/#concept-response-cors-exposed-header-name-list)"
    OptionsSwallowed "options-swallowed" Ours
        "An `OPTIONS` request that is not a preflight does not reach its handler. [Fetch, HTTP requests](https://fetch.spec.whatwg.org/#http-requests)"
    SameOriginStopped "same-origin-stopped" Ours
        "When disallowed origins are stopped, a request from the server's own pages does not reach its handler, although `Sec-Fetch-Site` says that it is same-origin. [Fetch Metadata, `Sec-Fetch-Site`](https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header)"
    CrossOriginPasses "cross-origin-passes" Ours
        "When disallowed origins are stopped, a POST without `Origin` reaches its handler, although `Sec-Fetch-Site` says that another site sent it. [Fetch Metadata, `Sec-Fetch-Site`](https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header)"
    VaryLines "vary-lines" Ours
        "`Vary` is sent as several lines. nginx before 1.23 keys its cache by the last one, so it serves one client what was made for another."
    VaryLost "vary-lost" Ours
        "The handler's own `Vary` is lost. [RFC 9110, 12.5.5](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.5)"
    HeaderLost "header-lost" Ours
        "Another header set by the handler is lost."
    RepeatedHeader "repeated-header" Ours
        "A CORS header appears twice: browsers combine the two into one value, which allows nothing. [Fetch, CORS check](https://fetch.spec.whatwg.org/#concept-cors-check)"
    OtherMaxAge "other-max-age" Ours
        "Browsers cache the preflight for longer or shorter than the policy says. [Fetch, `Access-Control-Max-Age`](https://fetch.spec.whatwg.org/#http-access-control-max-age)"
    RefusedIsStopped "refused-is-stopped" Choice
        "A request from a disallowed origin does not reach its handler. Our layer does that with `disallowed_origin = \"forbid\"`."
    RefusedPreflightPasses "refused-preflight-passes" Choice
        "A refused preflight has a success status: browsers find the refusal in the headers, but people do not find it in logs."
    RefusedIsTold "refused-is-told" Choice
        "The answer to a disallowed origin lists methods, headers or credentials."
    OtherStatus "other-status" Choice
        "The layer's own answer has another status with the same effect."
    EchoesForStar "echoes-for-star" Choice
        "The origin is echoed where `*` would do, so caches store one answer per origin."
    RefusalUnexplained "refusal-unexplained" Choice
        "A preflight whose method or header is refused has no CORS headers at all, so the console blames the origin."
    ConstantAnswer "constant-answer" Choice
        "If only `*` or one origin is allowed, our layer adds the same headers to every answer and needs no `Vary`. The peer adds them only to some answers."
    VaryMore "vary-more" Choice
        "`Vary` names headers that the answer does not depend on, so caches store more answers than they need."
    PreflightWithoutOrigin "preflight-without-origin" Choice
        "Only one of the layers answers what looks like a preflight without `Origin`. No browser sends that."
    PrivateNetwork "private-network" Choice
        "`Access-Control-Allow-Private-Network` is sent although the request does not ask for it."
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
