//! What the tests of this folder share: requests to a service, without a socket.

use actix_web::body::{MessageBody, to_bytes};
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::header::HeaderValue;
use actix_web::http::{Method, StatusCode};
use actix_web::test::TestRequest;
use actix_web::{Error, HttpResponse, ResponseError};

pub use adapter_tests::*;

/// The request as actix-web's tests take it.
pub trait Test {
    fn test(&self) -> TestRequest;
}

impl Test for Request {
    fn test(&self) -> TestRequest {
        let method = Method::from_bytes(self.method.as_bytes()).unwrap();
        let mut request = TestRequest::with_uri(&self.uri).method(method);
        for (name, value) in &self.headers {
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            request = request.append_header((name.as_str(), value));
        }
        request
    }
}

/// The service answers the request; of an error actix-web's server makes a response, and so does
/// this.
pub async fn send<S, B>(service: &S, request: &Request) -> Answer
where
    S: Service<actix_http::Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody + 'static,
{
    let response = match service.call(request.test().to_request()).await {
        Ok(response) => HttpResponse::from(response).map_into_boxed_body(),
        Err(error) => error.error_response(),
    };
    whole(response).await
}

pub async fn whole(response: HttpResponse) -> Answer {
    let mut answer = head(&response);
    answer.body = to_bytes(response.into_body()).await.unwrap().to_vec();
    answer
}

/// A response without its body.
pub fn head<B>(response: &HttpResponse<B>) -> Answer {
    let headers = response.headers().iter();
    let headers =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    Answer { status: response.status().as_u16(), headers: headers.collect(), body: Vec::new() }
}

/// Sends each row's request and compares.
pub async fn check<S, B, const N: usize>(service: &S, rows: [Row<'_>; N])
where
    S: Service<actix_http::Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody + 'static,
{
    for (what, request, status, wanted) in rows {
        let answer = send(service, &request).await;
        compare(what, &answer, status, wanted);
    }
}

/// A handler that answers 200.
pub async fn handled() -> &'static str {
    "handled"
}

/// A way of failing of one's own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Failure(pub u16);

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("failed")
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0).unwrap()
    }
}
