//! A fetch as people write it.

use super::fetch::{Body, CredentialsMode, Fetch, Mode, RedirectMode};
use super::initiator::Initiator;
use std::collections::HashSet;
use std::fmt;

impl fmt::Display for Fetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fetch = self.settled();
        let (url, includes) = (&fetch.url, fetch.credentials == CredentialsMode::Include);
        match self.initiator {
            Initiator::Fetch => call(&fetch, f)?,
            Initiator::XmlHttpRequest => xhr(&fetch, f)?,
            Initiator::Script => element(&fetch, "script src", f)?,
            Initiator::Module => element(&fetch, "script type=\"module\" src", f)?,
            Initiator::Image => element(&fetch, "img src", f)?,
            Initiator::Stylesheet => element(&fetch, "link rel=\"stylesheet\" href", f)?,
            Initiator::Frame => element(&fetch, "iframe src", f)?,
            Initiator::Font => write!(f, "@font-face {{ src: url({url:?}) }}")?,
            Initiator::EventSource if includes => {
                write!(f, "new EventSource({url:?}, {{ withCredentials: true }})")?;
            }
            Initiator::EventSource => write!(f, "new EventSource({url:?})")?,
            Initiator::WebSocket => write!(f, "new WebSocket({url:?})")?,
            Initiator::Beacon => beacon(&fetch, f)?,
        }
        write!(f, " from {}", self.origin)?;
        match &self.frame_allow {
            Some(allow) => write!(f, " in <iframe allow={}>", attribute(allow)),
            None => Ok(()),
        }
    }
}

fn call(fetch: &Fetch, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut options = Vec::new();
    let mut option = |name: &str, value: &str, default: &str| {
        if value != default {
            options.push(format!("{name}: {value:?}"));
        }
    };
    option("method", &fetch.method, "GET");
    option("mode", fetch.mode.as_str(), Mode::default().as_str());
    option("credentials", fetch.credentials.as_str(), CredentialsMode::default().as_str());
    option("redirect", fetch.redirect.as_str(), RedirectMode::default().as_str());
    if !fetch.headers.is_empty() {
        let names: HashSet<_> = fetch.headers.iter().map(|(name, _)| name).collect();
        let list = |line: fn(&(String, String)) -> String| {
            fetch.headers.iter().map(line).collect::<Vec<_>>().join(", ")
        };
        // An object cannot repeat a name.
        let headers = if names.len() == fetch.headers.len() {
            format!("headers: {{ {} }}", list(|(name, value)| format!("{name:?}: {value:?}")))
        } else {
            format!("headers: [{}]", list(|(name, value)| format!("[{name:?}, {value:?}]")))
        };
        let after_method = usize::from(fetch.method != "GET");
        options.insert(after_method, headers);
    }
    match fetch.body {
        Body::None => {}
        Body::Stream => options.push("body: stream, duplex: \"half\"".to_owned()),
        body => options.push(format!("body: {}", data(body))),
    }
    write!(f, "fetch({:?}", fetch.url)?;
    if !options.is_empty() {
        write!(f, ", {{ {} }}", options.join(", "))?;
    }
    f.write_str(")")?;
    if fetch.upload_listener {
        f.write_str(" with an upload listener")?;
    }
    Ok(())
}

fn xhr(fetch: &Fetch, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "xhr = new XMLHttpRequest(); xhr.open({:?}, {:?}); ", fetch.method, fetch.url)?;
    if fetch.credentials == CredentialsMode::Include {
        f.write_str("xhr.withCredentials = true; ")?;
    }
    for (name, value) in &fetch.headers {
        write!(f, "xhr.setRequestHeader({name:?}, {value:?}); ")?;
    }
    if fetch.upload_listener {
        f.write_str("xhr.upload.onprogress = () => {}; ")?;
    }
    write!(f, "xhr.send({})", data(fetch.body))
}

fn beacon(fetch: &Fetch, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "navigator.sendBeacon({:?}", fetch.url)?;
    match (fetch.body, fetch.headers.first()) {
        (Body::None, _) => {}
        (body, Some((_, kind))) => {
            write!(f, ", new Blob([{}], {{ type: {kind:?} }})", data(body))?;
        }
        (body, None) => write!(f, ", {}", data(body))?,
    }
    f.write_str(")")
}

fn element(fetch: &Fetch, start: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "<{start}={}", attribute(&fetch.url))?;
    let is_default = match fetch.initiator {
        Initiator::Module => fetch.credentials == CredentialsMode::SameOrigin,
        _ => false,
    };
    match fetch.crossorigin_value().filter(|_| !is_default) {
        Some(value) => write!(f, " crossorigin=\"{}\">", value.as_str()),
        None => f.write_str(">"),
    }
}

fn data(body: Body) -> &'static str {
    match body {
        Body::None => "",
        Body::Text => "\"text\"",
        Body::Bytes => "new Uint8Array(1)",
        Body::Stream => "stream",
    }
}

/// The value of an attribute, in quotes.
fn attribute(value: &str) -> String {
    format!("\"{}\"", value.replace('&', "&amp;").replace('"', "&quot;"))
}
