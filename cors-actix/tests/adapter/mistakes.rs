//! The mistakes of the crate page: each goes wrong exactly the way that page says, and its remedy
//! helps.

use crate::common::{
    APP, Answer, BARE, Counter, EVIL, Failure, PREFLIGHT, REFUSED, Request, SIMPLE,
};
use crate::common::{
    builder, check, compare, cors, get, handled, only, policy, preflight, request, send,
};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue, VARY};
use actix_web::middleware::{Next, NormalizePath, from_fn};
use actix_web::test::init_service;
use actix_web::{App, Error, HttpResponse, Responder, guard, put, web};
use cors_actix::{CorsLayer, DisallowedOrigin, Handle};

fn layer() -> CorsLayer {
    CorsLayer::new(policy())
}

/// Answers 401 unless somebody is logged in.
async fn auth(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if request.headers().contains_key("authorization") {
        Ok(next.call(request).await?.map_into_boxed_body())
    } else {
        Ok(request.into_response(HttpResponse::Unauthorized().finish()))
    }
}

#[actix_web::test]
async fn authentication_outside() {
    let item = || web::resource("/item").to(handled);
    let logged_in = || get("/item", APP).with("authorization", "Bearer token");

    // In actix-web what is wrapped last is the outermost.
    let wrong = App::new().service(item()).wrap(layer()).wrap(from_fn(auth));
    check(
        &init_service(wrong).await,
        [
            ("the preflight carries no credentials", preflight("/item", APP, "PUT"), 401, BARE),
            ("the 401 is unreadable", get("/item", APP), 401, BARE),
            ("tools that send no preflight notice nothing", logged_in(), 200, SIMPLE),
        ],
    )
    .await;

    let right = App::new().service(item()).wrap(from_fn(auth)).wrap(layer());
    check(
        &init_service(right).await,
        [
            ("the preflight", preflight("/item", APP, "PUT"), 204, PREFLIGHT),
            ("the 401 is readable", get("/item", APP), 401, SIMPLE),
            ("logged in", logged_in(), 200, SIMPLE),
        ],
    )
    .await;
}

#[put("/macro", wrap = "layer()")]
async fn guarded_by_macro() -> impl Responder {
    "handled"
}

#[actix_web::test]
async fn a_guard_that_no_preflight_passes() {
    let put = |uri| request("PUT", uri, &[("origin", APP)]);
    let route = web::resource("/route").route(web::put().to(handled).wrap(layer()));
    let resource = web::resource("/resource").guard(guard::Put()).to(handled).wrap(layer());
    let scope = web::scope("/scope").guard(guard::Put()).route("", web::put().to(handled));
    let wrong = App::new()
        .service(route)
        .service(resource)
        .service(scope.wrap(layer()))
        .service(guarded_by_macro);
    let wrong = init_service(wrong).await;
    for (uri, status) in [("/route", 405), ("/resource", 404), ("/scope", 404), ("/macro", 404)] {
        check(
            &wrong,
            [
                (uri, put(uri), 200, SIMPLE),
                (uri, preflight(uri, APP, "PUT"), status, BARE),
                (uri, get(uri, APP), status, BARE),
            ],
        )
        .await;
    }

    let resource = web::resource("/resource").route(web::put().to(handled)).wrap(layer());
    let guarded = web::resource("/guarded").guard(guard::Put()).to(handled);
    let scope = web::scope("/scope").service(guarded).wrap(layer());
    let right = init_service(App::new().service(resource).service(scope)).await;
    let around = init_service(App::new().service(guarded_by_macro).wrap(layer())).await;
    for uri in ["/resource", "/scope/guarded"] {
        check(
            &right,
            [(uri, put(uri), 200, SIMPLE), (uri, preflight(uri, APP, "PUT"), 204, PREFLIGHT)],
        )
        .await;
    }
    check(&right, [("its 405", get("/resource", APP), 405, SIMPLE)]).await;
    check(&around, [("around", preflight("/macro", APP, "PUT"), 204, PREFLIGHT)]).await;
}

#[actix_web::test]
async fn a_404_that_nothing_covers() {
    let scope = || web::scope("/api").route("/item", web::get().to(handled));

    let wrong = App::new().service(scope().wrap(layer()));
    check(
        &init_service(wrong).await,
        [
            ("a 404 under the prefix", get("/api/none", APP), 404, SIMPLE),
            ("one beside it", get("/apis/item", APP), 404, BARE),
            ("and its preflight", preflight("/apis/item", APP, "PUT"), 404, BARE),
        ],
    )
    .await;

    let right = App::new().service(scope()).wrap(layer());
    check(
        &init_service(right).await,
        [
            ("a 404 under the prefix", get("/api/none", APP), 404, SIMPLE),
            ("one beside it", get("/apis/item", APP), 404, SIMPLE),
            ("and its preflight", preflight("/apis/item", APP, "PUT"), 204, PREFLIGHT),
        ],
    )
    .await;
}

#[actix_web::test]
async fn two_layers_stacked() {
    let fonts = only(&["*"]);
    let any_origin = ["access-control-allow-origin: *"];
    let other = "https://other.example";
    let font = || web::resource("/font").to(handled);
    let item = || web::resource("/item").to(handled);

    let wrong = App::new()
        .service(item())
        .service(font().wrap(CorsLayer::new(fonts.clone())))
        .wrap(layer());
    check(
        &init_service(wrong).await,
        [
            ("the inner policy has no say", get("/font", other), 200, REFUSED),
            ("the outer has all of it", get("/font", APP), 200, SIMPLE),
        ],
    )
    .await;

    let (site, fonts) = (policy(), fonts);
    let selects = CorsLayer::select(move |head| match head.path() {
        "/font" => Some(fonts.clone()),
        _ => Some(site.clone()),
    });
    let right = App::new().service(item()).service(font()).wrap(selects);
    check(
        &init_service(right).await,
        [
            ("one policy", get("/font", other), 200, &any_origin),
            ("the other", get("/item", APP), 200, SIMPLE),
            ("the other, elsewhere", get("/item", other), 200, REFUSED),
        ],
    )
    .await;
}

/// On errors that pass both, too.
#[actix_web::test]
async fn two_layers_stacked_around_an_error() {
    let failing = web::resource("/error").wrap(from_fn(fails)).to(handled);
    let inner = CorsLayer::new(only(&["*"]));
    let app = init_service(App::new().service(failing).wrap(inner).wrap(layer())).await;
    check(
        &app,
        [
            ("the outer has all of it", get("/error", APP), 400, SIMPLE),
            ("the inner policy has no say", get("/error", EVIL), 400, REFUSED),
        ],
    )
    .await;
}

#[actix_web::test]
async fn a_path_that_is_not_the_routers() {
    let admin = || web::resource("/admin/users").to(handled);
    let public = ["access-control-allow-origin: *"];
    let policies = || (policy(), only(&["*"]));
    let by_path = || {
        let (site, fonts) = policies();
        CorsLayer::select(move |head| {
            Some(if head.path().starts_with("/admin/") { site.clone() } else { fonts.clone() })
        })
    };
    let by_uri = || {
        let (site, fonts) = policies();
        CorsLayer::select(move |head| {
            let path = head.uri().path();
            Some(if path.starts_with("/admin/") { site.clone() } else { fonts.clone() })
        })
    };

    let wrong = App::new().service(admin()).wrap(NormalizePath::trim()).wrap(by_path());
    check(
        &init_service(wrong).await,
        [
            ("as it is meant", get("/admin/users", EVIL), 200, REFUSED),
            ("anyone reads", get("//admin/users", EVIL), 200, &public),
        ],
    )
    .await;
    let wrong = App::new().service(admin()).wrap(by_uri());
    check(
        &init_service(wrong).await,
        [
            ("as it is meant", get("/admin/users", EVIL), 200, REFUSED),
            ("anyone reads", get("/%61dmin/users", EVIL), 200, &public),
        ],
    )
    .await;

    let right = App::new().service(admin()).wrap(by_path()).wrap(NormalizePath::trim());
    check(
        &init_service(right).await,
        [
            ("as it is meant", get("/admin/users", EVIL), 200, REFUSED),
            ("normalised first", get("//admin/users", EVIL), 200, REFUSED),
            ("unescaped", get("/%61dmin/users", EVIL), 200, REFUSED),
            ("both", get("//%61dmin//users/", EVIL), 200, REFUSED),
            ("the site's own", get("//%61dmin//users/", APP), 200, SIMPLE),
        ],
    )
    .await;
}

async fn fails(_: ServiceRequest, _: Next<impl MessageBody>) -> Result<ServiceResponse, Error> {
    Err(Failure(400).into())
}

#[actix_web::test]
async fn middleware_outside_that_answers_an_error_itself() {
    /// How a middleware makes a response of an error.
    type Answering = fn(&Error) -> HttpResponse;
    async fn answers(
        answering: Answering,
        request: ServiceRequest,
        next: Next<impl MessageBody + 'static>,
    ) -> Result<ServiceResponse<BoxBody>, Error> {
        let kept = request.request().clone();
        match next.call(request).await {
            Ok(response) => Ok(response.map_into_boxed_body()),
            Err(error) => Ok(ServiceResponse::new(kept, answering(&error))),
        }
    }
    let rows: [(&str, Answering, &[&str]); 3] = [
        ("the cause's response", |error| error.as_response_error().error_response(), BARE),
        ("one of its own", |_| HttpResponse::BadRequest().finish(), BARE),
        ("the error's response", Error::error_response, SIMPLE),
    ];
    for (what, answering, wanted) in rows {
        let outer = from_fn(move |request, next| answers(answering, request, next));
        // On a resource: around routing, no one else may hold the request.
        let failing = web::resource("/").to(handled).wrap(from_fn(fails));
        let app = App::new().service(failing.wrap(layer()).wrap(outer));
        check(&init_service(app).await, [(what, get("/", APP), 400, wanted)]).await;
    }
}

#[actix_web::test]
async fn a_handle_for_each_worker() {
    let other = only(&[EVIL]);
    let read_by_evil = ["access-control-allow-origin: https://evil.example"];
    let item = || web::resource("/").to(handled);

    // The closure of `HttpServer::new`, called once for each worker.
    let handles = std::cell::RefCell::new(Vec::new());
    let wrong = || {
        let handle = Handle::new(policy());
        handles.borrow_mut().push(handle.clone());
        App::new().service(item()).wrap(CorsLayer::shared(handle))
    };
    let (one, two) = (init_service(wrong()).await, init_service(wrong()).await);
    handles.borrow()[0].store(other.clone());
    check(&one, [("one worker", get("/", EVIL), 200, &read_by_evil)]).await;
    check(&two, [("another", get("/", EVIL), 200, REFUSED)]).await;

    let handle = Handle::new(policy());
    let cors = CorsLayer::shared(handle.clone());
    let right = || App::new().service(item()).wrap(cors.clone());
    let (one, two) = (init_service(right()).await, init_service(right()).await);
    handle.store(other.clone());
    check(&one, [("one worker", get("/", EVIL), 200, &read_by_evil)]).await;
    check(&two, [("another", get("/", EVIL), 200, &read_by_evil)]).await;
}

/// A shared cache that sits in front of the app: RFC 9111, 4.1, and no more of it than a test
/// needs. It hands out a stored answer if the request is alike in all that its `Vary` names.
struct Cache<S> {
    app: S,
    stored: Vec<(Request, Answer)>,
}

impl<S, B> Cache<S>
where
    S: Service<actix_http::Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody + 'static,
{
    fn before(app: S) -> Self {
        Self { app, stored: Vec::new() }
    }

    /// The CORS headers that the client gets, less `Vary`.
    async fn get(&mut self, asked: Request) -> Vec<String> {
        let fresh = self.stored.iter().find(|(stored, answer)| {
            let lines = cors(answer);
            lines
                .iter()
                .filter_map(|line| line.strip_prefix("vary: "))
                .flat_map(|names| names.split(", "))
                .all(|name| stored.header(name) == asked.header(name))
        });
        let mut got = match fresh {
            Some((_, answer)) => cors(answer),
            None => {
                let answer = send(&self.app, &asked).await;
                let got = cors(&answer);
                self.stored.push((asked, answer));
                got
            }
        };
        got.retain(|line| !line.starts_with("vary"));
        got
    }
}

#[actix_web::test]
async fn something_drops_vary() {
    const ENCODING: (HeaderName, HeaderValue) = (VARY, HeaderValue::from_static("accept-encoding"));
    let app = || App::new().service(web::resource("/item").to(handled)).wrap(layer());
    let replaces = |request: ServiceRequest, next: Next<_>| async move {
        let mut response = next.call(request).await?;
        response.headers_mut().insert(ENCODING.0, ENCODING.1);
        Ok(response)
    };
    let adds = |request: ServiceRequest, next: Next<_>| async move {
        let mut response = next.call(request).await?;
        response.headers_mut().append(ENCODING.0, ENCODING.1);
        Ok(response)
    };

    // An `<img>` or a link asks first, without `Origin`; then the app's script wants to read.
    let mut wrong = Cache::before(init_service(app().wrap(from_fn(replaces))).await);
    assert_eq!(wrong.get(request("GET", "/item", &[])).await, BARE);
    assert_eq!(wrong.get(get("/item", APP)).await, BARE, "cached: the script may not read");

    let mut right = Cache::before(init_service(app().wrap(from_fn(adds))).await);
    assert_eq!(right.get(request("GET", "/item", &[])).await, BARE);
    assert_eq!(right.get(get("/item", APP)).await, SIMPLE[..3], "a fresh answer");
    assert_eq!(right.get(get("/item", EVIL)).await, BARE, "and not everyone's");
}

#[actix_web::test]
async fn cors_taken_for_access_control() {
    let transfers = Counter::default();
    let app = |policy| {
        let transfers = transfers.clone();
        let transfer = move || {
            transfers.add();
            handled()
        };
        App::new().route("/transfer", web::post().to(transfer)).wrap(CorsLayer::new(policy))
    };
    let form = request(
        "POST",
        "/transfer",
        &[
            ("origin", EVIL),
            ("content-type", "application/x-www-form-urlencoded"),
            ("cookie", "sid=1"),
        ],
    );

    // A form needs no preflight: the browser sends it, and the page need not read the answer.
    let wrong = init_service(app(policy())).await;
    compare("unreadable", &send(&wrong, &form).await, 200, REFUSED);
    assert_eq!(transfers.take(), 1, "and done");

    let forbid = builder().disallowed_origin(DisallowedOrigin::Forbid).build().unwrap();
    let right = init_service(app(forbid)).await;
    compare("refused", &send(&right, &form).await, 403, &["vary: origin, sec-fetch-site"]);
    assert_eq!(transfers.take(), 0, "and not done");
}

#[actix_web::test]
async fn a_method_in_the_wrong_case() {
    // Browsers upper-case six methods and PATCH is none of them: `fetch(url, { method: "patch" })`
    // asks for `patch`, which is another method.
    let patch = builder().allow_methods([Method::PATCH]).build().unwrap();
    let app = App::new().service(web::resource("/item").to(handled)).wrap(CorsLayer::new(patch));
    let app = init_service(app).await;
    for method in ["PATCH", "patch"] {
        let answer = send(&app, &preflight("/item", APP, method)).await;
        let allowed = answer.header("access-control-allow-methods").unwrap();
        let allowed = allowed.split(',').any(|one| one.trim() == method);
        assert_eq!(allowed, method == "PATCH", "{method}");
    }
}
