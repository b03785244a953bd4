//! Explanations: one for each step that can fail under a policy, word for word, and a fix that
//! works.

use cors_core::browser::Engine;
use cors_core::browser::{Body, CredentialsMode, Fetch, Mode, RedirectMode, Step};
#[cfg(feature = "strategies")]
use cors_core::explain::Change;
use cors_core::explain::{Event, Explanation, Fix, Preflight, explain, explain_with};
use cors_core::{Builder, DisallowedOrigin, OriginEntry, Policy, RefusedPreflight};
use expect_test::expect_file;
use http::{Request, Response};

pub const APP: &str = "https://app.example.com";
pub const OTHER: &str = "https://other.example";
const API: &str = "https://api.example/";

/// An ordinary policy.
fn app() -> Builder {
    Policy::builder()
        .allow_origins([APP, "https://*.example.dev"])
        .allow_methods(["PUT"])
        .allow_headers(["content-type"])
}

fn get() -> Fetch {
    Fetch::new(APP, API)
}

fn from(origin: &str) -> Fetch {
    Fetch::new(origin, API)
}

fn ok(_: &Request<()>) -> Response<()> {
    Response::new(())
}

fn answer(status: u16, location: &'static str) -> impl Fn(&Request<()>) -> Response<()> {
    move |_| Response::builder().status(status).header("location", location).body(()).unwrap()
}

fn redirect(location: &'static str) -> impl Fn(&Request<()>) -> Response<()> {
    answer(302, location)
}

fn kept_for(whom: &'static str) -> impl Fn(&Request<()>) -> Response<()> {
    move |_| Response::builder().header("cross-origin-resource-policy", whom).body(()).unwrap()
}

type Handler = Box<dyn Fn(&Request<()>) -> Response<()>>;

pub struct Example {
    page: &'static str,
    pub step: Step,
    policy: Builder,
    pub fetch: Fetch,
    handler: Handler,
    fix: &'static str,
}

fn example(
    page: &'static str,
    step: Step,
    policy: Builder,
    fetch: Fetch,
    fix: &'static str,
) -> Example {
    Example { page, step, policy, fetch, handler: Box::new(ok), fix }
}

impl Example {
    fn handler(self, handler: impl Fn(&Request<()>) -> Response<()> + 'static) -> Self {
        Self { handler: Box::new(handler), ..self }
    }
}

pub fn examples() -> Vec<Example> {
    let with = |name: &str, value: &str| get().header(name, value);
    let include = |fetch: Fetch| fetch.credentials(CredentialsMode::Include);
    let any = || Policy::builder().allow_origins(["*"]);
    let lone = || Policy::builder().allow_origins([APP]);
    vec![
        example("url-failure", Step::UrlFailure, app(), Fetch::new(APP, "https://["), "in the script: a valid URL, such as \"https://api.example/\""),
        example(
            "url-credentials",
            Step::UrlCredentials,
            app(),
            Fetch::new(APP, "https://u:p@api.example/"),
            "in the script: the URL \"https://api.example/\"",
        ),
        example(
            "websocket-url",
            Step::WebSocketUrl,
            app(),
            Fetch::web_socket(APP, "wss://api.example/#live"),
            "in the script: the URL \"wss://api.example/\"",
        )
        .handler(|_| Response::builder().status(101).body(()).unwrap()),
        example(
            "websocket-status",
            Step::WebSocketStatus,
            app().disallowed_origin(DisallowedOrigin::Forbid),
            Fetch::web_socket(OTHER, "wss://api.example/"),
            "allow_origins = [\"https://app.example.com\", \"https://*.example.dev\", \"https://other.example\"]",
        )
        .handler(|_| Response::builder().status(101).body(()).unwrap()),
        example(
            "own-hosts",
            Step::AllowOriginMissing,
            app().allow_origins(OTHER).own_hosts("localhost:*"),
            from(OTHER),
            "own_hosts = [\"localhost:*\", \"api.example\"]",
        ),
        example("request-method", Step::RequestMethod, app(), get().method("TRACE"), "in the script: a method other than \"TRACE\", which browsers never send, such as \"GET\""),
        example("request-method-token", Step::RequestMethod, app(), get().method("P T"), "in the script: a method other than \"P T\", which browsers never send, such as \"GET\""),
        example(
            "no-cors-method",
            Step::NoCorsMethod,
            app(),
            get().method("PUT").mode(Mode::NoCors),
            "in the script: mode: \"cors\"",
        ),
        example("request-header", Step::RequestHeader, app(), with("x a", ""), "in the script: remove the header \"x a\", or use only letters, digits and hyphens in its name"),
        example("request-header-far", Step::RequestHeader, app(), with("x-a", "\u{20ac}"), "in the script: encode the value of the header x-a as \"%E2%82%AC\"; allow_headers = [\"content-type\", \"x-a\"]"),
        example("request-header-value", Step::RequestHeader, app(), with("x-a", "1\u{0}2"), "in the script: encode the value of the header x-a as \"1%002\"; allow_headers = [\"content-type\", \"x-a\"]"),
        example(
            "request-body",
            Step::RequestBody,
            app(),
            get().body(Body::Text),
            "in the script: method: \"POST\"",
        ),
        example(
            "request-stream",
            Step::RequestStream,
            app(),
            get().method("POST").body(Body::Stream).mode(Mode::NoCors),
            "in the script: mode: \"cors\"",
        ),
        example(
            "bad-port",
            Step::BadPort,
            app(),
            Fetch::new(APP, "https://api.example:6000/"),
            "in the script: the URL \"https://api.example:8443/\"; on the server: listen on a port that browsers do not block, such as 8443",
        ),
        example(
            "mixed-content",
            Step::MixedContent,
            app(),
            Fetch::new(APP, "http://api.example/"),
            "in the script: the URL \"https://api.example/\"",
        ),
        example(
            "same-origin-mode",
            Step::SameOriginMode,
            app(),
            get().mode(Mode::SameOrigin),
            "in the script: mode: \"cors\"",
        ),
        example(
            "no-cors-redirect-mode",
            Step::NoCorsRedirectMode,
            app(),
            get().mode(Mode::NoCors).redirect(RedirectMode::Error),
            "in the script: mode: \"cors\"",
        ),
        example("url-scheme", Step::UrlScheme, app(), Fetch::new(APP, "ftp://api.example/"), "in the script: the URL \"https://api.example/\""),
        example(
            "preflight-allow-origin-missing",
            Step::PreflightAllowOriginMissing,
            app(),
            from(OTHER).method("PUT"),
            "allow_origins = [\"https://app.example.com\", \"https://*.example.dev\", \"https://other.example\"]",
        ),
        example(
            "preflight-allow-origin-missing-concealed",
            Step::PreflightAllowOriginMissing,
            app().refused_preflight(RefusedPreflight::Conceal),
            get().method("DELETE"),
            "allow_methods = [\"PUT\", \"DELETE\"]",
        ),
        example(
            "preflight-allow-origin-mismatch",
            Step::PreflightAllowOriginMismatch,
            any().allow_methods(["PUT"]),
            include(get().method("PUT")),
            "allow_origins = [\"https://app.example.com\"]; allow_credentials = true (but no other \
             origin can then read; without credentials, the script can already read it)",
        ),
        example(
            "preflight-allow-credentials",
            Step::PreflightAllowCredentials,
            app(),
            include(get().method("PUT")),
            "allow_credentials = true (but without credentials, the script can already read it)",
        ),
        // The check comes before the status.
        example(
            "preflight-allow-credentials-redirect",
            Step::PreflightAllowCredentials,
            app().preflight_continue(true),
            include(from("https://a.example.dev").method("PUT")),
            "allow_credentials = true; preflight_continue = false",
        )
        .handler(|request| {
            let status = if request.method() == "OPTIONS" { 308 } else { 200 };
            answer(status, "/elsewhere")(request)
        }),
        example(
            "preflight-status",
            Step::PreflightStatus,
            app().preflight_continue(true),
            get().method("PUT"),
            "preflight_continue = false",
        )
        .handler(|request| {
            let status = if request.method() == "OPTIONS" { 405 } else { 200 };
            Response::builder().status(status).body(()).unwrap()
        }),
        example(
            "preflight-status-redirect",
            Step::PreflightStatus,
            app().preflight_continue(true),
            get().method("PUT"),
            "preflight_continue = false",
        )
        .handler(|request| {
            let status = if request.method() == "OPTIONS" { 308 } else { 200 };
            answer(status, "/elsewhere")(request)
        }),
        example(
            "preflight-method",
            Step::PreflightMethod,
            app(),
            get().method("DELETE"),
            "allow_methods = [\"PUT\", \"DELETE\"]",
        ),
        example(
            "preflight-method-case",
            Step::PreflightMethod,
            app().allow_methods(["PATCH"]),
            get().method("patch"),
            "in the script: method: \"PATCH\"",
        ),
        // A lower-case method that is meant as written, and one that is mostly meant in upper case.
        example(
            "preflight-method-lower",
            Step::PreflightMethod,
            app(),
            from("https://a.example.dev").method("purge"),
            "allow_methods = [\"PUT\", \"purge\"]",
        ),
        example(
            "preflight-method-patch",
            Step::PreflightMethod,
            app(),
            from("https://a.example.dev").method("patch"),
            "in the script: method: \"PATCH\"; allow_methods = [\"PUT\", \"PATCH\"]",
        ),
        // `XMLHttpRequest`, and a method that the browser upper-cases.
        example(
            "preflight-method-upload",
            Step::PreflightMethod,
            app(),
            get().method("delete").body(Body::Text).upload_listener(true),
            "allow_methods = [\"PUT\", \"DELETE\"]",
        ),
        example(
            "preflight-authorization",
            Step::PreflightAuthorization,
            app(),
            with("authorization", "Bearer x"),
            "allow_headers = [\"content-type\", \"authorization\"]",
        ),
        example(
            "preflight-authorization-star",
            Step::PreflightAuthorization,
            app().allow_headers(["*"]),
            with("Authorization", "Bearer x").header("x-a", "1"),
            "allow_headers = [\"*\", \"authorization\"]",
        ),
        example(
            "preflight-header",
            Step::PreflightHeader,
            app(),
            with("X-A", "1").header("x-b", "2"),
            "allow_headers = [\"content-type\", \"x-a\", \"x-b\"]",
        ),
        example(
            "allow-origin-missing",
            Step::AllowOriginMissing,
            app(),
            from(OTHER),
            "allow_origins = [\"https://app.example.com\", \"https://*.example.dev\", \"https://other.example\"]",
        ),
        // A `Location` without a redirect.
        example(
            "allow-origin-missing-created",
            Step::AllowOriginMissing,
            app(),
            from("https://third.example").method("POST"),
            "allow_origins = [\"https://app.example.com\", \"https://*.example.dev\", \"https://third.example\"]",
        )
        .handler(answer(201, "/items/1")),
        example(
            "allow-origin-missing-null",
            Step::AllowOriginMissing,
            app(),
            from("null"),
            "allow_origins = [\"https://app.example.com\", \"https://*.example.dev\", \"null\"]; \
             danger.allow_null_origin = true (but any page can then read from a sandboxed \
             frame)",
        ),
        example(
            "allow-origin-missing-insecure",
            Step::AllowOriginMissing,
            app(),
            include(from("http://other.example")),
            "allow_origins = [\"https://app.example.com\", \"https://*.example.dev\", \
             \"http://other.example\"]; allow_credentials = true; \
             danger.allow_insecure_origins = true (but anyone on the network can then read with the \
             user's cookies)",
        ),
        example(
            "allow-origin-missing-reflecting",
            Step::AllowOriginMissing,
            any()
                .allow_credentials(true)
                .danger(|danger| danger.reflect_any_origin = true),
            include(from("null")),
            "danger.allow_null_origin = true (but any page can then read from a sandboxed \
             frame)",
        ),
        example(
            "allow-origin-mismatch",
            Step::AllowOriginMismatch,
            lone(),
            from(OTHER),
            "allow_origins = [\"https://app.example.com\", \"https://other.example\"]",
        ),
        example(
            "allow-origin-mismatch-star",
            Step::AllowOriginMismatch,
            any().expose_headers(["*"]),
            include(get()),
            "allow_origins = [\"https://app.example.com\"]; expose_headers = []; \
             allow_credentials = true (but no other origin can then read; scripts then see only \
             the listed headers; without credentials, the script can already read it)",
        ),
        example(
            "allow-credentials",
            Step::AllowCredentials,
            app(),
            include(get()),
            "allow_credentials = true (but without credentials, the script can already read it)",
        ),
        example(
            "resource-policy",
            Step::ResourcePolicy,
            app(),
            get().mode(Mode::NoCors),
            "in the script: mode: \"cors\"",
        )
        .handler(kept_for("same-site")),
        example(
            "resource-policy-same-origin",
            Step::ResourcePolicy,
            app(),
            get().mode(Mode::NoCors),
            "in the script: mode: \"cors\"",
        )
        .handler(kept_for("same-origin")),
        example(
            "redirect-mode-error",
            Step::RedirectModeError,
            app(),
            get().redirect(RedirectMode::Error),
            "in the script: redirect: \"follow\"",
        )
        .handler(|request| match request.uri().path() {
            "/" => redirect("/elsewhere")(request),
            _ => ok(request),
        }),
        example("redirect-location", Step::RedirectLocation, app(), get(), "on the server: send one Location header with a valid URL")
            .handler(redirect("https://[")),
        example("redirect-scheme", Step::RedirectScheme, app(), get(), "on the server: redirect to a URL that begins with https:")
            .handler(redirect("mailto:a@b.example")),
        example("redirect-count", Step::RedirectCount, app(), get(), "on the server: redirect at most 20 times").handler(redirect("/")),
        example("redirect-credentials", Step::RedirectCredentials, app(), get(), "on the server: redirect to the URL without its user name and password")
            .handler(redirect("https://u:p@api.example/")),
        example(
            "redirect-body",
            Step::RedirectBody,
            app(),
            get().method("POST").body(Body::Stream),
            "in the script: send bytes or text: a stream cannot be sent again after a redirect",
        )
        .handler(|request| match request.uri().path() {
            "/" => answer(307, "/elsewhere")(request),
            _ => ok(request),
        }),
        // The redirect itself must pass the check.
        example(
            "allow-origin-missing-of-redirect",
            Step::AllowOriginMissing,
            app(),
            from(OTHER),
            "allow_origins = [\"https://app.example.com\", \"https://*.example.dev\", \"https://other.example\"]",
        )
        .handler(|request| match request.uri().path() {
            "/" => redirect("/elsewhere")(request),
            _ => ok(request),
        }),
        // The server's own origin by host and port, but not for the browser.
        example(
            "allow-origin-missing-own",
            Step::AllowOriginMissing,
            app().disallowed_origin(DisallowedOrigin::Forbid),
            from("http://api.example"),
            "allow_origins = [\"https://app.example.com\", \"https://*.example.dev\", \"http://api.example\"]",
        ),
        // A danger key that had no effect takes effect.
        example(
            "allow-credentials-reflecting",
            Step::AllowOriginMismatch,
            any().danger(|danger| danger.reflect_any_origin = true),
            include(from("https://evil.example")),
            "allow_credentials = true (but every site can then read with the user's cookies; without \
             credentials, the script can already read it)",
        ),
        example(
            "allow-credentials-public-suffix",
            Step::AllowCredentials,
            Policy::builder().allow_origins(["https://*.github.io"]),
            include(from("https://a.github.io")),
            "allow_credentials = true; danger.allow_public_suffix_subdomains = true (but anyone who \
             registers a name there can then read with the user's cookies; without credentials, the \
             script can already read it)",
        ),
        example(
            "allow-credentials-unbounded",
            Step::AllowCredentials,
            Policy::builder().allow_origins([OriginEntry::regex(r"https://.*\.example")]),
            include(from("https://a.example")),
            "allow_credentials = true; danger.allow_unbounded_regex = true (but everything else the \
             regular expression matches can then read with the user's cookies; without credentials, \
             the script can already read it)",
        ),
        // An entry with that text would match other origins.
        example(
            "allow-origin-missing-star",
            Step::AllowOriginMissing,
            app(),
            from("https://*.example.com"),
            "allow_origins = [\"https://app.example.com\", \"https://*.example.dev\", { regex = \"https://\\\\*\\\\.example\\\\.com\" }]",
        ),
        // Browsers treat a host with a trailing dot as a different host.
        example(
            "allow-origin-missing-dot",
            Step::AllowOriginMissing,
            app(),
            from("https://app.example.com."),
            "open the page without the trailing dot, at https://app.example.com",
        ),
        // A script has no reason to send response headers.
        example(
            "preflight-header-of-the-server",
            Step::PreflightHeader,
            app(),
            from("https://a.example.dev")
                .header("Access-Control-Allow-Origin", "*")
                .header("etag", "1")
                .header("x-a", "1"),
            "in the script: remove the header access-control-allow-origin (the server sends it); \
             in the script: remove the header etag (it is a response header); \
             allow_headers = [\"content-type\", \"x-a\"]",
        ),
        // A redirect to a third origin turns the page's origin into `null`.
        example(
            "allow-origin-missing-redirect",
            Step::AllowOriginMissing,
            app(),
            get(),
            "allow_origins = [\"https://app.example.com\", \"https://*.example.dev\", \"null\"]; \
             danger.allow_null_origin = true (but any page can then read from a sandboxed \
             frame)",
        )
        .handler(|request| match request.uri().host() {
            Some("api.example") => redirect("https://third.example/")(request),
            _ => ok(request),
        }),
    ]
}

pub fn explained(example: &Example) -> (Policy, Explanation) {
    let policy = example.policy.clone().build().unwrap();
    let explanation = explain_with(&policy, &example.fetch, &*example.handler);
    (policy, explanation)
}

#[test]
fn each_fix_works() {
    for example in examples() {
        let (policy, explanation) = explained(&example);
        let fetch = &example.fetch;
        assert_eq!(explanation.verdict().failed_step(), Some(example.step), "{fetch}");
        let fix = explanation.fix();
        let without = fetch.clone().credentials(CredentialsMode::SameOrigin);
        let is_needless = fetch.credentials == CredentialsMode::Include
            && explain_with(&policy, &without, &*example.handler).is_success();
        let cautions = fix.map(Fix::cautions).unwrap_or_default();
        let says_so = cautions.iter().any(|caution| caution.starts_with("without credentials"));
        assert_eq!(says_so, is_needless, "{fetch}");
        assert_eq!(fix.map(ToString::to_string).as_deref(), Some(example.fix), "{fetch}");
        if let Some(fix) = fix.filter(|fix| fix.is_tried()) {
            let mended = Policy::new(fix.config().unwrap()).unwrap();
            let again = explain_with(&mended, fix.fetch(), &*example.handler);
            assert!(again.is_success(), "{fetch}\n{again}");
        }
    }
}

/// The consoles report the first invalid header, not those before it.
#[test]
fn good_headers_before_a_bad_one() {
    let policy = app().build().unwrap();
    let console = |fetch: Fetch| {
        let explanation = explain(&policy, &fetch);
        explanation.console().map(|(engine, text)| (engine, text.to_owned())).collect::<Vec<_>>()
    };
    for (name, value) in [("x c", ""), ("x-c", "\u{100}"), ("x-c", "1\n2")] {
        let behind = get().header("x-a", " 1\n").header("x-b", "\u{ff}").header(name, value);
        assert_eq!(console(behind), console(get().header(name, value)), "{name}: {value:?}");
    }
}

/// No entry matches an origin over 512 bytes, so allowing it cannot be the fix.
#[test]
fn a_page_whose_origin_is_too_long() {
    let longest = format!("https://{}", "a".repeat(504));
    let explanation = explain(&app().build().unwrap(), &from(&longest));
    assert!(explanation.fix().unwrap().is_tried());
    let page = format!("https://{}.example", "a".repeat(600));
    for policy in [app(), Policy::builder().allow_origins(["*"])] {
        let fetch = from(&page).credentials(CredentialsMode::Include);
        let explanation = explain(&policy.build().unwrap(), &fetch);
        let fix = explanation.fix().unwrap().to_string();
        assert!(fix.contains("open the page at a shorter address"), "{fix}");
    }
}

/// A policy can only name hosts that browsers ask for in the same form.
#[test]
fn a_host_that_no_policy_can_name() {
    for (own, url) in [("api.test", "https://api.test/"), ("*.api.test", "https://www.api.test/")] {
        let policy = app().own_hosts(own).build().unwrap();
        let fix = explain(&policy, &Fetch::new(APP, "https://a!b.example/"));
        assert_eq!(fix.fix().unwrap().to_string(), format!("in the script: the URL {url:?}"));
    }
}

#[test]
fn a_handshake_that_the_server_does_not_accept() {
    let socket = Fetch::web_socket(APP, "wss://api.example/");
    let explanation = explain_with(&app().build().unwrap(), &socket, &ok);
    let fix = explanation.fix().unwrap().to_string();
    assert_eq!(fix, "on the server: accept the WebSocket: answer the handshake with status 101");
}

#[test]
fn what_a_page_sees_of_an_opaque_response() {
    let url = "https://api.example/x";
    for (fetch, says) in [
        (get().mode(Mode::NoCors), "in mode no-cors, scripts see nothing of the response"),
        (Fetch::script(APP, url), "the script runs, and its errors are only \"Script error.\""),
        (Fetch::image(APP, url), "the image shows, and taints a canvas"),
        (Fetch::stylesheet(APP, url), "the stylesheet applies, and scripts cannot read its rules"),
    ] {
        let page = explain(&app().build().unwrap(), &fetch).to_string();
        assert!(page.contains(&format!("not readable: {says}")), "{page}");
    }
}

#[test]
fn where_cors_does_not_apply() {
    let url = "https://api.example/x";
    for (fetch, why, ends) in [
        (Fetch::new(APP, "https://app.example.com/x"), "it is the page's own origin", "readable: "),
        (Fetch::frame(APP, url), "CORS does not apply", "loaded: CORS does not apply to a frame"),
        (Fetch::beacon(APP, url), "", "sent: nobody reads the response to a beacon"),
    ] {
        let page = explain(&app().build().unwrap(), &fetch).to_string();
        assert!(page.contains(why) && page.contains(&format!("\n{ends}")), "{page}");
    }
}

/// A page with a trailing dot under a `*` with credentials: two problems at once.
#[test]
fn a_dot_at_the_end_beside_credentials() {
    let policy = Policy::builder().allow_origins(["*"]).build().unwrap();
    let fetch = from("https://app.example.com.").credentials(CredentialsMode::Include);
    let explanation = explain(&policy, &fetch);
    let fix = explanation.fix().unwrap();
    assert!(fix.is_tried(), "{fix}");
    assert_eq!(fix.config().unwrap().allow_origins, [OriginEntry::from(APP)]);
}

/// The printed fix can be pasted into a policy file.
#[test]
fn a_fix_is_toml() {
    let odd = OriginEntry::regex("https://(a|\u{200b}\u{7}\"\\u{7f})\\.test");
    let policy = Policy::builder().allow_origins([odd, APP.into()]).build().unwrap();
    let explanation = explain(&policy, &from(OTHER));
    let fix = explanation.fix().unwrap();
    let file: toml::Table = toml::from_str(&fix.to_string()).unwrap();
    let entries = file["allow_origins"].as_array().unwrap();
    let regex = entries[0]["regex"].as_str().unwrap();
    assert_eq!(fix.config().unwrap().allow_origins[0], OriginEntry::regex(regex));
    assert_eq!(entries[2].as_str(), Some("https://other.example"));
}

/// `http::Uri` takes fewer hosts than browsers do.
#[test]
fn a_url_that_cannot_be_sent() {
    let explanation = explain(&app().build().unwrap(), &Fetch::new(APP, "https://a{b/"));
    let fix = explanation.fix().unwrap().to_string();
    let wanted =
        "in the script: the URL of a server that answers, such as \"https://api.example/\"";
    assert_eq!(fix, wanted);
}

/// The script did not choose where a redirect leads.
#[test]
fn where_a_redirect_leads_is_up_to_the_server() {
    let policy = Policy::builder()
        .allow_origins([APP, "null"])
        .danger(|danger| danger.allow_null_origin = true);
    let policy = policy.build().unwrap();
    for (to, wanted) in [
        ("https://third.example:6000/", "redirect to a port that browsers do not block"),
        ("http://third.example/", "redirect to a URL that begins with https:"),
        ("mailto:a@b.example", "redirect to a URL that begins with https:"),
        ("https://a{b/", "redirect to a server that answers"),
    ] {
        let handler = redirect(to);
        let to_first = |request: &Request<()>| match request.uri().host() {
            Some("api.example") => handler(request),
            _ => ok(request),
        };
        let explanation = explain_with(&policy, &get(), &to_first);
        let fix = explanation.fix().unwrap();
        assert_eq!(fix.to_string(), format!("on the server: {wanted}"));
        assert!(!fix.is_tried(), "{to}");
    }
}

/// The fix for a long list prints only what it adds.
#[test]
fn what_is_added_to_a_long_list() {
    let policy = app().allow_headers(["x-1", "x-2", "x-3", "x-4", "x-5"]).build().unwrap();
    let short = explain(&policy, &get().header("x-a", "1")).fix().unwrap().to_string();
    assert!(short.starts_with("allow_headers = ["), "{short}");
    let names: Vec<String> = (0..1000).map(|index| format!("x-{index}")).collect();
    let policy = app().allow_headers(&names).build().unwrap();
    let explanation = explain(&policy, &get().header("x-a", "1").header("x-b", "1"));
    let fix = explanation.fix().unwrap().to_string();
    assert_eq!(fix, r#"add "x-a" to allow_headers; add "x-b" to allow_headers"#);
    let says = &explanation.failed().unwrap().says;
    assert!(says.ends_with("x-9 and 990 more"), "{says}");
}

/// A script's header may contain control characters that a terminal obeys.
#[test]
fn no_control_character_is_printed() {
    let odd = get().header("\u{1b}[31mred", "1").header("x-a", "\u{1b}[31mred");
    let page = explain(&app().build().unwrap(), &odd).to_string();
    assert!(page.contains("red") && !page.contains('\u{1b}'), "{page}");
    let long = get().header("accept", "a".repeat(2345));
    let page = explain(&app().allow_headers(["accept"]).build().unwrap(), &long).to_string();
    assert!(page.contains("a… (345 bytes more)"), "{page}");
}

/// Everything on the page is also available as data.
#[test]
fn what_a_program_reads() {
    let policy = app().build().unwrap();
    let put = get().method("PUT");
    let away = |request: &Request<()>| match request.uri().host() {
        Some("api.example") => redirect("https://third.example/")(request),
        _ => ok(request),
    };
    let mail = redirect("mailto:a@b.example");
    let header = "header not allowed: \"x-a\"";
    let other = "origin not allowed: \"https://other.example\"";
    let null = "origin not allowed: \"null\"";
    for (fetch, handler, preflight, refused, sent) in [
        (get(), &ok as &dyn Fn(&_) -> _, Preflight::None, None, &["GET"][..]),
        (from("https://other.example"), &ok, Preflight::None, Some(other), &["GET"]),
        (Fetch::new(APP, "https://["), &ok, Preflight::None, None, &[]),
        (put.clone(), &ok, Preflight::Passed, None, &["OPTIONS", "PUT"]),
        (put.clone().header("x-a", "1"), &ok, Preflight::Failed, Some(header), &["OPTIONS"]),
        // The response to a later request fails, from the origin `null`.
        (put.clone(), &away, Preflight::Failed, Some(null), &["OPTIONS", "PUT", "OPTIONS"]),
        (put, &mail, Preflight::Passed, None, &["OPTIONS", "PUT"]),
        (get(), &away, Preflight::None, Some(null), &["GET", "GET"]),
    ] {
        let explanation = explain_with(&policy, &fetch, handler);
        assert_eq!(explanation.fetch(), &fetch);
        assert_eq!(explanation.preflight(), preflight, "{explanation}");
        assert_eq!(explanation.refused(), refused, "{explanation}");
        let (mut methods, mut received, mut steps) = (Vec::new(), 0, Vec::new());
        for event in explanation.events() {
            match event {
                Event::Sent(request) => methods.push(request.method().as_str()),
                Event::Received(_) => received += 1,
                Event::Step(taken) => steps.push(taken),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(methods, sent, "{explanation}");
        assert_eq!(received, sent.len(), "{explanation}");
        assert_eq!(explanation.failed(), steps.pop().filter(|_| !explanation.is_readable()));
        let page = explanation.to_string();
        let mut engines: Vec<Engine> = explanation.console().map(|(engine, _)| engine).collect();
        engines.dedup();
        let said = if explanation.is_readable() { &[][..] } else { &Engine::ALL };
        assert_eq!(engines, said, "{page}");
        for (_, message) in explanation.console() {
            assert!(message.lines().all(|line| page.contains(line)), "{message}\n{page}");
        }
    }
    assert_eq!(
        [Preflight::None, Preflight::Passed, Preflight::Failed].map(Preflight::as_str),
        ["none", "passed", "failed"]
    );
}

/// These cannot fail if this library answers: it writes valid lists, this test's server is always
/// available, and Fetch alone does not know of local networks.
const NEVER_UNDER_A_POLICY: [Step; 3] =
    [Step::PreflightListSyntax, Step::LocalNetworkAccess, Step::Network];

#[test]
fn every_failing_step_has_an_example() {
    let examples = examples();
    for step in Step::ALL.iter().copied() {
        let has = examples.iter().any(|example| example.step == step);
        let never = NEVER_UNDER_A_POLICY.contains(&step);
        assert_eq!(step.can_fail(), has || never, "{step:?}");
        assert!(!(has && never), "{step:?}");
    }
}

/// `UPDATE_EXPECT=1` in the environment rewrites the pages.
#[test]
fn each_page_reads_as_it_is_pinned() {
    for example in examples() {
        let (_, explanation) = explained(&example);
        expect_file![format!("explain/{}.txt", example.page)]
            .assert_eq(&format!("{explanation}\n"));
    }
    let policy = app().expose_headers(["x-request-id"]).build().unwrap();
    let fetch = get().method("put").header("content-type", "application/json").header("host", "x");
    let explanation = explain(&policy, &fetch);
    assert!(explanation.is_readable() && explanation.fix().is_none());
    expect_file!["explain/readable.txt"].assert_eq(&format!("{explanation}\n"));
    expect_file!["explain/readable.ansi"].assert_eq(&format!("{}\n", explanation.in_color()));
}

#[cfg(feature = "strategies")]
mod any_policy {
    use super::*;
    use crate::cases::cases;
    use cors_core::strategies::{fetches, fetches_near, policies};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(cases(512))]

        /// A fetch that gets all it can needs no fix. Any other has one that works.
        #[test]
        fn a_fix_mends(
            (policy, fetch) in policies().prop_flat_map(|policy| {
                let fetches = prop_oneof![fetches_near(&policy), odd_fetches(fetches())];
                (Just(policy), fetches)
            })
        ) {
            let explanation = explain(&policy, &fetch);
            let Some(fix) = explanation.fix() else {
                prop_assert!(explanation.is_success(), "{}", explanation);
                return Ok(());
            };
            prop_assert!(!explanation.is_success());
            prop_assert!(!fix.changes().is_empty());
            prop_assert!(fix.changes().iter().all(|change| change.to_string().len() > 5));
            if fix.is_tried() {
                let mended = Policy::new(fix.config().unwrap()).unwrap();
                let again = explain(&mended, fix.fetch());
                prop_assert!(again.is_success(), "{}\n{}", explanation, fix);
            } else {
                // Without a redirect, only the page's address can be the problem.
                let last = fix.changes().iter().any(|change| matches!(change, Change::Page(_)));
                prop_assert!(last && fetch.origin.len() > 512, "{}\n{}", explanation, fix);
            }
        }

        /// Also after a redirect, where the server may have to change.
        #[test]
        fn a_fix_mends_behind_a_redirect(
            (policy, fetch) in policies().prop_flat_map(|policy| {
                let fetches = fetches_near(&policy);
                (Just(policy), fetches)
            }),
            status in prop::sample::select(vec![302u16, 303, 307]),
            to in prop::sample::select(vec![
                "/2", "https://api.example/2", "https://third.example/2", "http://third.example/2",
                "https://third.example:6000/2", "https://u:p@third.example/2", "mailto:a@b.example",
                "https://[", "/",
            ]),
        ) {
            let handler = |request: &Request<()>| match request.uri().path() {
                "/2" => ok(request),
                _ => answer(status, to)(request),
            };
            let explanation = explain_with(&policy, &fetch, &handler);
            prop_assert_eq!(explanation.fix().is_none(), explanation.is_success());
            let Some(fix) = explanation.fix() else { return Ok(()) };
            if fix.is_tried() {
                let mended = Policy::new(fix.config().unwrap()).unwrap();
                let again = explain_with(&mended, fix.fetch(), &handler);
                prop_assert!(again.is_success(), "{}\n{}", explanation, fix);
            } else {
                let server = fix.changes().iter().any(|change| matches!(change, Change::Server(_)));
                prop_assert!(server, "{}\n{}", explanation, fix);
            }
        }
    }

    /// Pages, URLs, methods and headers that the strategies for policies never generate.
    fn odd_fetches(fetches: impl Strategy<Value = Fetch>) -> impl Strategy<Value = Fetch> {
        let long = format!("https://{}.example", "a".repeat(600));
        let pages = vec![
            "https://app.example.com.".to_owned(),
            "https://a.test.:8443".to_owned(),
            "https://*.test".to_owned(),
            "https://a$b;c.test".to_owned(),
            "app://.".to_owned(),
            long,
            "null".to_owned(),
        ];
        let urls = [
            "ftp://api.example/",
            "foo://api.example/",
            "data:text/plain,x",
            "https://[",
            "//",
            "/x",
            "https://a{b/",
            "http://api.example/",
            "https://u:p@api.example:6000/",
        ];
        let headers = [
            ("*", "1"),
            ("Access-Control-Allow-Origin", "*"),
            ("access-control-max-age", "1"),
            ("etag", "1"),
            ("a b", "1"),
            ("x-a", "1\n2"),
            ("x-b", "\u{20ac}"),
            ("x-c", "1"),
            ("access-control-request-method", "GET"),
            ("authorization", "Bearer x"),
        ];
        let many = (0..700usize).prop_map(|count| {
            (0..count).map(|index| (format!("x-many-{index}"), "1".to_owned())).collect::<Vec<_>>()
        });
        let few = prop::collection::vec(prop::sample::select(headers.to_vec()), 0..8).prop_map(
            |headers| {
                let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
                headers.into_iter().map(owned).collect::<Vec<_>>()
            },
        );
        (
            fetches,
            prop::option::of(prop::sample::select(pages)),
            prop::option::of(prop::sample::select(urls.to_vec())),
            prop::option::of(prop::sample::select(vec!["*", "TRACE", "a b", "patch", "x*"])),
            prop_oneof![8 => few, 1 => many],
        )
            .prop_map(|(mut fetch, page, url, method, headers)| {
                fetch.origin = page.unwrap_or(fetch.origin);
                fetch.url = url.map_or(fetch.url, str::to_owned);
                fetch.method = method.map_or(fetch.method, str::to_owned);
                fetch.headers.extend(headers);
                fetch
            })
    }
}
