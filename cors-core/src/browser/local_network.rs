//! Whether a public page may request something from a more private address space.
//!
//! [Local Network Access](https://wicg.github.io/local-network-access/)

use super::address_space::AddressSpace;
use super::engine::Engine;
use super::initiator::Initiator;
use super::request::Request;
use super::step::{Step, Taken};

/// What an engine does when a public page fetches from a more private space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LocalNetworkAccess {
    /// It lets the fetch through, as Fetch alone does.
    Ignored,
    /// The same, and a step says what the engines do.
    Told,
    /// It asks the user.
    Asks,
    /// It asks the user, and refuses pages that are not secure contexts. For secure pages, `http:`
    /// to hosts outside the public space is not mixed content, as few of them have a certificate.
    AsksIfSecure,
}

impl LocalNetworkAccess {
    /// As installed.
    pub(super) fn of(engine: Engine) -> Self {
        match engine {
            Engine::Chromium => Self::AsksIfSecure,
            Engine::Firefox => Self::Asks,
            Engine::WebKit => Self::Ignored,
        }
    }

    /// Whether it does not look at what this initiator requests.
    fn lets_through(self, initiator: Initiator) -> bool {
        match self {
            Self::Ignored => true,
            Self::Told => false,
            Self::Asks => initiator == Initiator::WebSocket,
            Self::AsksIfSecure => false,
        }
    }

    /// Whether `http:` to this host is not mixed content. What a name resolves to does not matter.
    pub(super) fn allows_http(self, host: &str) -> bool {
        self == Self::AsksIfSecure && AddressSpace::of_host(host) != AddressSpace::Public
    }
}

/// Whether the user is asked. `None` if nobody needs to be.
pub(super) fn check(access: LocalNetworkAccess, request: &Request) -> Option<Result<Taken, Taken>> {
    let (page, target) = request.spaces();
    let is_exempt = page != AddressSpace::Public || target == AddressSpace::Public;
    if is_exempt || access.lets_through(request.initiator) {
        return None;
    }
    if access == LocalNetworkAccess::Told {
        return told(request).map(|says| Ok(Taken::passed(Step::LocalNetworkAccess, says)));
    }
    let from = format!("from a public page to a {} address", target.as_str());
    let feature = match target {
        AddressSpace::Loopback => "loopback-network",
        _ => "local-network",
    };
    let is_secure = request.origin.is_secure() || access == LocalNetworkAccess::Asks;
    let fail = |why: &str| {
        Some(Err(Taken::failed(Step::LocalNetworkAccess, format!("{from}, and {why}"))))
    };
    match &request.frame_allow {
        _ if !is_secure => fail("the page is not a secure context"),
        Some(allow) if !allows(allow, feature, request.origin.as_str()) => {
            fail(&format!("its frame lacks allow=\"{feature}\""))
        }
        _ => Some(Ok(Taken::passed(Step::LocalNetworkAccess, format!("asks the user: {from}")))),
    }
}

/// What the engines do. `None` if all let it through.
fn told(request: &Request) -> Option<String> {
    let does = Engine::ALL.map(|engine| match check(LocalNetworkAccess::of(engine), request) {
        Some(Ok(taken)) => format!("{} {}", engine.name(), taken.says),
        Some(Err(taken)) => format!("{} refuses: {}", engine.name(), taken.says),
        None => String::new(),
    });
    let does = does.into_iter().filter(|does| !does.is_empty()).collect::<Vec<_>>().join("; ");
    (!does.is_empty()).then_some(does)
}

/// Whether a frame's `allow` attribute gives a feature to a page of this origin.
/// [Permissions Policy, allow attribute](https://w3c.github.io/webappsec-permissions-policy/#iframe-allow-attribute)
fn allows(allow: &str, feature: &str, origin: &str) -> bool {
    allow.split(';').any(|directive| {
        let mut words = directive.split_ascii_whitespace();
        let is_feature = words.next().is_some_and(|name| name.eq_ignore_ascii_case(feature));
        let mut list = words.peekable();
        is_feature
            && (list.peek().is_none()
                || list.any(|word| {
                    word == "*" || word.eq_ignore_ascii_case("'src'") || word == origin
                }))
    })
}
