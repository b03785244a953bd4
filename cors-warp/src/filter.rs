//! Wraps a filter: the layer runs up to the handler, then the filter, then the rest of the layer.

use std::cell::Cell;
use std::convert::Infallible;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use http::header::{HOST, HeaderValue};
use http::uri::Authority;
use http::{Request, StatusCode};
use warp::reject::{self, Reject};
use warp::reply::Response;
use warp::{Filter, Rejection, Reply};

use crate::FilterLayer;
use crate::turn::{Begun, Going};

/// Wraps a filter in the server side of the [CORS protocol]. The result is a filter too.
///
/// It answers [CORS-preflight requests] itself, and refuses requests if the policy says so. Otherwise
/// it runs the filter and writes the headers on its reply. You can use any layer: fixed, shared,
/// selecting or asking.
///
/// The result composes like any filter: you can put a path before it, combine it with other filters
/// by `or`, and put a `recover` around it. To use it in `with`, call [`warp::wrap_fn`].
///
/// A rejection passes through unchanged, so that warp tries the next filter, or an outer `recover`
/// handles it. *Nothing is written* on a response that is made of it there: see [the table]. The
/// wrapper answers preflights before the filter looks at the path, so it answers every preflight that
/// reaches it. To restrict it, put other filters before it.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use cors_warp::{CorsLayer, Policy};
/// use http::Request;
/// use tower::ServiceExt;
/// use warp::Filter;
///
/// let public = CorsLayer::new(Policy::builder().allow_origins(["*"]).build()?);
/// let font = warp::path::end().map(|| "a font");
/// let home = warp::path::end().map(|| "for this site's own pages");
///
/// let wrapped = warp::path("font").and(cors_warp::filter(&public, font));
/// // The same with warp's own `with`.
/// let with = warp::path("font").and(font.with(warp::wrap_fn(|f| cors_warp::filter(&public, f))));
///
/// let routes = wrapped.or(warp::path("again").and(with)).or(home);
/// for (path, allowed) in [("/font", true), ("/again/font", true), ("/", false)] {
///     let request = Request::get(path).header("origin", "https://a.example").body(String::new())?;
///     let response = warp::service(routes.clone()).oneshot(request).await?;
///     assert_eq!(response.status(), 200);
///     assert_eq!(response.headers().contains_key("access-control-allow-origin"), allowed);
/// }
/// # Ok(())
/// # }
/// ```
///
/// # What the layer sees of the request
///
/// warp's filters do not expose extensions: in the closure of
/// [`CorsLayer::select`](crate::CorsLayer::select), `extensions` is empty. The headers are cloned
/// once per request. Around a service, the layer sees everything and clones nothing.
///
/// [CORS protocol]: https://fetch.spec.whatwg.org/#http-cors-protocol
/// [CORS-preflight requests]: https://fetch.spec.whatwg.org/#cors-preflight-request
/// [the table]: crate#service-or-filter
pub fn filter<L, F, R>(
    layer: &L,
    filter: F,
) -> impl Filter<Extract = (Response,), Error = Rejection> + Clone + Send + Sync + 'static + use<L, F, R>
where
    L: FilterLayer,
    // Boxed below. `and` and `or` bound errors by a trait that is private to warp, so our bound could
    // not otherwise cover both `Rejection` and `Infallible`.
    F: Filter<Extract = (R,), Error: Into<Rejection>> + Send + Sync + 'static,
    R: Reply + 'static,
{
    let layer = layer.clone();
    request()
        .and_then(move |request| {
            let begun = layer.begin(request);
            async move {
                match begun.await {
                    Begun::Going(going) => Ok(going),
                    // Only a rejection can skip the filter. The `recover` below catches it.
                    Begun::Answered(response) => Err(reject::custom(Answered::new(response))),
                }
            }
        })
        .and(filter.boxed())
        .then(|going: Going, reply: R| going.finish(reply.into_response()))
        .recover(|rejection: Rejection| async move {
            match rejection.find::<Answered>().and_then(Answered::take) {
                Some(response) => Ok(response),
                None => Err(rejection),
            }
        })
        .unify()
}

thread_local! {
    /// Passes a request between two closures of [`request`] that run one right after the other.
    static SEEN: Cell<Option<Request<()>>> = const { Cell::new(None) };
}

/// The request's head, as far as warp's filters expose it.
fn request() -> impl Filter<Extract = (Request<()>,), Error = Infallible> + Clone {
    // `warp::path::full()` panics if the request's target is not a path, as with CONNECT. A log's
    // closure sees the same data but cannot return it. However, a filter that is ready is logged and
    // mapped in one poll, on one thread.
    let seen = warp::any()
        .map(|| StatusCode::OK)
        .with(warp::log::custom(|info| SEEN.set(Some(head(&info)))))
        .map(|_| SEEN.take().expect("seen right before"));
    let query = warp::query::raw().map(Some).or(warp::any().map(|| None)).unify();
    let authority = warp::host::optional().or(warp::any().map(|| None)).unify();
    seen.and(query).and(authority).map(whole)
}

fn head(info: &warp::log::Info<'_>) -> Request<()> {
    let mut request = Request::new(());
    *request.method_mut() = info.method().clone();
    *request.version_mut() = info.version();
    *request.headers_mut() = info.request_headers().clone();
    // A path that does not parse is empty: the target has no path.
    *request.uri_mut() = info.path().parse().unwrap_or_default();
    request
}

fn whole(
    mut request: Request<()>,
    query: Option<String>,
    authority: Option<Authority>,
) -> Request<()> {
    if let Some(query) = query
        && let Ok(uri) = format!("{}?{query}", request.uri().path()).parse()
    {
        *request.uri_mut() = uri;
    }
    let headers = request.headers_mut();
    match (authority, headers.contains_key(HOST)) {
        // From the URI, as in HTTP/2. No filter exposes the URI, so use `Host` instead.
        (Some(authority), false) => {
            if let Ok(host) = HeaderValue::from_str(authority.as_str()) {
                headers.insert(HOST, host);
            }
        }
        // `Host` is malformed, or differs from the URI's: the request does not name one host.
        (None, true) => {
            headers.remove(HOST);
        }
        _ => {}
    }
    request
}

/// Carries a response past the filter, which does not run.
struct Answered(Mutex<Option<Response>>);

impl Answered {
    fn new(response: Response) -> Self {
        Self(Mutex::new(Some(response)))
    }

    // We only get a reference to a rejection. After this, our outer filters find nothing to take.
    fn take(&self) -> Option<Response> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Reject for Answered {}

impl fmt::Debug for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answered")
    }
}
