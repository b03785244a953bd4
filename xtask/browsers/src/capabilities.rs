//! Settings for each browser. Without them, it would contact its vendor's servers, bypass the
//! proxy, reject the proxy's certificate or block third-party cookies.

use std::net::SocketAddr;

use cors_core::browser::{AddressSpace, Engine};
use fantoccini::wd::Capabilities;
use serde_json::{Value, json};

use crate::home::Home;
use crate::install::Programs;

/// How a browser reaches its servers.
#[derive(Clone, Copy, Debug)]
pub enum Reach {
    /// All traffic goes through this proxy, and Local Network Access is off.
    Proxy(SocketAddr),
    /// The same, and it treats cookies as it does by default.
    ProxyWithCookies(SocketAddr),
    /// It can open only what is on this machine.
    Directly,
    /// The same, and it takes only certificates that this machine trusts.
    Distrusting,
    /// All names resolve to this machine, and the port decides the address space.
    Spaces(Spaces),
}

/// Loopback servers, each taken to be in another address space: loopback, local and public.
#[derive(Clone, Copy, Debug)]
pub struct Spaces(pub [SocketAddr; 3]);

impl Spaces {
    /// The server in this space.
    pub fn of(&self, space: AddressSpace) -> SocketAddr {
        self.0[space as usize]
    }
}

/// Names that Firefox resolves to this machine; Chromium does so for all.
const NAMES: &str = "page.test,frame.test,api.axum.test,api.axum.local,rebound.axum.test,rebound.actix.test,\
                     rebound.warp.test";

/// Capabilities for a new session.
pub fn of(engine: Engine, programs: &Programs, home: &Home, reach: Reach) -> Capabilities {
    let (name, options) = match engine {
        Engine::Chromium => ("goog:chromeOptions", chromium(programs, home, reach)),
        Engine::Firefox => ("moz:firefoxOptions", firefox(programs, reach)),
        _ => ("webkitgtk:browserOptions", webkit(programs, reach)),
    };
    let mut capabilities = Capabilities::new();
    let trusts = !matches!(reach, Reach::Distrusting);
    capabilities.insert("acceptInsecureCerts".to_owned(), trusts.into());
    capabilities.insert(name.to_owned(), options);
    if engine == Engine::Chromium {
        capabilities.insert("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL" }));
    }
    capabilities
}

fn chromium(programs: &Programs, home: &Home, reach: Reach) -> Value {
    let profile = format!("--user-data-dir={}", home.path().join("profile").display());
    let mut args: Vec<String> = [
        "--headless",
        // Chromium refuses to run as root with a sandbox, and containers have none.
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        // The crash handler leaves the driver's process group, so only the browser can end it.
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        &profile,
    ]
    .map(str::to_owned)
    .into();
    // `http:` pages are not upgraded.
    let mut disabled = "--disable-features=HttpsUpgrades".to_owned();
    if let Reach::Spaces(spaces) = reach {
        let [loopback, local, public] = spaces.0;
        args.push(format!(
            "--ip-address-space-overrides={loopback}=loopback,{local}=local,{public}=public"
        ));
        args.push("--host-resolver-rules=MAP * 127.0.0.1".to_owned());
    } else {
        // Pages may send requests to this machine.
        disabled.push_str(",LocalNetworkAccessChecks");
    }
    args.push(disabled);
    if let Reach::Proxy(proxy) | Reach::ProxyWithCookies(proxy) = reach {
        args.push(format!("--proxy-server=http://{proxy}"));
        // By default, requests to this machine bypass the proxy.
        args.push("--proxy-bypass-list=<-loopback>".to_owned());
    }
    let mut options = json!({
        "binary": programs.browser,
        "args": args,
        "prefs": {
            // Unlike the driver's command, this leaves frames without permission.
            "profile.default_content_setting_values": {
                "local_network_access": 1,
                "loopback_network": 1,
            },
        },
    });
    // As upstream: only private windows block third-party cookies. Debian's build blocks all.
    let blocks = if matches!(reach, Reach::ProxyWithCookies(_)) { 2 } else { 0 };
    options["prefs"]["profile.cookie_controls_mode"] = blocks.into();
    options
}

fn firefox(programs: &Programs, reach: Reach) -> Value {
    let proxy = match reach {
        Reach::Proxy(proxy) | Reach::ProxyWithCookies(proxy) => Some(proxy),
        Reach::Directly | Reach::Distrusting | Reach::Spaces(_) => None,
    };
    let (host, port) = proxy.map_or((String::new(), 0), |it| (it.ip().to_string(), it.port()));
    let mut options = json!({
        "binary": programs.browser,
        "args": ["-headless"],
        "prefs": {
            "network.proxy.type": i32::from(proxy.is_some()),
            "network.proxy.http": host,
            "network.proxy.http_port": port,
            "network.proxy.ssl": host,
            "network.proxy.ssl_port": port,
            "network.proxy.no_proxies_on": "",
            "network.proxy.allow_hijacking_localhost": true,
            "network.proxy.failover_direct": false,
            "network.trr.mode": 5,
            // Over HTTP/2, Firefox adds its own header to every response.
            "network.http.http2.enabled": false,
            "network.captive-portal-service.enabled": false,
            "network.connectivity-service.enabled": false,
            // Its driver allows files to read each other.
            "security.fileuri.strict_origin_policy": true,
            // By default, an error is printed for each script that runs while the process of its page ends.
            "dom.abort_script_on_child_shutdown": false,
            "dom.security.https_first": false,
            "dom.security.https_only_mode": false,
            "app.update.enabled": false,
            "browser.safebrowsing.update.enabled": false,
            "datareporting.policy.dataSubmissionEnabled": false,
            "extensions.getAddons.cache.enabled": false,
            "services.settings.server": "data:,",
            "toolkit.telemetry.enabled": false,
        },
    });
    if !matches!(reach, Reach::ProxyWithCookies(_)) {
        options["prefs"]["network.cookie.cookieBehavior"] = 0.into();
    }
    if let Reach::Spaces(spaces) = reach {
        let prefs = &mut options["prefs"];
        prefs["network.dns.localDomains"] = NAMES.into();
        // Its names of the loopback and the local space are older.
        let names = ["local", "private", "public"];
        for (name, server) in names.into_iter().zip(spaces.0) {
            prefs[format!("network.lna.address_space.{name}.override")] = server.to_string().into();
        }
    }
    options
}

fn webkit(programs: &Programs, reach: Reach) -> Value {
    let proxy = match reach {
        Reach::Proxy(proxy) | Reach::ProxyWithCookies(proxy) => Some(proxy),
        Reach::Directly | Reach::Distrusting => None,
        Reach::Spaces(spaces) => Some(spaces.of(AddressSpace::Public)),
    };
    let proxy = proxy.map(|proxy| format!("--proxy=http://{proxy}"));
    let always = !matches!(reach, Reach::ProxyWithCookies(_));
    let always = always.then(|| "--cookies-policy=always".to_owned());
    let args: Vec<_> = ["--automation".to_owned()].into_iter().chain(always).chain(proxy).collect();
    json!({
        "binary": programs.browser,
        "args": args,
    })
}
