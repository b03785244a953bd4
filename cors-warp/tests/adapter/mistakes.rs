//! The mistakes of the crate page: each goes wrong exactly the way that page says, and its remedy
//! helps.

use crate::common::{self, APP, App, BARE, Counter, EVIL, PREFLIGHT, REFUSED, Request, SIMPLE};
use crate::common::{
    around_filter, around_service, auth, bare, both, builder, compare, cors, get, layer,
};
use crate::common::{login, only, preflight, request};
use cors_warp::{CorsLayer, DisallowedOrigin};
use http::{Method, StatusCode};
use warp::reply::Response;
use warp::{Filter, Rejection};

const OTHER: &str = "https://other.example";

#[tokio::test]
async fn recover_outside() {
    let routes = || warp::path("item").and(warp::get()).map(|| "item");
    let recovered = |_: Rejection| async { Ok::<_, Rejection>(StatusCode::NOT_FOUND) };

    let wrong = bare(cors_warp::filter(&layer(), routes()).recover(recovered));
    wrong
        .check([
            ("a reply", get("/item", APP), 200, SIMPLE),
            ("404 is unreadable", get("/none", APP), 404, BARE),
            ("its preflight says that all is well", preflight("/none", APP, "PUT"), 204, PREFLIGHT),
        ])
        .await;

    let inside = bare(cors_warp::filter(&layer(), routes().recover(recovered)));
    inside.check([("404", get("/none", APP), 404, SIMPLE)]).await;
    let service = around_service(&layer(), routes());
    service.check([("404", get("/none", APP), 404, SIMPLE)]).await;
}

#[tokio::test]
async fn a_filter_before_others() {
    let fonts = CorsLayer::new(only(&["*"]));
    let font = || warp::path("font").map(|| "a font");
    let item = || warp::path("item").map(|| "item");
    let any_origin = ["access-control-allow-origin: *"];
    let font_preflight = [
        "access-control-allow-methods: GET, HEAD, POST",
        "access-control-allow-origin: *",
        "vary: origin, access-control-request-method",
    ];

    let covered = cors_warp::filter(&fonts, font());
    let wrong = bare(covered.or(cors_warp::filter(&layer(), item())));
    wrong
        .check([
            ("the one", get("/font", OTHER), 200, &any_origin),
            ("the other", get("/item", APP), 200, SIMPLE),
            (
                "the first answers the preflights of both",
                preflight("/item", APP, "PUT"),
                204,
                &font_preflight,
            ),
        ])
        .await;

    // `forbid` goes further: it refuses the requests of both.
    let forbid = builder().disallowed_origin(DisallowedOrigin::Forbid).build().unwrap();
    let covered = cors_warp::filter(&CorsLayer::new(forbid), item());
    let wrong = bare(covered.or(cors_warp::filter(&fonts, font())));
    let vary = ["vary: origin, sec-fetch-site"];
    wrong.check([("refused for the other", get("/font", OTHER), 403, &vary)]).await;

    let font = || warp::path::end().map(|| "a font");
    let right = bare(
        warp::path("font")
            .and(cors_warp::filter(&fonts, font()))
            .or(warp::path("item").and(cors_warp::filter(&layer(), font()))),
    );
    right
        .check([
            ("the one", get("/font", OTHER), 200, &any_origin),
            ("its preflight", preflight("/font", OTHER, "GET"), 204, &font_preflight),
            ("the other", get("/item", APP), 200, SIMPLE),
            ("its preflight", preflight("/item", APP, "PUT"), 204, PREFLIGHT),
        ])
        .await;
}

#[tokio::test]
async fn a_method_before_the_filter() {
    let wrong = bare(warp::put().and(cors_warp::filter(&layer(), warp::path("item").map(|| ""))));
    wrong
        .check([
            ("no preflight arrives", preflight("/item", APP, "PUT"), 405, BARE),
            ("its method", request("PUT", "/item", &[("origin", APP)]), 200, SIMPLE),
        ])
        .await;
    let right = bare(cors_warp::filter(&layer(), warp::put().and(warp::path("item")).map(|| "")));
    right
        .check([
            ("the preflight", preflight("/item", APP, "PUT"), 204, PREFLIGHT),
            ("its method", request("PUT", "/item", &[("origin", APP)]), 200, SIMPLE),
        ])
        .await;
}

#[tokio::test]
async fn a_filter_added_after() {
    let (early, late) = (warp::path("early").map(|| ""), warp::path("late").map(|| ""));
    let wrong = bare(cors_warp::filter(&layer(), early).or(late));
    wrong
        .check([
            ("before", get("/early", APP), 200, SIMPLE),
            (
                "the preflight looks as if all were well",
                preflight("/late", APP, "PUT"),
                204,
                PREFLIGHT,
            ),
            ("it runs, and no script may read it", get("/late", APP), 200, BARE),
        ])
        .await;
    let right = bare(cors_warp::filter(&layer(), early.or(late)));
    right.check([("after", get("/late", APP), 200, SIMPLE)]).await;
}

#[tokio::test]
async fn authentication_outside() {
    let item = || warp::path("item").map(|| "item");
    let auth = || auth(Counter::default());
    let logged_in =
        || request("GET", "/item", &[("origin", APP), ("authorization", "Bearer token")]);

    let wrong = bare(auth().and(cors_warp::filter(&layer(), item())).recover(login));
    wrong
        .check([
            ("the preflight carries no credentials", preflight("/item", APP, "PUT"), 401, BARE),
            ("the 401 is unreadable", get("/item", APP), 401, BARE),
            ("tools that send no preflight notice nothing", logged_in(), 200, SIMPLE),
        ])
        .await;

    for right in both(&layer(), auth().and(item()).recover(login)) {
        right
            .check([
                ("the preflight", preflight("/item", APP, "PUT"), 204, PREFLIGHT),
                ("the 401 is readable", get("/item", APP), 401, SIMPLE),
                ("logged in", logged_in(), 200, SIMPLE),
            ])
            .await;
    }
}

#[tokio::test]
async fn two_layers_stacked() {
    let fonts = only(&["*"]);
    let any_origin = ["access-control-allow-origin: *"];
    let font = || warp::path("font").map(|| "a font");
    let item = || warp::path("item").map(|| "item");

    let inner = cors_warp::filter(&CorsLayer::new(fonts.clone()), font());
    for wrong in both(&layer(), item().or(inner)) {
        wrong
            .check([
                ("the inner policy has no say", get("/font", OTHER), 200, REFUSED),
                ("the outer has all of it", get("/font", APP), 200, SIMPLE),
            ])
            .await;
    }

    let (site, fonts) = (common::policy(), fonts);
    let select = CorsLayer::select(move |head| match head.uri().path() {
        "/font" => Some(fonts.clone()),
        _ => Some(site.clone()),
    });
    for right in both(&select, item().or(font())) {
        right
            .check([
                ("one policy", get("/font", OTHER), 200, &any_origin),
                ("the other", get("/item", APP), 200, SIMPLE),
                ("the other, elsewhere", get("/item", OTHER), 200, REFUSED),
            ])
            .await;
    }
}

#[tokio::test]
async fn warps_own_cors_left_in_place() {
    let item = || warp::path("item").map(|| "item");
    let own = || warp::cors().allow_origin("https://other.example").allow_method("GET");

    // Outside, it rejects before ours is asked.
    let wrong = bare(cors_warp::filter(&layer(), item()).with(own()));
    wrong
        .check([
            ("a request that ours allows", get("/item", APP), 403, BARE),
            ("its preflight", preflight("/item", APP, "PUT"), 403, BARE),
        ])
        .await;
    // Inside, its rejection of a request is another that the filter does not reach.
    let wrong = around_filter(&layer(), item().with(own()));
    wrong.check([("a request that ours allows", get("/item", APP), 403, BARE)]).await;
    let wrong = around_service(&layer(), item().with(own()));
    wrong.check([("readable, but a 403", get("/item", APP), 403, SIMPLE)]).await;

    for right in both(&layer(), item()) {
        right.check([("without it", get("/item", APP), 200, SIMPLE)]).await;
    }
}

/// A shared cache that sits in front of the API: RFC 9111, 4.1, and no more of it than a test
/// needs. It hands out a stored answer if the request is alike in all that its `Vary` names.
struct Cache {
    app: App,
    stored: Vec<(Request, Response)>,
}

impl Cache {
    fn before(app: App) -> Self {
        Self { app, stored: Vec::new() }
    }

    /// The CORS headers that the client gets, less `Vary`.
    async fn get(&mut self, asked: Request) -> Vec<String> {
        let fresh = self.stored.iter().find(|(stored, response)| {
            let lines = cors(response);
            lines
                .iter()
                .filter_map(|line| line.strip_prefix("vary: "))
                .flat_map(|names| names.split(", "))
                .all(|name| stored.header(name) == asked.header(name))
        });
        let mut got = match fresh {
            Some((_, response)) => cors(response),
            None => {
                let response = self.app.send(asked.clone()).await;
                let got = cors(&response);
                self.stored.push((asked, response));
                got
            }
        };
        got.retain(|line| !line.starts_with("vary"));
        got
    }
}

#[tokio::test]
async fn something_drops_vary() {
    let item = || warp::path("item").map(|| "item");
    // It sets, where a handler's own header is replaced.
    let vary = || warp::reply::with::header("vary", "accept-encoding");

    // An `<img>` or a link asks first, without `Origin`; then the app's script wants to read.
    let mut wrong = Cache::before(bare(cors_warp::filter(&layer(), item()).with(vary())));
    assert_eq!(wrong.get(request("GET", "/item", &[])).await, BARE);
    assert_eq!(wrong.get(get("/item", APP)).await, BARE, "cached: the script may not read");

    for app in both(&layer(), item().with(vary())) {
        let mut right = Cache::before(app);
        assert_eq!(right.get(request("GET", "/item", &[])).await, BARE);
        assert_eq!(right.get(get("/item", APP)).await, SIMPLE[..3], "a fresh answer");
        assert_eq!(right.get(get("/item", EVIL)).await, BARE, "and not everyone's");
    }
}

#[tokio::test]
async fn cors_taken_for_access_control() {
    let api = |policy, transfers: &Counter| {
        let transfers = transfers.clone();
        let transfer = warp::post().and(warp::path("transfer")).map(move || {
            transfers.add();
            ""
        });
        both(&CorsLayer::new(policy), transfer)
    };
    let form = || {
        request(
            "POST",
            "/transfer",
            &[
                ("origin", EVIL),
                ("content-type", "application/x-www-form-urlencoded"),
                ("cookie", "sid=1"),
            ],
        )
    };
    let transfers = Counter::default();

    // A form needs no preflight: the browser sends it, and the page need not read the answer.
    for wrong in api(common::policy(), &transfers) {
        compare("unreadable", &wrong.send(form()).await, 200, REFUSED);
        assert_eq!(transfers.take(), 1, "and done");
    }

    let forbid = builder().disallowed_origin(DisallowedOrigin::Forbid).build().unwrap();
    for right in api(forbid, &transfers) {
        let vary = ["vary: origin, sec-fetch-site"];
        compare("refused", &right.send(form()).await, 403, &vary);
        assert_eq!(transfers.take(), 0, "and not done");
    }
}

#[tokio::test]
async fn a_method_in_the_wrong_case() {
    // Browsers upper-case six methods and PATCH is none of them: `fetch(url, { method: "patch" })`
    // asks for `patch`, which is another method.
    let patch = builder().allow_methods([Method::PATCH]).build().unwrap();
    for app in both(&CorsLayer::new(patch), warp::path("item").map(|| "")) {
        for method in ["PATCH", "patch"] {
            let response = app.send(preflight("/item", APP, method)).await;
            let allowed = &response.headers()["access-control-allow-methods"];
            let allowed = allowed.to_str().unwrap().split(',').any(|one| one.trim() == method);
            assert_eq!(allowed, method == "PATCH", "{method}");
        }
    }
}
