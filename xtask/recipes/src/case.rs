//! The faults that the recipes mend.

use cors_cli::server::Server;
use cors_core::browser::{CredentialsMode, Fetch};

/// The page whose script cannot read.
pub const PAGE: &str = "https://app.example.com";

/// Another page, which the server may already allow.
pub const OTHER: &str = "https://other.example";

/// Pages whose scripts must never read.
pub const STRANGERS: [&str; 5] = [
    "https://evil.example",
    "https://app.example.com.evil.example",
    "https://appxexample.com",
    "http://app.example.com",
    // An opaque origin.
    "data:text/html,",
];

/// The user name and password that servers ask for, as a header.
pub const BASIC: &str = "Basic bWU6c2VjcmV0";

/// A fault of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// It does not answer about CORS, or not to this origin.
    Simple,
    /// It does not allow the method and the headers.
    Preflight,
    /// It does not allow credentials.
    Credentials,
    /// Its error answers lack the headers.
    Errors,
    /// It asks preflights for authorization.
    Auth,
    /// It does not show the script a header.
    Exposed,
    /// It adds what the application behind it has added already.
    Doubled,
}

impl Case {
    /// Every fault.
    pub const ALL: [Self; 7] = [
        Self::Simple,
        Self::Preflight,
        Self::Credentials,
        Self::Errors,
        Self::Auth,
        Self::Exposed,
        Self::Doubled,
    ];

    /// In lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Simple => "simple",
            Self::Preflight => "preflight",
            Self::Credentials => "credentials",
            Self::Errors => "errors",
            Self::Auth => "auth",
            Self::Exposed => "exposed",
            Self::Doubled => "doubled",
        }
    }

    /// Whether the server can have the fault.
    pub fn concerns(self, server: Server) -> bool {
        self != Self::Doubled || server.is_proxy()
    }

    /// The fetch that fails.
    pub fn fetch(self, base: &str) -> Fetch {
        let at = |path| Fetch::new(PAGE, format!("{base}{path}"));
        let json = |fetch: Fetch| fetch.method("PUT").header("content-type", "application/json");
        match self {
            Self::Simple | Self::Exposed => at("/data"),
            Self::Preflight => {
                json(at("/data")).header("authorization", BASIC).header("x-trace", "1")
            }
            Self::Credentials => json(at("/data")).credentials(CredentialsMode::Include),
            Self::Errors => at("/missing"),
            Self::Auth => at("/data").header("authorization", BASIC),
            Self::Doubled => json(at("/data")),
        }
    }

    /// Fetches that have to succeed as well once the fault is mended.
    pub fn besides(self, base: &str) -> Vec<Fetch> {
        match self {
            Self::Errors => {
                ["/data", "/crash"].map(|path| Fetch::new(PAGE, format!("{base}{path}"))).into()
            }
            Self::Auth => vec![],
            _ => vec![Fetch::new(PAGE, format!("{base}/data"))],
        }
    }

    /// The response headers that the script reads.
    pub fn exposed(self) -> &'static [&'static str] {
        if self == Self::Exposed { &["x-total"] } else { &[] }
    }
}
