//! The client: requests over connections that are kept, and a look at each answer.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, VARY};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::request::Ask;
use crate::rows::APP;

/// A route that does as little as a route can: a header, and no body.
const PATH: &str = "/vary";

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A simple request, from an origin that is allowed.
    CrossOrigin,
    /// The same without `Origin`.
    SameOrigin,
    Preflight,
}

impl Kind {
    pub const ALL: &[Self] = &[Self::CrossOrigin, Self::SameOrigin, Self::Preflight];

    pub fn name(self) -> &'static str {
        match self {
            Self::CrossOrigin => "GET, origin allowed",
            Self::SameOrigin => "GET, no Origin",
            Self::Preflight => "preflight",
        }
    }

    fn ask(self) -> Ask {
        match self {
            Self::CrossOrigin => Ask::get(APP),
            Self::SameOrigin => Ask::same_origin(),
            Self::Preflight => Ask::preflight(APP),
        }
    }

    fn request(self) -> Outgoing {
        let ask = self.ask();
        let mut request = Request::new(Empty::new());
        *request.method_mut() = ask.own_method();
        *request.uri_mut() = PATH.parse().expect("it is a path");
        *request.headers_mut() = ask.header_map();
        request
    }
}

type Outgoing = Request<Empty<Bytes>>;
type Connection = SendRequest<Empty<Bytes>>;

/// Wrong answers, and none at all.
#[derive(Debug, Default)]
pub struct Faults {
    amount: usize,
    first: Option<String>,
}

impl Faults {
    fn note(&mut self, fault: String) {
        self.amount += 1;
        self.first.get_or_insert(fault);
    }

    fn take(&mut self, others: Self) {
        self.amount += others.amount;
        self.first = self.first.take().or(others.first);
    }

    /// How many there are, and one of them.
    pub fn found(&self) -> Option<String> {
        let first = self.first.as_ref()?;
        Some(format!("{} wrong answers, the first: {first}", self.amount))
    }
}

/// What came of one kind of request in one turn of a server.
#[derive(Debug)]
pub struct Slice {
    /// In nanoseconds, each from the request to the end of its answer.
    pub latencies: Vec<u32>,
    pub length: Duration,
    pub status: u16,
}

impl Slice {
    pub fn of(latencies: Vec<u32>, length: Duration, status: u16) -> Self {
        Self { latencies, length, status }
    }

    /// Requests in a second.
    pub fn throughput(&self) -> f64 {
        self.latencies.len() as f64 / self.length.as_secs_f64()
    }
}

/// Connections to one server.
#[derive(Debug)]
pub struct Client {
    layer: bool,
    connections: Vec<Connection>,
}

impl Client {
    /// Opens so many. `layer`: whether the server has it.
    pub async fn connect(
        addr: SocketAddr,
        layer: bool,
        connections: usize,
    ) -> Result<Self, String> {
        let mut client = Self { layer, connections: Vec::with_capacity(connections) };
        for _ in 0..connections {
            let connection = connect(addr).await.map_err(|error| format!("{addr}: {error}"))?;
            client.connections.push(connection);
        }
        Ok(client)
    }

    /// Sends requests over all connections at once, one after the other on each.
    ///
    /// # Errors
    /// The first request fails. That a later one does is noted in `faults`.
    pub async fn load(
        &mut self,
        kind: Kind,
        length: Duration,
        faults: &mut Faults,
    ) -> Result<Slice, String> {
        let request = kind.request();
        let connection = self.connections.first_mut().ok_or("every connection is broken")?;
        let right = Right::first(&answer(connection, request.clone()).await?, kind, self.layer)?;
        let start = Instant::now();
        let mut asking = JoinSet::new();
        for connection in self.connections.drain(..) {
            asking.spawn(keep_asking(connection, request.clone(), right, start + length));
        }
        let mut latencies = Vec::new();
        while let Some(done) = asking.join_next().await {
            let (connection, its_latencies, its_faults) =
                done.map_err(|error| error.to_string())?;
            self.connections.extend(connection);
            latencies.extend(its_latencies);
            faults.take(its_faults);
        }
        Ok(Slice::of(latencies, start.elapsed(), right.status.as_u16()))
    }
}

async fn connect(addr: SocketAddr) -> Result<Connection, Box<dyn std::error::Error>> {
    let stream = TcpStream::connect(addr).await?;
    stream.set_nodelay(true)?;
    let (connection, running) = handshake(TokioIo::new(stream)).await?;
    // Its faults are those of the requests that it carries.
    tokio::spawn(async { drop(running.await) });
    Ok(connection)
}

/// The connection is given back unless it is broken.
async fn keep_asking(
    mut connection: Connection,
    request: Outgoing,
    right: Right,
    until: Instant,
) -> (Option<Connection>, Vec<u32>, Faults) {
    let (mut latencies, mut faults) = (Vec::new(), Faults::default());
    let mut before = Instant::now();
    while before < until {
        match answer(&mut connection, request.clone()).await {
            Ok(response) => match right.check(&response) {
                Ok(()) => {}
                Err(fault) => faults.note(fault),
            },
            Err(fault) => {
                faults.note(fault);
                return (None, latencies, faults);
            }
        }
        let now = Instant::now();
        latencies.push(u32::try_from((now - before).as_nanos()).unwrap_or(u32::MAX));
        before = now;
    }
    (Some(connection), latencies, faults)
}

/// The whole answer, its body read and dropped.
async fn answer(connection: &mut Connection, request: Outgoing) -> Result<Response<()>, String> {
    let whole = async {
        connection.ready().await?;
        let (head, mut body) = connection.send_request(request).await?.into_parts();
        while let Some(frame) = body.frame().await {
            frame?;
        }
        Ok(Response::from_parts(head, ()))
    };
    whole.await.map_err(|error: hyper::Error| error.to_string())
}

/// What all answers to one kind of request have.
#[derive(Clone, Copy, Debug)]
struct Right {
    status: StatusCode,
    allow_origin: Option<&'static str>,
    /// `Vary` names `Origin`.
    varies: bool,
}

impl Right {
    /// A preflight without the layer is answered as the framework will, but always alike.
    fn first<B>(response: &Response<B>, kind: Kind, layer: bool) -> Result<Self, String> {
        let status = match kind {
            Kind::CrossOrigin | Kind::SameOrigin => StatusCode::OK,
            Kind::Preflight if layer => StatusCode::NO_CONTENT,
            Kind::Preflight => response.status(),
        };
        let allow_origin = kind.ask().origin.filter(|_| layer);
        let right = Self { status, allow_origin, varies: layer };
        right.check(response).map(|()| right)
    }

    fn check<B>(&self, response: &Response<B>) -> Result<(), String> {
        let headers = response.headers();
        let names_origin = |value: &[u8]| value.split(|byte| *byte == b',').any(is_origin);
        let is_right = response.status() == self.status
            && headers.get(ACCESS_CONTROL_ALLOW_ORIGIN).map(|value| value.as_bytes())
                == self.allow_origin.map(str::as_bytes)
            && headers.get_all(VARY).iter().any(|value| names_origin(value.as_bytes()))
                == self.varies;
        if is_right {
            Ok(())
        } else {
            Err(format!("{} {headers:?} is not {self:?}", response.status()))
        }
    }
}

fn is_origin(name: &[u8]) -> bool {
    name.trim_ascii().eq_ignore_ascii_case(b"origin")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, fields: &[(&str, &str)]) -> Response<()> {
        let mut response = Response::builder().status(status);
        for (name, value) in fields {
            response = response.header(*name, *value);
        }
        response.body(()).unwrap()
    }

    const ALLOW: (&str, &str) = ("access-control-allow-origin", APP);
    const VARIES: (&str, &str) = ("vary", "Accept-Encoding, Origin");
    const BARE: (&str, &str) = ("vary", "Accept-Encoding");

    #[test]
    fn answers_carry_the_headers_or_do_not() {
        use Kind::{CrossOrigin, Preflight, SameOrigin};
        let rows: [(_, _, _, &[(&str, &str)], _); 12] = [
            (CrossOrigin, true, 200, &[ALLOW, VARIES], true),
            (CrossOrigin, true, 200, &[VARIES], false),
            (CrossOrigin, true, 200, &[ALLOW, BARE], false),
            (CrossOrigin, true, 500, &[ALLOW, VARIES], false),
            (CrossOrigin, false, 200, &[BARE], true),
            (CrossOrigin, false, 200, &[ALLOW, BARE], false),
            (SameOrigin, true, 200, &[BARE, ("vary", "origin")], true),
            (SameOrigin, true, 200, &[BARE], false),
            (SameOrigin, false, 404, &[BARE], false),
            (Preflight, true, 204, &[ALLOW, VARIES], true),
            (Preflight, true, 405, &[VARIES], false),
            (Preflight, false, 405, &[], true),
        ];
        for (kind, layer, status, fields, is_right) in rows {
            let right = Right::first(&response(status, fields), kind, layer);
            assert_eq!(right.is_ok(), is_right, "{kind:?} {layer} {status} {fields:?}");
        }
    }

    #[test]
    fn a_preflight_without_the_layer_is_answered_alike_every_time() {
        let right = Right::first(&response(405, &[]), Kind::Preflight, false).unwrap();
        assert!(right.check(&response(405, &[])).is_ok());
        assert!(right.check(&response(404, &[])).is_err());
    }

    #[test]
    fn faults_add_up() {
        let mut faults = Faults::default();
        assert_eq!(faults.found(), None);
        let mut others = Faults::default();
        others.note("one".to_owned());
        others.note("two".to_owned());
        faults.take(others);
        faults.note("three".to_owned());
        assert_eq!(faults.found().unwrap(), "3 wrong answers, the first: one");
    }
}
