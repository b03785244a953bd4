//! The key of ours for one that people bring from another library.

/// What to write for a key of another library, all in lower case, with no `-`, `_`, `.` or spaces. Those that the distance of letters finds by itself need no row.
///
/// Express and Fastify `cors`, django-cors-headers, Spring, Flask-CORS, Starlette, Rails, Laravel,
/// gin, rs/cors, jub0bs/cors, tower-http, actix-cors, warp, Rocket, ASP.NET, Ktor, Quarkus, Kong,
/// Envoy, Traefik, Caddy, the ingresses of nginx and HAProxy, S3, Cloud Storage and API Gateway.
const FOREIGN: &[(&str, &str)] = &[
    ("origin", "allow_origins"),
    ("origins", "allow_origins"),
    ("alloworiginfunc", "allow_origins"),
    ("alloworiginfn", "allow_origins"),
    ("alloworiginlist", "allow_origins"),
    ("alloworiginstringmatch", "allow_origins"),
    ("allowedoriginpatterns", "allow_origins"),
    ("alloworiginpatterns", "allow_origins"),
    ("originpatterns", "allow_origins"),
    ("allowedhosts", "allow_origins"),
    ("allowhost", "allow_origins"),
    ("allowhosts", "allow_origins"),
    ("corsallowedorigins", "allow_origins"),
    ("originwhitelist", "allow_origins"),
    ("originallowlist", "allow_origins"),
    ("originswhitelist", "allow_origins"),
    ("allowallorigins", ANY_ORIGIN),
    ("originallowall", ANY_ORIGIN),
    ("alloworiginall", ANY_ORIGIN),
    ("allowanyorigin", ANY_ORIGIN),
    ("anyhost", ANY_ORIGIN),
    ("allowsallorigins", ANY_ORIGIN),
    ("alloworiginregex", REGEX),
    ("alloworiginregexes", REGEX),
    ("alloworiginregexp", REGEX),
    ("allowedoriginregex", REGEX),
    ("allowedoriginregexes", REGEX),
    ("alloworiginlistregex", REGEX),
    ("alloworiginstringmatchregex", REGEX),
    ("originregex", REGEX),
    ("originregexwhitelist", REGEX),
    ("originsregex", REGEX),
    ("originsregexes", REGEX),
    ("originspatterns", REGEX),
    ("method", "allow_methods"),
    ("methods", "allow_methods"),
    ("verbs", "allow_methods"),
    ("allowanymethod", ANY_METHOD),
    ("allowallmethods", ANY_METHOD),
    ("header", "allow_headers"),
    ("headers", "allow_headers"),
    ("requestheaders", "allow_headers"),
    ("allowrequestheaders", "allow_headers"),
    ("allownonsimplecontenttypes", "allow_headers"),
    ("allowanyheader", ANY_HEADER),
    ("allowallheaders", ANY_HEADER),
    ("expose", "expose_headers"),
    ("exposed", "expose_headers"),
    ("exposes", "expose_headers"),
    ("responseheader", "expose_headers"),
    ("responseheaders", "expose_headers"),
    ("exposeresponseheaders", "expose_headers"),
    ("exposeanyheader", ANY_EXPOSED),
    ("exposeallheaders", ANY_EXPOSED),
    ("credential", "allow_credentials"),
    ("credentials", "allow_credentials"),
    ("credentialed", "allow_credentials"),
    ("credentialsallowed", "allow_credentials"),
    ("supportcredentials", "allow_credentials"),
    ("supportscredentials", "allow_credentials"),
    ("withcredentials", "allow_credentials"),
    ("allowcookies", "allow_credentials"),
    ("allowcookie", "allow_credentials"),
    ("maxageseconds", "max_age"),
    ("maxageinseconds", "max_age"),
    ("maxagesec", "max_age"),
    ("maxagesecs", "max_age"),
    ("preflightmaxage", "max_age"),
    ("preflightmaxageseconds", "max_age"),
    ("preflightmaxageinseconds", "max_age"),
    ("setpreflightmaxage", "max_age"),
    ("privatenetwork", "allow_private_network"),
    ("privatenetworkaccess", "allow_private_network"),
    ("allowprivatenetworkaccess", "allow_private_network"),
    ("optionssuccessstatus", "preflight_status"),
    ("optionsresponsestatuscode", "preflight_status"),
    ("optionsstatus", "preflight_status"),
    ("optionsstatuscode", "preflight_status"),
    ("preflightsuccessstatus", "preflight_status"),
    ("preflightstatuscode", "preflight_status"),
    ("successstatus", "preflight_status"),
    ("optionspassthrough", "preflight_continue"),
    ("continueonpreflight", "preflight_continue"),
    ("passthrough", "preflight_continue"),
    ("blockonoriginmismatch", "disallowed_origin"),
    ("forbiddisallowedorigins", "disallowed_origin"),
    ("dangerouslytolerateinsecureorigins", "danger.allow_insecure_origins"),
    ("tolerateinsecureorigins", "danger.allow_insecure_origins"),
    ("tolerateinsecureoriginpatterns", "danger.allow_insecure_origins"),
    ("dangerouslytoleratesubdomainsofpublicsuffixes", "danger.allow_public_suffix_subdomains"),
    ("toleratesubdomainsofpublicsuffixes", "danger.allow_public_suffix_subdomains"),
    ("allownullorigins", "danger.allow_null_origin"),
];

const ANY_ORIGIN: &str = "allow_origins = \"*\"";
const REGEX: &str = "allow_origins = [{ regex = \"…\" }]";
const ANY_METHOD: &str = "allow_methods = \"*\"";
const ANY_HEADER: &str = "allow_headers = \"*\"";
const ANY_EXPOSED: &str = "expose_headers = \"*\"";

/// What to write for a key of another library, as `squash` leaves it.
pub(super) fn ours(squashed: &str) -> Option<&'static str> {
    FOREIGN.iter().find(|(foreign, _)| *foreign == squashed).map(|(_, ours)| *ours)
}

#[cfg(test)]
mod tests {
    use super::super::nearest::nearest_key;
    use super::*;
    use crate::key::KEYS;
    use std::collections::HashSet;

    #[test]
    fn the_table_leads_to_keys() {
        let mut seen = HashSet::new();
        for (foreign, ours) in FOREIGN {
            assert!(seen.insert(foreign), "{foreign} twice");
            let key = ours.split(" = ").next();
            assert!(KEYS.iter().any(|known| Some(*known) == key), "{foreign}: {ours}");
            assert_eq!(nearest_key(foreign), Some(*ours), "{foreign}");
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
