//! The recipes: text to copy.

use super::{Needs, Server};

/// What to write into the server's configuration or source so that it answers as needed. `None` if
/// no safe recipe can be written: for the origin `null`, which any site can have, and for names and
/// origins that would need quoting.
///
/// Every recipe is complete: it answers preflights, adds the headers to errors too, and replaces
/// what the server says about CORS so far. None of them lets in an origin that is not listed.
pub fn recipe(server: Server, needs: &Needs) -> Option<String> {
    let is_writable = !needs.origins.is_empty()
        && needs.origins.iter().all(|origin| is_plain_origin(origin))
        && [&needs.methods, &needs.headers, &needs.expose]
            .into_iter()
            .flatten()
            .all(|name| is_plain_name(name));
    if !is_writable {
        return None;
    }
    let (comment, text) = match server {
        Server::Nginx => ("#", nginx(needs)),
        Server::Apache => ("#", apache(needs)),
        Server::Express => ("//", express(needs)),
        Server::FastApi => ("#", fastapi(needs)),
        // It takes an origin with brackets for a regular expression.
        Server::Flask if needs.origins.iter().any(|origin| origin.contains('[')) => return None,
        Server::Flask => ("#", flask(needs)),
        Server::TowerHttp => ("//", tower_http(needs)),
        Server::ActixCors => ("//", actix_cors(needs)),
        Server::Warp => ("//", warp(needs)),
        Server::Ours => ("#", ours(needs)?),
    };
    Some(format!(
        "{comment} Add the origins, methods and headers that your server allows already.\n{text}"
    ))
}

/// Nothing in it has a meaning in any of the languages.
fn is_plain_origin(origin: &str) -> bool {
    origin.split_once("://").is_some_and(|(scheme, host)| {
        !scheme.is_empty()
            && !host.is_empty()
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
            && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b))
    })
}

fn is_plain_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
}

/// With those that need no permission: some servers refuse them unless listed.
fn methods(needs: &Needs) -> Vec<&str> {
    let mut all = vec!["GET", "HEAD", "POST"];
    all.extend(needs.methods.iter().map(String::as_str));
    all
}

/// `"a", "b"`, each quoted in this way.
fn quoted<T: AsRef<str>>(names: &[T], quote: &str) -> String {
    let names: Vec<_> = names.iter().map(|n| format!("{quote}{}{quote}", n.as_ref())).collect();
    names.join(", ")
}

fn nginx(needs: &Needs) -> String {
    let origins: String =
        needs.origins.iter().map(|origin| format!("    \"{origin}\" $http_origin;\n")).collect();
    let mut both = "add_header Access-Control-Allow-Origin $cors_origin always;\n".to_owned();
    if needs.credentials {
        both += "add_header Access-Control-Allow-Credentials true always;\n";
    }
    both += "add_header Vary Origin always;\n";
    let list = |name, names: &[&str]| match names {
        [] => String::new(),
        _ => format!("add_header {name} \"{}\" always;\n", names.join(", ")),
    };
    let preflight = both.clone()
        + &list("Access-Control-Allow-Methods", &methods(needs))
        + &list("Access-Control-Allow-Headers", &strs(&needs.headers))
        + "return 204;\n";
    let preflight: String = preflight.lines().map(|line| format!("    {line}\n")).collect();
    let response = both + &list("Access-Control-Expose-Headers", &strs(&needs.expose));
    let hidden = match needs.doubled {
        true => ALL_HEADERS.map(|name| format!("proxy_hide_header {name};\n")).concat(),
        false => String::new(),
    };
    format!(
        "# In the http block: which origins may read, and what a preflight is.
map $http_origin $cors_origin {{
    default \"\";
{origins}}}
map \"$request_method $http_access_control_request_method\" $cors_preflight {{
    default \"\";
    \"~^OPTIONS .\" 1;
}}

# In the location block that answers, in place of its other lines about Access-Control-*.
# A location without add_header lines of its own takes over those of the server block.
if ($cors_preflight) {{
{preflight}}}
{response}{hidden}"
    )
}

/// What two layers can both send.
const ALL_HEADERS: [&str; 6] = [
    "Access-Control-Allow-Origin",
    "Access-Control-Allow-Credentials",
    "Access-Control-Allow-Methods",
    "Access-Control-Allow-Headers",
    "Access-Control-Expose-Headers",
    "Access-Control-Max-Age",
];

fn strs(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

fn apache(needs: &Needs) -> String {
    let allowed = format!("req_novary('Origin') in {{ {} }}", quoted(&needs.origins, "'"));
    let mut headers = String::new();
    let mut set = |name: &str, value: &str, also: &str| {
        headers += &format!("Header always set {name} \"{value}\" \"expr={allowed}{also}\"\n");
    };
    set("Access-Control-Allow-Origin", "expr=%{req_novary:Origin}", "");
    if needs.credentials {
        set("Access-Control-Allow-Credentials", "true", "");
    }
    let preflight = " && %{REQUEST_METHOD} == 'OPTIONS'";
    set("Access-Control-Allow-Methods", &methods(needs).join(", "), preflight);
    if !needs.headers.is_empty() {
        set("Access-Control-Allow-Headers", &needs.headers.join(", "), preflight);
    }
    if !needs.expose.is_empty() {
        set("Access-Control-Expose-Headers", &needs.expose.join(", "), "");
    }
    let removed = ALL_HEADERS.map(|name| format!("Header onsuccess unset {name}\n")).concat();
    format!(
        "# In the VirtualHost, in place of its other lines about Access-Control-*. Needs two modules:
# a2enmod headers rewrite
RewriteEngine On
RewriteCond %{{REQUEST_METHOD}} =OPTIONS
RewriteCond %{{HTTP:Access-Control-Request-Method}} .
RewriteRule ^ - [R=204,L]

# Headers of an application behind are in another table: \"always set\" alone would add a second line.
{removed}
{headers}Header always merge Vary Origin
"
    )
}

fn express(needs: &Needs) -> String {
    let mut options = format!("  origin: [{}],\n", quoted(&needs.origins, "'"));
    options += &format!("  methods: [{}],\n", quoted(&methods(needs), "'"));
    // Without a list, it allows whatever is asked for.
    options += &format!("  allowedHeaders: [{}],\n", quoted(&needs.headers, "'"));
    if !needs.expose.is_empty() {
        options += &format!("  exposedHeaders: [{}],\n", quoted(&needs.expose, "'"));
    }
    if needs.credentials {
        options += "  credentials: true,\n";
    }
    format!(
        "// Before every other app.use and every route, in place of any other use of cors.
const cors = require('cors'); // npm install cors

app.use(cors({{
{options}}}));
"
    )
}

fn fastapi(needs: &Needs) -> String {
    let mut options = format!("    allow_origins=[{}],\n", quoted(&needs.origins, "\""));
    options += &format!("    allow_methods=[{}],\n", quoted(&methods(needs), "\""));
    if !needs.headers.is_empty() {
        options += &format!("    allow_headers=[{}],\n", quoted(&needs.headers, "\""));
    }
    if !needs.expose.is_empty() {
        options += &format!("    expose_headers=[{}],\n", quoted(&needs.expose, "\""));
    }
    if needs.credentials {
        options += "    allow_credentials=True,\n";
    }
    format!(
        "# At the end of the module that makes `app`, in place of any other CORSMiddleware.
# It goes around the whole app: `app.add_middleware` would leave out uncaught exceptions.
from starlette.middleware.cors import CORSMiddleware

app = CORSMiddleware(
    app,
{options})
"
    )
}

fn flask(needs: &Needs) -> String {
    let mut options = format!("    origins=[{}],\n", quoted(&needs.origins, "\""));
    options += &format!("    methods=[{}],\n", quoted(&methods(needs), "\""));
    // Without a list, it allows whatever is asked for.
    options += &format!("    allow_headers=[{}],\n", quoted(&needs.headers, "\""));
    if !needs.expose.is_empty() {
        options += &format!("    expose_headers=[{}],\n", quoted(&needs.expose, "\""));
    }
    if needs.credentials {
        options += "    supports_credentials=True,\n";
    }
    let (import, preflight) = match needs.preflight_status {
        false => ("", ""),
        true => (
            "from flask import request\n",
            "
# Before every other `before_request`, so that preflights, which have no cookies and no
# authorization, do not meet it.
@app.before_request
def answer_preflights():
    if request.method == \"OPTIONS\" and \"Access-Control-Request-Method\" in request.headers:
        return \"\", 204
",
        ),
    };
    format!(
        "# Directly after `app = Flask(...)`, in place of any other use of flask_cors.
{import}from flask_cors import CORS  # pip install flask-cors

CORS(
    app,
{options})
{preflight}
# With one origin, Flask-CORS leaves it out.
@app.after_request
def vary_by_origin(response):
    response.vary.add(\"Origin\")
    return response
"
    )
}

fn tower_http(needs: &Needs) -> String {
    let mut calls = format!(
        "        .allow_origin([{}].map(HeaderValue::from_static))\n",
        quoted(&needs.origins, "\"")
    );
    let methods: Vec<_> = methods(needs).into_iter().map(method).collect();
    calls += &format!("        .allow_methods([{}])\n", methods.join(", "));
    let mut names = |call, names: &[String]| {
        if !names.is_empty() {
            let list = quoted(names, "\"");
            calls += &format!("        .{call}([{list}].map(HeaderName::from_static))\n");
        }
    };
    names("allow_headers", &needs.headers);
    names("expose_headers", &needs.expose);
    if needs.credentials {
        calls += "        .allow_credentials(true)\n";
    }
    let has_names = !needs.headers.is_empty() || !needs.expose.is_empty();
    let used = if has_names { "HeaderName, HeaderValue, Method" } else { "HeaderValue, Method" };
    format!(
        "// As the last layer of all, which is the outermost: `let app = app.layer(cors());`
use http::{{{used}}};
use tower_http::cors::CorsLayer;

fn cors() -> CorsLayer {{
    CorsLayer::new()
{}}}
",
        calls
    )
}

/// A constant, or the value of an extension method.
fn method(name: &str) -> String {
    match name {
        "GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "PATCH" => format!("Method::{name}"),
        _ => format!("Method::from_bytes(b\"{name}\").expect(\"it is a token\")"),
    }
}

fn actix_cors(needs: &Needs) -> String {
    let mut calls: String = needs
        .origins
        .iter()
        .map(|origin| format!("        .allowed_origin(\"{origin}\")\n"))
        .collect();
    calls += &format!("        .allowed_methods([{}])\n", quoted(&methods(needs), "\""));
    if !needs.headers.is_empty() {
        calls += &format!("        .allowed_headers([{}])\n", quoted(&needs.headers, "\""));
    }
    if !needs.expose.is_empty() {
        calls += &format!("        .expose_headers([{}])\n", quoted(&needs.expose, "\""));
    }
    if needs.credentials {
        calls += "        .supports_credentials()\n";
    }
    format!(
        "// As the last `wrap` of the `App`, which is the outermost: `.wrap(cors())`
use actix_cors::Cors;

fn cors() -> Cors {{
    Cors::default()
{calls}}}
"
    )
}

fn warp(needs: &Needs) -> String {
    let mut calls = format!("        .allow_origins([{}])\n", quoted(&needs.origins, "\""));
    calls += &format!("        .allow_methods([{}])\n", quoted(&methods(needs), "\""));
    if !needs.headers.is_empty() {
        calls += &format!("        .allow_headers([{}])\n", quoted(&needs.headers, "\""));
    }
    if !needs.expose.is_empty() {
        calls += &format!("        .expose_headers([{}])\n", quoted(&needs.expose, "\""));
    }
    if needs.credentials {
        calls += "        .allow_credentials(true)\n";
    }
    format!(
        "// Around all routes:
// let routes = routes.recover(recover).with(cors()).recover(recover).map(vary);
// Without the first `recover`, or one of yours, rejections such as 404 lack the headers.
use std::convert::Infallible;
use warp::http::{{HeaderValue, StatusCode, header::VARY}};
use warp::reject::{{InvalidQuery, MethodNotAllowed, MissingHeader, Rejection}};

fn cors() -> warp::cors::Builder {{
    warp::cors()
{calls}}}

async fn recover(rejection: Rejection) -> Result<StatusCode, Infallible> {{
    Ok(if rejection.is_not_found() {{
        StatusCode::NOT_FOUND
    }} else if rejection.find::<warp::cors::CorsForbidden>().is_some() {{
        StatusCode::FORBIDDEN
    }} else if rejection.find::<MethodNotAllowed>().is_some() {{
        StatusCode::METHOD_NOT_ALLOWED
    }} else if rejection.find::<InvalidQuery>().is_some()
        || rejection.find::<MissingHeader>().is_some()
    {{
        StatusCode::BAD_REQUEST
    }} else {{
        StatusCode::INTERNAL_SERVER_ERROR
    }})
}}

/// Without it, a cache could answer one origin with what another got.
fn vary(reply: impl warp::Reply) -> warp::reply::Response {{
    let mut response = reply.into_response();
    response.headers_mut().append(VARY, HeaderValue::from_static(\"Origin\"));
    response
}}
"
    )
}

/// `None` if the policy would be refused, such as for an `http:` origin with credentials.
fn ours(needs: &Needs) -> Option<String> {
    let mut text = "# The policy file.\n".to_owned();
    for (key, names) in [
        ("allow_origins", &needs.origins),
        ("allow_methods", &needs.methods),
        ("allow_headers", &needs.headers),
        ("expose_headers", &needs.expose),
    ] {
        if !names.is_empty() {
            text += &format!("{key} = [{}]\n", quoted(names, "\""));
        }
    }
    if needs.credentials {
        text += "allow_credentials = true\n";
    }
    cors_core::Policy::from_toml(&text).is_ok().then_some(text)
}
