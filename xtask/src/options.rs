//! The flags of the commands that turn into another program, which reads the same ones: so wrong usage is found before
//! anything is built.

use std::ffi::{OsStr, OsString};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use lexopt::{Arg, Error, Parser, ValueExt};

use crate::DEMO_POLICY;

mod browser;
mod peers;

pub use browser::Browser;
pub use peers::Peers;

/// The adapters that the test API is served with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adapter {
    /// `cors-axum`.
    Axum,
    /// `cors-actix`.
    Actix,
    /// `cors-warp`.
    Warp,
}

impl Adapter {
    /// Every adapter there is.
    pub const ALL: &[Self] = &[Self::Axum, Self::Actix, Self::Warp];

    /// As in `--adapter axum`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Axum => "axum",
            Self::Actix => "actix",
            Self::Warp => "warp",
        }
    }

    fn parse(name: &OsStr) -> Result<Self, Error> {
        Self::ALL.iter().copied().find(|adapter| name == adapter.name()).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|adapter| adapter.name()).collect();
            format!("--adapter {name:?}: no such adapter; there is: {}", names.join(", ")).into()
        })
    }
}

/// `serve`: the test API on one adapter under one policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serve {
    /// Which adapter serves.
    pub adapter: Adapter,
    /// The policy file, as the user wrote it.
    pub policy: PathBuf,
    /// A loopback address; port 0 picks a free one.
    pub addr: SocketAddr,
}

impl Serve {
    /// What `serve --help` prints.
    pub const USAGE: &str = "\
serve --adapter axum|actix|warp --policy FILE --addr 127.0.0.1:PORT
  serves the test API under the policy in FILE; port 0 picks a free port
  on SIGHUP the file is read again; a bad one leaves the running policy in force";

    /// Reads the flags; `None` if help was asked for.
    pub fn parse(parser: &mut Parser) -> Result<Option<Self>, Error> {
        let (mut adapter, mut policy, mut addr) = (None, None, None);
        while let Some(arg) = parser.next()? {
            match arg {
                Arg::Short('h') | Arg::Long("help") => return Ok(None),
                Arg::Long("adapter") => {
                    once("--adapter", &mut adapter, Adapter::parse(&parser.value()?)?)?
                }
                Arg::Long("policy") => once("--policy", &mut policy, parser.value()?.into())?,
                Arg::Long("addr") => once("--addr", &mut addr, loopback(parser.value()?)?)?,
                other => return Err(other.unexpected()),
            }
        }
        Ok(Some(Self {
            adapter: adapter.ok_or(
                "--adapter is missing: serve --adapter axum|actix|warp --policy FILE --addr 127.0.0.1:PORT",
            )?,
            policy: policy.ok_or("--policy is missing: name the policy file")?,
            addr: addr.ok_or("--addr is missing: write 127.0.0.1:PORT, port 0 for a free one")?,
        }))
    }

    /// The command line that `parse` reads the same from.
    pub fn to_args(&self) -> Vec<OsString> {
        let addr = self.addr.to_string();
        let flags: [&OsStr; 7] = [
            "serve".as_ref(),
            "--adapter".as_ref(),
            self.adapter.name().as_ref(),
            "--policy".as_ref(),
            self.policy.as_ref(),
            "--addr".as_ref(),
            addr.as_ref(),
        ];
        flags.map(OsStr::to_owned).to_vec()
    }
}

/// `demo`: the test API for a newcomer to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demo {
    /// The policy file, as the user wrote it, or the sample.
    pub policy: PathBuf,
    /// A loopback address, that of the first adapter; port 0 picks free ones for all. `None`: the usual one, or
    /// free ports where that is taken.
    pub addr: Option<SocketAddr>,
}

impl Demo {
    /// Where the demo is unless told otherwise.
    const USUAL: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

    /// What `demo --help` prints.
    pub const USAGE: &str = "\
demo [--policy FILE] [--addr 127.0.0.1:PORT]
  serves the test API on axum, actix-web and warp side by side, under a sample policy (xtask/demo.toml),
  and a page on another site to see it in a browser; prints the four addresses and three curl lines to try
  on SIGHUP the policy file is read again
  the first address is 127.0.0.1:8080 unless given, and the next three ports follow; port 0 picks four free ports, and
  so does no --addr where one of the four is taken
  runs until interrupted";

    /// Reads the flags; `None` if help was asked for.
    pub fn parse(parser: &mut Parser) -> Result<Option<Self>, Error> {
        let (mut policy, mut addr) = (None, None);
        while let Some(arg) = parser.next()? {
            match arg {
                Arg::Short('h') | Arg::Long("help") => return Ok(None),
                Arg::Long("policy") => once("--policy", &mut policy, parser.value()?.into())?,
                Arg::Long("addr") => once("--addr", &mut addr, loopback(parser.value()?)?)?,
                other => return Err(other.unexpected()),
            }
        }
        Ok(Some(Self {
            policy: policy.unwrap_or_else(|| DEMO_POLICY.into()),
            addr: match addr {
                Some(addr) if addr.port() > LAST_PORT => {
                    return Err(format!(
                        "--addr {addr}: the demo takes the next three ports as well; write {LAST_PORT} at most"
                    )
                    .into());
                }
                addr => addr,
            },
        }))
    }

    /// The address of the first adapter.
    pub fn addr(&self) -> SocketAddr {
        self.addr.unwrap_or(Self::USUAL)
    }

    /// The same on free ports.
    pub fn on_free_ports(&self) -> Self {
        let addr = Some(SocketAddr::new(self.addr().ip(), 0));
        Self { addr, ..self.clone() }
    }

    /// Where each adapter is to serve.
    pub fn places(&self) -> Vec<(Adapter, SocketAddr)> {
        let first = self.addr();
        let step = u16::from(first.port() != 0);
        let ports = (0..).map(|index| first.port() + index * step);
        let addrs = ports.map(|port| SocketAddr::new(first.ip(), port));
        Adapter::ALL.iter().copied().zip(addrs).collect()
    }

    /// The port of the page, which is on `localhost` wherever the adapters are; 0 for a free one.
    pub fn page_port(&self) -> u16 {
        match self.addr().port() {
            0 => 0,
            port => port + Adapter::ALL.len() as u16,
        }
    }

    /// The command line that `parse` reads the same from.
    pub fn to_args(&self) -> Vec<OsString> {
        let mut args: Vec<OsString> =
            vec!["demo".into(), "--policy".into(), self.policy.clone().into()];
        if let Some(addr) = self.addr {
            args.extend(["--addr".into(), addr.to_string().into()]);
        }
        args
    }
}

/// The last port that leaves one to each adapter after the first, and to the page.
const LAST_PORT: u16 = u16::MAX - Adapter::ALL.len() as u16;

/// The test API echoes what it is sent and has no users: it is not for the network.
fn loopback(value: OsString) -> Result<SocketAddr, Error> {
    let addr: SocketAddr = value.parse().map_err(|_| {
        format!("--addr {value:?}: not an address with a port; write 127.0.0.1:PORT")
    })?;
    if !addr.ip().is_loopback() {
        return Err(format!(
            "--addr {value:?}: the test API is for this machine only; write 127.0.0.1:PORT"
        )
        .into());
    }
    Ok(addr)
}

/// Sets what a flag names, unless it was set before.
pub fn once<T>(flag: &str, slot: &mut Option<T>, value: T) -> Result<(), Error> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(format!("{flag} is given twice").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parser(args: Vec<OsString>) -> Parser {
        Parser::from_args(args.into_iter().skip(1))
    }

    #[test]
    fn what_is_handed_on_reads_the_same() {
        let serve = Serve {
            adapter: Adapter::Axum,
            policy: "-odd name".into(),
            addr: "[::1]:0".parse().unwrap(),
        };
        assert_eq!(Serve::parse(&mut parser(serve.to_args())).unwrap(), Some(serve));

        for addr in [None, Some("127.0.0.1:80".parse().unwrap())] {
            let demo = Demo { policy: "a/b.toml".into(), addr };
            assert_eq!(Demo::parse(&mut parser(demo.to_args())).unwrap(), Some(demo));
        }
    }

    #[test]
    fn the_demo_has_a_port_for_each_adapter_and_the_page() {
        let ports = |port: u16| {
            let addr = Some((Ipv4Addr::LOCALHOST, port).into());
            let demo = Demo { policy: "p.toml".into(), addr };
            let places = demo.places();
            assert!(places.iter().map(|(adapter, _)| adapter).eq(Adapter::ALL));
            let ports = places.iter().map(|(_, addr)| addr.port());
            ports.chain([demo.page_port()]).collect::<Vec<_>>()
        };
        assert_eq!(ports(8080), [8080, 8081, 8082, 8083]);
        assert_eq!(ports(LAST_PORT), [65532, 65533, 65534, 65535]);
        assert_eq!(ports(0), [0, 0, 0, 0]);
    }
}
