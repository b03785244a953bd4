//! Which server answered, and the fix in that server's own words.
//!
//! `cargo xtask recipes` starts each of these servers with a fault, applies the recipe printed for
//! it, and checks that the script can read then. A server without that proof has no recipe.

mod recipe;

use std::fmt;
use std::str::FromStr;

use cors_core::browser::{CredentialsMode, Fetch};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD,
    HeaderName, SERVER, VARY, VIA,
};
use http::{HeaderMap, Method, Request, Response, StatusCode};

pub use recipe::recipe;

/// A server or layer that has a recipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "each has a recipe and a proof")]
pub enum Server {
    /// nginx, serving files or as a proxy.
    Nginx,
    /// Apache httpd, serving files or as a proxy.
    Apache,
    /// Express, with the package `cors`.
    Express,
    /// FastAPI and Starlette.
    FastApi,
    /// Flask, with Flask-CORS.
    Flask,
    /// A tower service such as axum's `Router`, with `tower-http`.
    TowerHttp,
    /// actix-web, with `actix-cors`.
    ActixCors,
    /// warp, with its own `cors`.
    Warp,
    /// One of our adapters.
    Ours,
}

impl Server {
    /// Every server.
    pub const ALL: [Self; 9] = [
        Self::Nginx,
        Self::Apache,
        Self::Express,
        Self::FastApi,
        Self::Flask,
        Self::TowerHttp,
        Self::ActixCors,
        Self::Warp,
        Self::Ours,
    ];

    /// The name for a flag or a file, such as `tower-http`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Apache => "apache",
            Self::Express => "express",
            Self::FastApi => "fastapi",
            Self::Flask => "flask",
            Self::TowerHttp => "tower-http",
            Self::ActixCors => "actix-cors",
            Self::Warp => "warp",
            Self::Ours => "ours",
        }
    }

    /// Whether it usually answers for an application behind it.
    pub fn is_proxy(self) -> bool {
        matches!(self, Self::Nginx | Self::Apache)
    }
}

/// The name in a sentence.
impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nginx => "nginx",
            Self::Apache => "Apache httpd",
            Self::Express => "Express",
            Self::FastApi => "FastAPI or Starlette",
            Self::Flask => "Flask",
            Self::TowerHttp => "tower-http",
            Self::ActixCors => "actix-cors",
            Self::Warp => "warp",
            Self::Ours => "our policy file",
        })
    }
}

impl FromStr for Server {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let names = || Self::ALL.map(Self::name).join(", ");
        let found = Self::ALL.into_iter().find(|server| server.name() == name);
        found.ok_or_else(|| format!("write one of {}", names()))
    }
}

/// What a server answered.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    status: StatusCode,
    headers: &'a HeaderMap,
    body: &'a [u8],
}

impl<'a> Answer<'a> {
    /// An answer whose body is unknown.
    pub fn new<B>(response: &'a Response<B>) -> Self {
        Self { status: response.status(), headers: response.headers(), body: b"" }
    }

    /// Adds the body, or the start of it: error pages tell which server wrote them.
    pub fn with_body(self, body: &'a [u8]) -> Self {
        Self { body, ..self }
    }

    /// Whether the first value of the header starts so, in any case.
    fn starts(&self, name: &HeaderName, start: &str) -> bool {
        self.values(name).next().is_some_and(|value| {
            value.get(..start.len()).is_some_and(|s| s.eq_ignore_ascii_case(start.as_bytes()))
        })
    }

    fn values(&self, name: &HeaderName) -> impl Iterator<Item = &'a [u8]> {
        self.headers.get_all(name).iter().map(http::HeaderValue::as_bytes)
    }

    fn body_has(&self, text: &str) -> bool {
        self.body.windows(text.len()).any(|window| window == text.as_bytes())
    }

    /// Whether it has this line of `Vary`, to the letter.
    fn varies(&self, line: &str) -> bool {
        self.values(&VARY).any(|value| value == line.as_bytes())
    }

    fn is_from(&self, server: Server) -> bool {
        const POWERED: HeaderName = HeaderName::from_static("x-powered-by");
        match server {
            Server::Nginx => self.starts(&SERVER, "nginx") || self.body_has("<hr><center>nginx"),
            Server::Apache => {
                self.starts(&SERVER, "Apache/")
                    || self.values(&SERVER).any(|value| value == b"Apache")
                    || self.values(&VIA).any(|value| value.ends_with(b"(Apache)"))
                    || self.body_has("<address>Apache")
            }
            Server::Express => {
                self.starts(&POWERED, "Express")
                    || self.body_has("<pre>Cannot GET /")
                    || self.body_has("<pre>Cannot OPTIONS /")
            }
            Server::FastApi => {
                self.starts(&SERVER, "uvicorn")
                    || self.body == br#"{"detail":"Not Found"}"#
                    || self.body == br#"{"detail":"Method Not Allowed"}"#
                    || self.body.starts_with(b"Disallowed CORS ")
            }
            Server::Flask => {
                self.starts(&SERVER, "Werkzeug/")
                    || self.body_has("<p>The requested URL was not found on the server. If you ent")
                    || self.body_has("<p>The method is not allowed for the requested URL.</p>")
            }
            // In lower case, which others do not write.
            Server::TowerHttp => VARY_OF_TOWER_HTTP.iter().any(|line| self.varies(line)),
            Server::ActixCors => {
                // Others write this line too, but only in answers to preflights.
                let is_of_preflight =
                    matches!(self.status, StatusCode::NO_CONTENT | StatusCode::FORBIDDEN)
                        || self.headers.contains_key(ACCESS_CONTROL_ALLOW_METHODS);
                let is_behind = self.is_from(Server::Nginx) || self.is_from(Server::Apache);
                let is_named = self.headers.contains_key(POWERED)
                    || !is_behind && self.headers.contains_key(SERVER);
                let varies = self.values(&VARY).any(|value| value.ends_with(VARY_OF_ACTIX_CORS));
                varies && !is_of_preflight && !is_named
                    || (self.status == StatusCode::BAD_REQUEST
                        && ACTIX_REFUSALS.iter().any(|text| self.body == text.as_bytes()))
            }
            Server::Warp => {
                self.body.starts_with(b"CORS request forbidden: ")
                    || self.body == b"Invalid request header \"origin\""
            }
            Server::Ours => {
                // A preflight's answer: others write a space after the comma.
                self.values(&ACCESS_CONTROL_ALLOW_METHODS).any(|value| value.contains(&b','))
                    && VARY_OF_OURS.iter().any(|line| self.varies(line))
                    && !self.values(&ACCESS_CONTROL_ALLOW_METHODS).any(|v| v.contains(&b' '))
            }
        }
    }
}

/// What `actix-cors` says to a request that it refuses.
const ACTIX_REFUSALS: [&str; 3] = [
    "Origin is not allowed to make this request",
    "Requested method is not allowed",
    "One or more request headers are not allowed",
];

/// What `tower-http` adds to each response: before 0.7 all three, since then what matters.
const VARY_OF_TOWER_HTTP: [&str; 4] = [
    "origin",
    "origin, access-control-request-headers",
    "origin, access-control-request-method",
    "origin, access-control-request-method, access-control-request-headers",
];

/// What `actix-cors` adds to the handler's line of `Vary`.
const VARY_OF_ACTIX_CORS: &[u8] =
    b"Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

/// What our layers answer to `OPTIONS`.
const VARY_OF_OURS: [&str; 2] = [
    "Origin, Access-Control-Request-Method",
    "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
];

/// The servers that took part in the answers, the outermost first.
pub fn recognise(answers: &[Answer<'_>]) -> Vec<Server> {
    let took_part = |server: &Server| answers.iter().any(|answer| answer.is_from(*server));
    let mut servers: Vec<_> = Server::ALL.into_iter().filter(took_part).collect();
    // The habit that tells ours is part of the habit of actix-cors.
    if servers.contains(&Server::Ours) {
        servers.retain(|server| *server != Server::ActixCors);
    }
    servers
}

/// Which of them to fix, the outermost first.
///
/// If two layers add the headers, that is the outermost: it can remove what the others add.
/// Otherwise it is the application, which knows what it allows, unless it was not asked at all.
pub fn to_fix(servers: &[Server], needs: &Needs) -> Option<Server> {
    if needs.doubled { servers.first().copied() } else { servers.last().copied() }
}

/// What a server has to allow so that a script can read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "callers name each need")]
pub struct Needs {
    /// The pages' origins, as browsers send them.
    pub origins: Vec<String>,
    /// Methods other than GET, HEAD and POST, which need no permission.
    pub methods: Vec<String>,
    /// Request headers, in lower case.
    pub headers: Vec<String>,
    /// Response headers that the script reads, in lower case.
    pub expose: Vec<String>,
    /// Whether cookies and the like are sent.
    pub credentials: bool,
    /// Whether two layers add the headers.
    pub doubled: bool,
    /// Whether the server answers a preflight with a status other than 2xx.
    pub preflight_status: bool,
}

impl Needs {
    /// The needs of a fetch, from what was sent and answered. `expose` names the response headers
    /// that the script reads.
    ///
    /// What the server already allows stays allowed: methods and headers that its answers list
    /// are needs as well. Its origins are not, because it may allow too many.
    pub fn of(fetch: &Fetch, exchanges: &[(Request<()>, Response<()>)], expose: &[&str]) -> Self {
        let mut needs = Self {
            origins: vec![fetch.serialized_origin()],
            expose: expose.iter().map(|name| name.to_ascii_lowercase()).collect(),
            credentials: fetch.credentials == CredentialsMode::Include,
            ..Self::default()
        };
        for (request, response) in exchanges {
            let asks = request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
            needs.preflight_status |= asks && !response.status().is_success();
            let origins = list(response.headers(), &ACCESS_CONTROL_ALLOW_ORIGIN);
            needs.doubled |= origins.len() > 1;
            needs.allow(request.headers(), &ACCESS_CONTROL_REQUEST_METHOD, |n| &mut n.methods);
            needs.allow(request.headers(), &ACCESS_CONTROL_REQUEST_HEADERS, |n| &mut n.headers);
            needs.allow(response.headers(), &ACCESS_CONTROL_ALLOW_METHODS, |n| &mut n.methods);
            needs.allow(response.headers(), &ACCESS_CONTROL_ALLOW_HEADERS, |n| &mut n.headers);
            needs.allow(response.headers(), &ACCESS_CONTROL_EXPOSE_HEADERS, |n| &mut n.expose);
        }
        needs.methods.retain(|method| !["GET", "HEAD", "POST", "OPTIONS"].contains(&&**method));
        for name in needs.headers.iter_mut().chain(&mut needs.expose) {
            name.make_ascii_lowercase();
        }
        for names in [&mut needs.methods, &mut needs.headers, &mut needs.expose] {
            names.retain(|name| name != "*");
            let mut known = Vec::new();
            names.retain(|name| {
                let is_new = !known.contains(name);
                known.push(name.clone());
                is_new
            });
            names.truncate(MOST_NAMES);
        }
        needs
    }

    fn allow(
        &mut self,
        headers: &HeaderMap,
        name: &HeaderName,
        to: fn(&mut Self) -> &mut Vec<String>,
    ) {
        let tokens = list(headers, name).into_iter().filter(|name| {
            let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
            name.len() < 64 && name.bytes().all(is_plain) && Method::from_str(name).is_ok()
        });
        to(self).extend(tokens);
    }
}

/// A server can list any number of names.
const MOST_NAMES: usize = 32;

/// The elements of a comma-separated header.
fn list(headers: &HeaderMap, name: &HeaderName) -> Vec<String> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let elements = values.flat_map(|value| value.split(',').map(str::trim));
    elements.filter(|element| !element.is_empty()).map(str::to_owned).collect()
}
