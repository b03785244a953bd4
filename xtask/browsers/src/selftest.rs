//! Checks that the browser tests can be trusted: tries each kind of fetch once, with a known outcome.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cors_core::Policy;
use cors_core::browser::{Body, CredentialsMode, Engine, Fetch, Mode, RedirectMode};
use tokio::task::JoinSet;
use xtask::options::Adapter;

use crate::{Adapters, Job, Outcome, Proxy, Seen, Session};

const APP: &str = "https://app.example.com";
const HTTP_APP: &str = "http://app.example.com";
const LOCAL: &str = "http://localhost:8080";
const OTHER: &str = "https://other.test";

/// How many fetches to measure the cost of one with.
const MANY: usize = 300;

/// Tests all engines at the same time.
pub async fn run(engines: &[Engine]) -> Result<(), String> {
    let adapters = Adapters::start()?;
    set_policies(&adapters)?;
    let proxy = Arc::new(Proxy::start(adapters.upstreams()).await?);
    let mut running = JoinSet::new();
    for engine in engines {
        running.spawn(run_in(*engine, Arc::clone(&proxy)));
    }
    let mut faults = Vec::new();
    while let Some(ended) = running.join_next().await {
        match ended {
            Ok(Ok(line)) => println!("{line}"),
            Ok(Err(fault)) => faults.push(fault),
            Err(panicked) => faults.push(panicked.to_string()),
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

async fn run_in(engine: Engine, proxy: Arc<Proxy>) -> Result<String, String> {
    let name = engine.name();
    let start = Instant::now();
    let session = Session::start(engine, &proxy).await?;
    let started = start.elapsed();
    let mut tests = Tests { session, proxy, count: 0, faults: Vec::new() };
    tests.each().await?;
    let (count, tested) = (tests.count, start.elapsed());
    tests.many().await?;
    if !tests.faults.is_empty() {
        return Err(format!("{name}:\n{}", tests.faults.join("\n")));
    }
    Ok(format!(
        "{name}: started in {started:.1?}, {count} tests in {:.1?}, {MANY} preflighted fetches in {:.1?}",
        tested - started,
        start.elapsed() - tested,
    ))
}

fn set_policies(adapters: &Adapters) -> Result<(), String> {
    let app = Policy::builder()
        .allow_origins([APP, HTTP_APP, LOCAL])
        .allow_methods(["PUT"])
        .allow_headers(["x-a"])
        .expose_headers(["x-request-id"])
        .allow_credentials(true)
        .max_age(Duration::from_secs(60))
        .danger(|danger| danger.allow_insecure_origins = true)
        .build();
    let null = Policy::builder()
        .allow_origins(["null"])
        .danger(|danger| danger.allow_null_origin = true)
        .build();
    let (app, null) =
        (app.map_err(|error| error.to_string())?, null.map_err(|error| error.to_string())?);
    for adapter in Adapter::ALL.iter().map(|adapter| adapter.name()) {
        adapters.hosts().set(&format!("api.{adapter}.test"), app.clone());
        adapters.hosts().set(&format!("null.{adapter}.test"), null.clone());
    }
    Ok(())
}

struct Tests {
    session: Session,
    proxy: Arc<Proxy>,
    count: usize,
    faults: Vec<String>,
}

impl Tests {
    async fn each(&mut self) -> Result<(), String> {
        for adapter in Adapter::ALL.iter().map(|adapter| adapter.name()) {
            let api = format!("https://api.{adapter}.test");
            self.simple(&api).await?;
            self.preflights(&api).await?;
            self.opaque(&api).await?;
            self.null(&format!("https://null.{adapter}.test")).await?;
            self.cookies(&api).await?;
            self.other_ways(&api).await?;
        }
        self.other_pages().await?;
        self.stream_upload().await
    }

    /// Runs one job. Returns the page's outcome and the requests that reached the adapter.
    async fn one(&mut self, page: &str, mut job: Job) -> Result<(Outcome, Vec<Seen>), String> {
        let id = format!("{}-{}", self.session.engine().name(), self.count);
        self.count += 1;
        let join = if job.fetch.url.contains('?') { '&' } else { '?' };
        job.fetch.url += &format!("{join}id={id}");
        let mut outcomes = self.session.run(page, &[job]).await?;
        Ok((outcomes.remove(0), self.proxy.log().take(&id)))
    }

    fn expect(&mut self, what: &str, holds: bool, got: &(Outcome, Vec<Seen>)) {
        if !holds {
            self.faults.push(format!("{what}: {got:#?}"));
        }
    }

    async fn simple(&mut self, api: &str) -> Result<(), String> {
        let job = Job::from(&Fetch::new(APP, format!("{api}/echo")));
        let got = self.one(APP, job.clone()).await?;
        let response = got.0.readable();
        let names: Vec<_> =
            response.iter().flat_map(|it| &it.headers).map(|(name, _)| &**name).collect();
        let holds = response.is_some_and(|it| it.status == 200 && it.body.starts_with('{'))
            && names == ["content-length", "content-type", "x-request-id"]
            && methods(&got.1) == ["GET"]
            && got.1[0].header("origin") == Some(APP);
        self.expect("a GET from an allowed page", holds, &got);

        let got = self.one(OTHER, job).await?;
        let holds = matches!(got.0, Outcome::Failed { .. }) && got.1.len() == 1;
        self.expect("a GET from a forbidden page", holds, &got);
        Ok(())
    }

    async fn preflights(&mut self, api: &str) -> Result<(), String> {
        let put = Fetch::new(APP, format!("{api}/echo")).method("PUT").header("X-A", "1");
        let got = self.one(APP, Job::from(&put.clone().body(Body::Text))).await?;
        let holds = got.0.readable().is_some_and(|it| it.status == 200)
            && methods(&got.1) == ["OPTIONS", "PUT"]
            && got.1[0].header("access-control-request-headers") == Some("x-a")
            && got.1[1].header("content-type") == Some("text/plain;charset=UTF-8");
        self.expect("a PUT that is allowed", holds, &got);

        let got = self.one(APP, Job::from(&put.method("DELETE"))).await?;
        let holds = matches!(got.0, Outcome::Failed { .. }) && methods(&got.1) == ["OPTIONS"];
        self.expect("a DELETE that is not", holds, &got);
        Ok(())
    }

    async fn opaque(&mut self, api: &str) -> Result<(), String> {
        let no_cors = Fetch::new(OTHER, format!("{api}/echo")).mode(Mode::NoCors);
        let got = self.one(OTHER, Job::from(&no_cors)).await?;
        self.expect("no-cors", got.0 == Outcome::Opaque, &got);
        let manual = Fetch::new(APP, format!("{api}/redirect")).redirect(RedirectMode::Manual);
        let got = self.one(APP, Job::from(&manual)).await?;
        self.expect("a redirect not followed", got.0 == Outcome::OpaqueRedirect, &got);
        Ok(())
    }

    async fn null(&mut self, api: &str) -> Result<(), String> {
        let job = Job::from(&Fetch::new("null", format!("{api}/echo")));
        let got = self.one(APP, job).await?;
        let holds = got.0.readable().is_some_and(|it| it.status == 200)
            && got.1.first().is_some_and(|seen| seen.header("origin") == Some("null"));
        self.expect("a GET from a sandboxed frame", holds, &got);
        let got = self.one(APP, Job::from(&Fetch::new(APP, format!("{api}/echo")))).await?;
        self.expect("a GET from around the frame", got.0.readable().is_none(), &got);
        Ok(())
    }

    async fn cookies(&mut self, api: &str) -> Result<(), String> {
        let fetch = Fetch::new(APP, format!("{api}/cookie"));
        for (credentials, goes_along) in [
            (CredentialsMode::Include, false),
            (CredentialsMode::Include, true),
            (CredentialsMode::SameOrigin, false),
        ] {
            let got = self.one(APP, Job::from(&fetch.clone().credentials(credentials))).await?;
            let cookie = got.1.first().and_then(|seen| seen.header("cookie"));
            let holds = got.0.readable().is_some() && cookie == goes_along.then_some("sid=1");
            self.expect(&format!("the cookie with {}", credentials.as_str()), holds, &got);
        }
        Ok(())
    }

    async fn other_ways(&mut self, api: &str) -> Result<(), String> {
        let job = Job::from(&Fetch::new(APP, format!("{api}/ws")));
        let got = self.one(APP, job.echoed()).await?;
        let holds = got.0.readable().is_some_and(|it| it.body == "ping");
        self.expect("a WebSocket", holds, &got);

        let job = Job::from(&Fetch::new(APP, format!("{api}/stream")));
        let got = self.one(APP, job.in_chunks()).await?;
        let holds = got.0.readable().is_some_and(|it| it.chunks > 0 && it.body == ".".repeat(200));
        self.expect("a stream", holds, &got);

        let upload = Fetch::new(APP, format!("{api}/echo")).method("POST").body(Body::Text);
        let upload = upload.upload_listener(true);
        let got = self.one(APP, Job::from(&upload)).await?;
        let holds = got.0.readable().is_some_and(|it| it.header("x-request-id") == Some("demo"))
            && methods(&got.1) == ["OPTIONS", "POST"];
        self.expect("an upload with a listener", holds, &got);
        Ok(())
    }

    async fn other_pages(&mut self) -> Result<(), String> {
        for page in [LOCAL, HTTP_APP] {
            let url = "http://api.axum.test:81/echo";
            let got = self.one(page, Job::from(&Fetch::new(page, url))).await?;
            let holds = got.0.readable().is_some_and(|it| it.status == 200)
                && got
                    .1
                    .first()
                    .is_some_and(|it| it.url.starts_with(url) && it.header("origin") == Some(page));
            self.expect(&format!("a GET from {page}"), holds, &got);
            let socket = Job::from(&Fetch::new(page, "http://api.axum.test:81/ws")).echoed();
            let got = self.one(page, socket).await?;
            self.expect(&format!("a WebSocket from {page}"), got.0.readable().is_some(), &got);
        }
        let own = "https://api.axum.test";
        let got = self.one(own, Job::from(&Fetch::new(own, "/echo"))).await?;
        let holds = got.0.readable().is_some_and(|it| {
            it.header("x-secret") == Some("hidden") && it.header("x-firefox-spdy").is_none()
        });
        self.expect("a GET from the API's own page", holds, &got);
        Ok(())
    }

    async fn stream_upload(&mut self) -> Result<(), String> {
        let fetch = Fetch::new(APP, "https://api.axum.test/echo").method("POST");
        let got = self.one(APP, Job::from(&fetch.body(Body::Stream))).await?;
        let holds = match self.session.engine() {
            Engine::Chromium => {
                got.0.readable().is_some() && methods(&got.1) == ["OPTIONS", "POST"]
            }
            // Firefox does not support streams here and sends the object's name as text.
            Engine::Firefox => got.0.readable().is_some() && methods(&got.1) == ["POST"],
            // WebKit
            _ => matches!(got.0, Outcome::Failed { .. }) && got.1.is_empty(),
        };
        self.expect("the upload of a stream", holds, &got);
        Ok(())
    }

    async fn many(&mut self) -> Result<(), String> {
        let put = Job::from(&Fetch::new(APP, "https://api.warp.test/echo").method("PUT"));
        let jobs: Vec<_> = (0..MANY)
            .map(|index| {
                let mut job = put.clone();
                job.fetch.url += &format!("?{index}");
                job
            })
            .collect();
        let outcomes = self.session.run(APP, &jobs).await?;
        let failed = outcomes.iter().filter(|outcome| outcome.readable().is_none()).count();
        if failed > 0 {
            self.faults.push(format!("{failed} of {MANY} fetches failed"));
        }
        Ok(())
    }
}

fn methods(seen: &[Seen]) -> Vec<&str> {
    seen.iter().map(|seen| &*seen.method).collect()
}
