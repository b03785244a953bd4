use warp::{Filter, Reply, filters::BoxedFilter};

pub fn routes(origin: &str) -> BoxedFilter<(impl Reply + use<>,)> {
    let cors = warp::cors().allow_origin(origin).allow_method("PUT");
    warp::any().map(|| "hello").with(cors).boxed()
}
