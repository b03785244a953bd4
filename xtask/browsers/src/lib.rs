//! Checks the library in real browsers: Chromium, Firefox and WebKitGTK, driven through WebDriver.
//!
//! A [`Session`] is one browser. All its traffic goes through a [`Proxy`] on this machine, so it
//! can open pages of any origin: the proxy forwards requests to the adapters' host names to their
//! test servers, and answers all others with a page. That page performs [`Job`]s and reports an
//! [`Outcome`] for each; the proxy's [`Log`] has the requests that reached an adapter.
//!
//! ```no_run
//! use browsers::{Adapters, Job, Proxy, Session};
//! use cors_core::Policy;
//! use cors_core::browser::{Engine, Fetch};
//!
//! # async fn test() -> Result<(), Box<dyn std::error::Error>> {
//! let app = "https://app.example.com";
//! let adapters = Adapters::start()?;
//! adapters.hosts().set("api.axum.test", Policy::builder().allow_origins([app]).build()?);
//! let proxy = Proxy::start(adapters.upstreams()).await?;
//! let mut session = Session::start(Engine::Firefox, &proxy).await?;
//!
//! let fetch = Fetch::new(app, "https://api.axum.test/echo?id=1");
//! let outcomes = session.run(app, &[Job::from(&fetch)]).await?;
//! assert_eq!(outcomes[0].readable().map(|response| response.status), Some(200));
//! assert_eq!(proxy.log().take("1")[0].header("origin"), Some(app));
//! # Ok(())
//! # }
//! ```

#![cfg(unix)]

mod adapters;
pub mod answers;
mod capabilities;
mod console;
pub mod cookies;
mod driver;
mod engines;
mod home;
pub mod install;
mod job;
pub mod judge;
mod line;
pub mod local_network;
mod log;
pub mod matrix;
pub mod messages;
mod model;
pub mod options;
mod page;
mod patience;
pub mod playground;
mod printing;
mod process;
mod proxy;
pub mod random;
mod rebinding;
pub mod run;
pub mod selftest;
mod session;
mod tls;

pub use adapters::Adapters;
pub use job::{Job, Outcome, Response};
pub use log::{Log, Seen};
pub use proxy::{Proxy, Upstreams};
pub use session::Session;
