//! Settings for each browser. Without them, it would contact its vendor's servers, bypass the
//! proxy, reject the proxy's certificate or block third-party cookies.

use std::net::SocketAddr;

use cors_core::browser::Engine;
use fantoccini::wd::Capabilities;
use serde_json::{Value, json};

use crate::home::Home;
use crate::install::Programs;

/// Capabilities for a new session. If there is a proxy, all traffic goes through it.
pub fn of(
    engine: Engine,
    programs: &Programs,
    home: &Home,
    proxy: Option<SocketAddr>,
) -> Capabilities {
    let (name, options) = match engine {
        Engine::Chromium => ("goog:chromeOptions", chromium(programs, home, proxy)),
        Engine::Firefox => ("moz:firefoxOptions", firefox(programs, proxy)),
        _ => ("webkitgtk:browserOptions", webkit(programs, proxy)),
    };
    let mut capabilities = Capabilities::new();
    capabilities.insert("acceptInsecureCerts".to_owned(), true.into());
    capabilities.insert(name.to_owned(), options);
    if engine == Engine::Chromium {
        capabilities.insert("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL" }));
    }
    capabilities
}

fn chromium(programs: &Programs, home: &Home, proxy: Option<SocketAddr>) -> Value {
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
        // Pages may send requests to this machine, and `http:` pages are not upgraded.
        "--disable-features=LocalNetworkAccessChecks,HttpsUpgrades",
        &profile,
    ]
    .map(str::to_owned)
    .into();
    if let Some(proxy) = proxy {
        args.push(format!("--proxy-server=http://{proxy}"));
        // By default, requests to this machine bypass the proxy.
        args.push("--proxy-bypass-list=<-loopback>".to_owned());
    }
    json!({
        "binary": programs.browser,
        "args": args,
        "prefs": { "profile.cookie_controls_mode": 0 },
    })
}

fn firefox(programs: &Programs, proxy: Option<SocketAddr>) -> Value {
    let (host, port) = proxy.map_or((String::new(), 0), |it| (it.ip().to_string(), it.port()));
    json!({
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
            "network.cookie.cookieBehavior": 0,
            "network.captive-portal-service.enabled": false,
            "network.connectivity-service.enabled": false,
            "dom.security.https_first": false,
            "dom.security.https_only_mode": false,
            "app.update.enabled": false,
            "browser.safebrowsing.update.enabled": false,
            "datareporting.policy.dataSubmissionEnabled": false,
            "extensions.getAddons.cache.enabled": false,
            "services.settings.server": "data:,",
            "toolkit.telemetry.enabled": false,
        },
    })
}

fn webkit(programs: &Programs, proxy: Option<SocketAddr>) -> Value {
    let proxy = proxy.map(|proxy| format!("--proxy=http://{proxy}"));
    let args = ["--automation", "--cookies-policy=always"].map(str::to_owned);
    json!({
        "binary": programs.browser,
        "args": args.into_iter().chain(proxy).collect::<Vec<_>>(),
    })
}
