//! The flags of commands that other programs run. Both sides parse them here, so you learn of wrong usage before
//! anything is built.

use std::ffi::{OsStr, OsString};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use lexopt::{Arg, Error, Parser, ValueExt};

use crate::DEMO_POLICY;

/// The adapters that serve the test API.
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
    /// All adapters.
    pub const ALL: &[Self] = &[Self::Axum, Self::Actix, Self::Warp];

    /// The name, as in `--adapter axum`.
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
            format!("--adapter {name:?}: no such adapter; use one of {}", names.join(", ")).into()
        })
    }
}

/// `serve`: the test API on one adapter under one policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serve {
    /// The adapter that serves.
    pub adapter: Adapter,
    /// The policy file, as the user wrote it.
    pub policy: PathBuf,
    /// A loopback address; port 0 means a free one.
    pub addr: SocketAddr,
}

impl Serve {
    /// What `serve --help` prints.
    pub const USAGE: &str = "\
serve --adapter axum|actix|warp --policy FILE --addr 127.0.0.1:PORT
  serves the test API under the policy in FILE; port 0 means a free port
  SIGHUP makes it read the file again; if the new policy is bad, the old one stays in force";

    /// Parses the flags; `None` if the user asked for help.
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

    /// The arguments that `parse` turns back into this value.
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

/// `demo`: the test API for you to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demo {
    /// The policy file, as the user wrote it; the sample by default.
    pub policy: PathBuf,
    /// The loopback address of the first adapter; port 0 means free ports for all. `None` if the
    /// user gave none: the demo tries the usual ports, then free ones.
    pub addr: Option<SocketAddr>,
}

impl Demo {
    /// The default address.
    const USUAL: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

    /// What `demo --help` prints.
    pub const USAGE: &str = "\
demo [--policy FILE] [--addr 127.0.0.1:PORT]
  serves the test API on axum, actix-web and warp side by side, under a sample policy (xtask/demo.toml),
  and a page on another site to try it in a browser; prints the four addresses and three curl lines to try
  SIGHUP makes it read the policy file again
  uses the given port and the next three; without --addr, 8080 to 8083, or free ports if one of these is taken;
  with port 0, four free ports
  runs until interrupted";

    /// Parses the flags; `None` if the user asked for help.
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
                        "--addr {addr}: the demo also needs the next three ports; write a port up to {LAST_PORT}"
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

    /// The same demo on free ports.
    pub fn on_free_ports(&self) -> Self {
        let addr = Some(SocketAddr::new(self.addr().ip(), 0));
        Self { addr, ..self.clone() }
    }

    /// Each adapter with its address.
    pub fn places(&self) -> Vec<(Adapter, SocketAddr)> {
        let first = self.addr();
        let step = u16::from(first.port() != 0);
        let ports = (0..).map(|index| first.port() + index * step);
        let addrs = ports.map(|port| SocketAddr::new(first.ip(), port));
        Adapter::ALL.iter().copied().zip(addrs).collect()
    }

    /// The port of the page, which is on `localhost` whatever the adapters' address; 0 means a free
    /// one.
    pub fn page_port(&self) -> u16 {
        match self.addr().port() {
            0 => 0,
            port => port + Adapter::ALL.len() as u16,
        }
    }

    /// The arguments that `parse` turns back into this value.
    pub fn to_args(&self) -> Vec<OsString> {
        let mut args: Vec<OsString> =
            vec!["demo".into(), "--policy".into(), self.policy.clone().into()];
        if let Some(addr) = self.addr {
            args.extend(["--addr".into(), addr.to_string().into()]);
        }
        args
    }
}

/// The last first port that leaves one for each other adapter and for the page.
const LAST_PORT: u16 = u16::MAX - Adapter::ALL.len() as u16;

/// The test API echoes what it receives and has no authentication, so it must not be on the
/// network.
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

/// Stores the value of a flag; an error if the flag appeared before.
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
    fn arguments_parse_back_to_the_same_value() {
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
