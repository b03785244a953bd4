//! A browser that runs jobs.

use std::collections::BTreeSet;
use std::time::Duration;

use cors_core::browser::Engine;
use fantoccini::error::NewSessionError;
use fantoccini::wd::TimeoutConfiguration;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::timeout;

use crate::capabilities::{Reach, Spaces};
use crate::driver::Driver;
use crate::home::Home;
use crate::install::Programs;
use crate::job::{Job, Outcome};
use crate::patience::wait_until;
use crate::proxy::Proxy;
use crate::{capabilities, console, page};

/// How long a browser may take to start, or to open a page, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// More than the page itself allows for a job.
const JOB: Duration = Duration::from_secs(11);

/// A browser and its driver. Dropping this ends both.
#[derive(Debug)]
pub struct Session {
    engine: Engine,
    client: Client,
    /// The origin of the open page.
    page: Option<String>,
    _driver: Driver,
}

impl Session {
    /// Starts the engine behind the proxy. The error is for the user of the command: it names what is missing, or
    /// contains the driver's output.
    pub async fn start(engine: Engine, proxy: &Proxy) -> Result<Self, String> {
        Self::start_with(engine, Reach::Proxy(proxy.addr())).await
    }

    /// Starts the engine behind the proxy, with the cookies that it accepts by default.
    pub async fn start_with_cookies(engine: Engine, proxy: &Proxy) -> Result<Self, String> {
        Self::start_with(engine, Reach::ProxyWithCookies(proxy.addr())).await
    }

    /// Starts the engine without a proxy: it can open only what is on this machine.
    pub async fn start_directly(engine: Engine) -> Result<Self, String> {
        Self::start_with(engine, Reach::Directly).await
    }

    /// The same, without trust in certificates that this machine does not trust.
    pub async fn start_distrusting(engine: Engine) -> Result<Self, String> {
        Self::start_with(engine, Reach::Distrusting).await
    }

    /// Starts the engine with Local Network Access as it is by default, and proxies that are its servers in each
    /// address space. WebKit has no such setting, and stays behind the public one.
    pub async fn start_in_spaces(engine: Engine, spaces: Spaces) -> Result<Self, String> {
        Self::start_with(engine, Reach::Spaces(spaces)).await
    }

    async fn start_with(engine: Engine, reach: Reach) -> Result<Self, String> {
        let programs = Programs::find(engine)?;
        let home = Home::new().map_err(|error| format!("no directory for a profile: {error}"))?;
        let wanted = capabilities::of(engine, &programs, &home, reach);
        let driver = tokio::task::spawn_blocking(move || Driver::start(engine, &programs, home));
        let driver = driver.await.map_err(|error| error.to_string())??;
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let url = driver.url();
        let connecting = builder.capabilities(wanted).connect(&url);
        let fault = match timeout(PATIENCE, connecting).await {
            Ok(Ok(client)) => {
                let session = Self { engine, client, page: None, _driver: driver };
                session.set_timeouts().await?;
                return Ok(session);
            }
            Ok(Err(NewSessionError::SessionNotCreated(error))) => error.to_string(),
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no session after {PATIENCE:?}"),
        };
        Err(format!("{}: {fault}; the driver printed: {}", engine.name(), driver.said().trim()))
    }

    /// The WebDriver client, for what a job cannot do.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// The engine of this browser.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Makes the page of `origin`, such as `http://localhost:8080`, perform the jobs one after another. The page stays
    /// open for the next call. It is opened again only for another origin, or after an error.
    pub async fn run(&mut self, origin: &str, jobs: &[Job]) -> Result<Vec<Outcome>, String> {
        let script_jobs = jobs.iter().map(Job::to_json).collect::<Result<Vec<_>, _>>()?;
        self.open(origin).await?;
        let limit = PATIENCE + JOB * u32::try_from(jobs.len()).unwrap_or(u32::MAX);
        let running =
            self.client.execute_async(RUN, vec![origin.into(), Value::Array(script_jobs)]);
        let ran = match timeout(limit, running).await {
            Ok(Ok(value)) => Ran::deserialize(value).map_err(|error| error.to_string()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!("nothing after {limit:?}")),
        };
        let outcomes = match ran {
            Ok(Ran::Outcomes(outcomes)) if outcomes.len() == jobs.len() => Ok(outcomes),
            Ok(Ran::Outcomes(_)) => Err("not one outcome for each job".to_owned()),
            Ok(Ran::Fault(fault)) | Err(fault) => Err(fault),
        };
        outcomes.map_err(|fault| {
            self.page = None;
            self.fault(origin, &fault)
        })
    }

    /// What the console printed since the last call. `None` if the engine's driver does not tell.
    pub async fn console(&mut self) -> Result<Option<BTreeSet<String>>, String> {
        let found = console::messages(self.engine, &self.client).await;
        found.map_err(|error| self.fault("its console", &error.to_string()))
    }

    /// Adds what the console prints until everything wanted is among it, or for a while.
    pub(crate) async fn await_console(
        &mut self,
        wanted: &BTreeSet<String>,
        printed: &mut BTreeSet<String>,
    ) -> Result<(), String> {
        wait_until(async || {
            if !wanted.is_subset(printed) {
                printed.extend(self.console().await?.unwrap_or_default());
            }
            Ok(wanted.is_subset(printed))
        })
        .await
    }

    async fn open(&mut self, origin: &str) -> Result<(), String> {
        if self.page.as_deref() == Some(origin) {
            return Ok(());
        }
        self.visit(&format!("{origin}{}", page::PATH)).await?;
        self.page = Some(origin.to_owned());
        Ok(())
    }

    /// Opens a URL as a user who types it in.
    pub async fn visit(&mut self, url: &str) -> Result<(), String> {
        self.page = None;
        match timeout(PATIENCE, self.client.goto(url)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(self.fault(url, &error.to_string())),
            Err(_) => Err(self.fault(url, &format!("not open after {PATIENCE:?}"))),
        }
    }

    async fn set_timeouts(&self) -> Result<(), String> {
        // We enforce our own limits: some drivers allow a script only half a minute by default.
        let hour = Some(Duration::from_secs(3600));
        let timeouts = TimeoutConfiguration::new(hour, hour, None);
        let set = self.client.update_timeouts(timeouts).await;
        set.map_err(|error| self.fault("its timeouts", &error.to_string()))
    }

    fn fault(&self, what: &str, fault: &str) -> String {
        format!("{}, {what}: {fault}", self.engine.name())
    }
}

/// Checks that the right page is open: a browser may have gone from `http:` to `https:` by itself.
const RUN: &str = "
    const [origin, jobs, done] = arguments;
    if (location.origin !== origin) done({ fault: `the page's origin is ${location.origin}` });
    else run(jobs).then((outcomes) => done({ outcomes }), (error) => done({ fault: String(error) }));
";

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Ran {
    Outcomes(Vec<Outcome>),
    Fault(String),
}
