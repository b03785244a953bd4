use cors_warp::{ConfigErrors, CorsLayer, Policy};
use warp::{Filter, Reply, filters::BoxedFilter};

pub fn routes(origin: &str) -> Result<BoxedFilter<(impl Reply + use<>,)>, ConfigErrors> {
    let cors = CorsLayer::new(Policy::for_origins(origin).allow_methods("PUT").build()?);
    Ok(cors_warp::filter(&cors, warp::any().map(|| "hello")).boxed())
}
