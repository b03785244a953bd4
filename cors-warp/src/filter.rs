//! A layer around a filter: it is asked before the filter runs, and given the reply to write on.

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

/// Wraps a filter into a filter that speaks the server's side of the [CORS protocol] for it.
///
/// It answers [CORS-preflight requests] itself, refuses where the policy says so, and otherwise
/// runs the filter and writes the headers on its reply. The layer is any of the four: fixed,
/// shared, selecting, asking.
///
/// What it returns composes like any filter: put a path before it, other filters beside it with
/// `or`, a `recover` around it. For `with`, there is [`warp::wrap_fn`].
///
/// A rejection passes as it is, for warp to try the next filter or for a `recover` further out,
/// and *nothing is written* on the response that is made of it there: see [the table]. Since it
/// has to answer preflights before the filter has looked at the path, it answers all that reach
/// it: what restricts it has to stand before it.
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
/// // The same, as warp's own wrappers are written.
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
/// # What the layer knows of the request
///
/// Filters lend a request in parts, and not its extensions: to a closure of
/// [`CorsLayer::select`](crate::CorsLayer::select), `extensions` is empty. The headers are cloned
/// for the layer, once a request. Around a service it sees all and clones nothing.
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
    // Boxed below: `and` and `or` take errors of a trait that is private to warp, so no bound of
    // ours could name both `Rejection` and `Infallible` otherwise.
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
                    // The one way past the filter that a filter has. It goes no further than the
                    // `recover` below.
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
    /// From the closure of [`request`] that sees a request to the one that takes it, right after.
    static SEEN: Cell<Option<Request<()>>> = const { Cell::new(None) };
}

/// A request's head, as far as filters lend it.
fn request() -> impl Filter<Extract = (Request<()>,), Error = Infallible> + Clone {
    // Of the filters that are there for it, `warp::path::full()` panics where the request's target
    // is no path, as that of CONNECT. What is written for a log sees the same, and cannot give it
    // back; but a filter that is ready is logged and mapped in one go, on one thread.
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
    // A path that is no URI is that of a target without one: empty.
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
        // The URI's own, as HTTP/2 sends it. No filter lends the URI, so `Host` stands in.
        (Some(authority), false) => {
            if let Ok(host) = HeaderValue::from_str(authority.as_str()) {
                headers.insert(HOST, host);
            }
        }
        // Malformed, or at odds with the URI's: a request that names no one host.
        (None, true) => {
            headers.remove(HOST);
        }
        _ => {}
    }
    request
}

/// The way past the filter: a response given in its stead.
struct Answered(Mutex<Option<Response>>);

impl Answered {
    fn new(response: Response) -> Self {
        Self(Mutex::new(Some(response)))
    }

    // A rejection is only lent. Taking leaves nothing for an outer filter of ours to find.
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
