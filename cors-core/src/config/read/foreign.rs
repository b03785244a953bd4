//! Our keys for those of other libraries.

use crate::key::Key;

/// What to write for the keys of other libraries, in lower case and without `-`, `_`, `.` and spaces.
/// Keys that the edit distance finds need no entry.
///
/// Express and Fastify `cors`, django-cors-headers, Spring, Flask-CORS, Starlette, Rails, Laravel,
/// gin, rs/cors, jub0bs/cors, tower-http, actix-cors, warp, Rocket, ASP.NET, Ktor, Quarkus, Kong,
/// Envoy, Traefik, Caddy, the ingresses of nginx and HAProxy, S3, Cloud Storage and API Gateway.
#[rustfmt::skip]
const FOREIGN: &[(&str, &[&str])] = &[
    (Key::AllowOrigins.name(), &[
        "origin", "origins", "alloworiginfunc", "alloworiginfn", "alloworiginlist",
        "alloworiginstringmatch", "allowedoriginpatterns", "alloworiginpatterns", "originpatterns",
        "allowedhosts", "allowhost", "allowhosts", "corsallowedorigins", "originwhitelist",
        "originallowlist", "originswhitelist",
    ]),
    (ANY_ORIGIN, &[
        "allowallorigins", "originallowall", "alloworiginall", "allowanyorigin", "anyhost",
        "allowsallorigins",
    ]),
    (REGEX, &[
        "alloworiginregex", "alloworiginregexes", "alloworiginregexp", "allowedoriginregex",
        "allowedoriginregexes", "alloworiginlistregex", "alloworiginstringmatchregex",
        "originregex", "originregexwhitelist", "originsregex", "originsregexes", "originspatterns",
        "alloworiginsregex", "alloworiginsregexes", "allowedoriginsregex", "allowedoriginsregexes",
    ]),
    (Key::AllowMethods.name(), &["method", "methods", "verbs"]),
    (ANY_METHOD, &["allowanymethod", "allowallmethods"]),
    (Key::AllowHeaders.name(), &[
        "header", "headers", "requestheaders", "allowrequestheaders", "allownonsimplecontenttypes",
    ]),
    (ANY_HEADER, &["allowanyheader", "allowallheaders"]),
    (Key::ExposeHeaders.name(), &[
        "expose", "exposed", "exposes", "responseheader", "responseheaders",
        "exposeresponseheaders",
    ]),
    (ANY_EXPOSED, &["exposeanyheader", "exposeallheaders"]),
    (Key::AllowCredentials.name(), &[
        "credential", "credentials", "credentialed", "credentialsallowed", "supportcredentials",
        "supportscredentials", "withcredentials", "allowcookies", "allowcookie",
    ]),
    (Key::MaxAge.name(), &[
        "maxageseconds", "maxageinseconds", "maxagesec", "maxagesecs", "preflightmaxage",
        "preflightmaxageseconds", "preflightmaxageinseconds", "setpreflightmaxage",
    ]),
    (Key::AllowPrivateNetwork.name(), &[
        "privatenetwork", "privatenetworkaccess", "allowprivatenetworkaccess",
    ]),
    (Key::PreflightStatus.name(), &[
        "optionssuccessstatus", "optionsresponsestatuscode", "optionsstatus", "optionsstatuscode",
        "preflightsuccessstatus", "preflightstatuscode", "successstatus",
    ]),
    (Key::PreflightContinue.name(), &["optionspassthrough", "continueonpreflight", "passthrough"]),
    (Key::DisallowedOrigin.name(), &["blockonoriginmismatch", "forbiddisallowedorigins"]),
    (Key::AllowInsecureOrigins.name(), &[
        "dangerouslytolerateinsecureorigins", "tolerateinsecureorigins",
        "tolerateinsecureoriginpatterns",
    ]),
    (Key::AllowPublicSuffixSubdomains.name(), &[
        "dangerouslytoleratesubdomainsofpublicsuffixes", "toleratesubdomainsofpublicsuffixes",
    ]),
    (Key::AllowNullOrigin.name(), &["allownullorigins"]),
];

const ANY_ORIGIN: &str = "allow_origins = \"*\"";
pub(super) const REGEX: &str = "allow_origins = [{ regex = \"…\" }]";
const ANY_METHOD: &str = "allow_methods = \"*\"";
const ANY_HEADER: &str = "allow_headers = \"*\"";
const ANY_EXPOSED: &str = "expose_headers = \"*\"";

/// What to write for another library's key, as `squash` returns it.
pub(super) fn ours(squashed: &str) -> Option<&'static str> {
    FOREIGN.iter().find(|(_, foreign)| foreign.contains(&squashed)).map(|(ours, _)| *ours)
}

#[cfg(test)]
mod tests {
    use super::super::nearest::nearest_key;
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_table_leads_to_keys() {
        let mut seen = HashSet::new();
        for (ours, foreign) in FOREIGN {
            assert!(ours.split(" = ").next().and_then(Key::from_name).is_some(), "{ours}");
            for foreign in *foreign {
                assert!(seen.insert(foreign), "{foreign} twice");
                assert_eq!(nearest_key(foreign), Some(*ours), "{foreign}");
            }
        }
    }

    /// A key, and what to write for it.
    type Row = (&'static str, Option<&'static str>);

    /// The keys of each library, as its documentation writes them.
    #[test]
    fn the_keys_of_other_libraries() {
        #[rustfmt::skip]
        let rows: &[(&str, &[Row])] = &[
            ("Express", &[
                ("origin", Some("allow_origins")), ("methods", Some("allow_methods")),
                ("allowedHeaders", Some("allow_headers")), ("exposedHeaders", Some("expose_headers")),
                ("credentials", Some("allow_credentials")), ("maxAge", Some("max_age")),
                ("preflightContinue", Some("preflight_continue")),
                ("optionsSuccessStatus", Some("preflight_status")),
            ]),
            ("django-cors-headers", &[
                ("CORS_ALLOWED_ORIGINS", Some("allow_origins")), ("CORS_ALLOWED_ORIGIN_REGEXES", Some(REGEX)),
                ("CORS_ALLOW_ALL_ORIGINS", Some(ANY_ORIGIN)), ("CORS_ORIGIN_ALLOW_ALL", Some(ANY_ORIGIN)),
                ("CORS_ORIGIN_WHITELIST", Some("allow_origins")), ("CORS_ALLOW_METHODS", Some("allow_methods")),
                ("CORS_ALLOW_HEADERS", Some("allow_headers")), ("CORS_EXPOSE_HEADERS", Some("expose_headers")),
                ("CORS_PREFLIGHT_MAX_AGE", Some("max_age")), ("CORS_ALLOW_CREDENTIALS", Some("allow_credentials")),
                ("CORS_ALLOW_PRIVATE_NETWORK", Some("allow_private_network")), ("CORS_URLS_REGEX", None),
            ]),
            ("Spring", &[
                ("allowedOrigins", Some("allow_origins")), ("allowedOriginPatterns", Some("allow_origins")),
                ("allowedMethods", Some("allow_methods")), ("allowedHeaders", Some("allow_headers")),
                ("exposedHeaders", Some("expose_headers")), ("allowCredentials", Some("allow_credentials")),
                ("maxAge", Some("max_age")), ("allowPrivateNetwork", Some("allow_private_network")),
            ]),
            ("Flask-CORS", &[
                ("origins", Some("allow_origins")), ("methods", Some("allow_methods")),
                ("allow_headers", Some("allow_headers")), ("expose_headers", Some("expose_headers")),
                ("supports_credentials", Some("allow_credentials")), ("max_age", Some("max_age")),
                ("send_wildcard", None), ("vary_header", None),
            ]),
            ("Starlette", &[
                ("allow_origins", Some("allow_origins")), ("allow_origin_regex", Some(REGEX)),
                ("allow_methods", Some("allow_methods")), ("allow_credentials", Some("allow_credentials")),
            ]),
            ("rs/cors", &[
                ("AllowedOrigins", Some("allow_origins")), ("AllowOriginFunc", Some("allow_origins")),
                ("ExposedHeaders", Some("expose_headers")), ("OptionsPassthrough", Some("preflight_continue")),
                ("OptionsSuccessStatus", Some("preflight_status")), ("AllowPrivateNetwork", Some("allow_private_network")),
            ]),
            ("jub0bs/cors", &[
                ("Origins", Some("allow_origins")), ("Credentialed", Some("allow_credentials")),
                ("RequestHeaders", Some("allow_headers")), ("ResponseHeaders", Some("expose_headers")),
                ("MaxAgeInSeconds", Some("max_age")), ("PreflightSuccessStatus", Some("preflight_status")),
                ("DangerouslyTolerateInsecureOrigins", Some("danger.allow_insecure_origins")),
            ]),
            ("tower-http, actix-cors, warp", &[
                ("allow_origin", Some("allow_origins")), ("allowed_origin", Some("allow_origins")),
                ("allow_any_origin", Some(ANY_ORIGIN)), ("allow_any_method", Some(ANY_METHOD)),
                ("allow_any_header", Some(ANY_HEADER)), ("expose_any_header", Some(ANY_EXPOSED)),
                ("block_on_origin_mismatch", Some("disallowed_origin")),
                ("allow_private_network_access", Some("allow_private_network")),
            ]),
            ("S3, Cloud Storage, API Gateway", &[
                ("AllowedOrigins", Some("allow_origins")), ("MaxAgeSeconds", Some("max_age")),
                ("ExposeHeaders", Some("expose_headers")), ("responseHeader", Some("expose_headers")),
                ("method", Some("allow_methods")),
            ]),
            ("proxies", &[
                ("nginx.ingress.kubernetes.io/cors-allow-origin", Some("allow_origins")),
                ("nginx.ingress.kubernetes.io/cors-max-age", Some("max_age")),
                ("nginx.ingress.kubernetes.io/cors-allow-credentials", Some("allow_credentials")),
                ("accessControlAllowOriginList", Some("allow_origins")),
                ("accessControlAllowOriginListRegex", Some(REGEX)),
                ("allow_origin_string_match", Some("allow_origins")),
                ("quarkus.http.cors.origins", Some("allow_origins")),
                ("Access-Control-Allow-Origin", Some("allow_origins")),
            ]),
        ];
        for (library, keys) in rows {
            for (key, wanted) in *keys {
                assert_eq!(nearest_key(key), *wanted, "{library}: {key}");
            }
        }
    }
}
