//! A page's jobs and their outcomes.

use cors_core::browser::{Body, CredentialsMode, Fetch, Initiator, Mode, RedirectMode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::page;

/// A fetch for a page to perform.
///
/// The `origin` of the fetch matters only if it is opaque, then a sandboxed frame performs it, or if
/// it has a `frame_allow`, then a frame of this origin does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The fetch. With an upload listener, the page uses `XMLHttpRequest`.
    pub fetch: Fetch,
    way: Way,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    AsInitiated,
    InChunks,
    Echo,
}

impl From<&Fetch> for Job {
    fn from(fetch: &Fetch) -> Self {
        Self { fetch: fetch.clone(), way: Way::AsInitiated }
    }
}

impl Job {
    /// Reads the response body as a stream, chunk by chunk.
    pub fn in_chunks(self) -> Self {
        Self { way: Way::InChunks, ..self }
    }

    /// Opens a WebSocket to the URL, sends a message and waits for one.
    pub fn echoed(self) -> Self {
        Self { way: Way::Echo, ..self }
    }

    /// The same job with another fetch.
    pub fn with(&self, fetch: Fetch) -> Self {
        Self { fetch, ..self.clone() }
    }

    /// The form that `runner.js` reads. An error if no script could do this.
    pub(crate) fn to_json(&self) -> Result<Value, String> {
        let fetch = self.fetch.settled();
        let Fetch { url, method, headers, mode, credentials, redirect, body, .. } = &*fetch;
        let way = match self.way {
            Way::Echo => "echo",
            Way::InChunks => "fetch-in-chunks",
            Way::AsInitiated if fetch.is_xhr() => Initiator::XmlHttpRequest.as_str(),
            Way::AsInitiated => fetch.initiator.as_str(),
        };
        let can_xhr = (*mode, *redirect) == (Mode::Cors, RedirectMode::Follow)
            && *credentials != CredentialsMode::Omit
            && *body != Body::Stream;
        if fetch.is_xhr() && (way != "xhr" || !can_xhr) {
            return Err(format!("XMLHttpRequest cannot do that: {}", self.fetch));
        }
        Ok(json!({
            "way": way,
            "inside": fetch.frame_allow.as_ref().map(|allow| {
                json!({ "src": format!("{}{}", fetch.origin, page::PATH), "allow": allow })
            }),
            "listens": fetch.upload_listener,
            "sandboxed": self.fetch.serialized_origin() == "null",
            "url": url,
            "method": method,
            "headers": headers,
            "crossorigin": match (*mode, *credentials) {
                (Mode::NoCors, _) => None,
                (_, CredentialsMode::Include) => Some("use-credentials"),
                _ => Some("anonymous"),
            },
            "mode": mode.as_str(),
            "credentials": credentials.as_str(),
            "redirect": redirect.as_str(),
            "body": match body {
                Body::None => "none",
                Body::Text => "text",
                Body::Bytes => "bytes",
                Body::Stream => "stream",
                other => unreachable!("the page's script cannot send {other:?}"),
            },
        }))
    }
}

/// What a script sees of a fetch.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// A response to read.
    Readable(Response),
    /// A response of which the initiator shows the page no more than that it may read it.
    Shared,
    /// A response that the page can use, and of which it sees nothing else.
    Used,
    /// A response of mode `no-cors`.
    Opaque,
    /// A WebSocket.
    Opened,
    /// A frame.
    Loaded,
    /// A beacon, whether it arrives or not.
    Sent,
    /// A redirect that was not followed.
    OpaqueRedirect,
    /// An exception.
    Failed {
        /// The message, which differs between engines.
        message: String,
    },
    /// Nothing within ten seconds.
    TimedOut,
}

/// A response as a script sees it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Response {
    /// The status; 101 for a WebSocket.
    pub status: u16,
    /// All headers that the script sees; names in lower case, values of the same name joined.
    pub headers: Vec<(String, String)>,
    /// The first 200 characters of the body, or of a WebSocket's first message.
    pub body: String,
    /// The length of the whole body in bytes.
    pub length: usize,
    /// How many chunks the script read, if it was reading chunk by chunk.
    pub chunks: usize,
}

impl Outcome {
    /// Whether the page may read something.
    pub fn is_readable(&self) -> bool {
        matches!(self, Self::Readable(_) | Self::Shared | Self::Opened)
    }

    /// The response, if it is readable.
    pub fn readable(&self) -> Option<&Response> {
        match self {
            Self::Readable(response) => Some(response),
            _ => None,
        }
    }
}

impl Response {
    /// The value of a header. `name` must be in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| &**value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_performs_a_fetch() {
        let fetch = Fetch::new("https://a.test", "https://b.test/").body(Body::Text);
        let upload = fetch.clone().upload_listener(true);
        let job = |fetch: &Fetch| Job::from(fetch).to_json().unwrap();
        assert_eq!(job(&fetch)["way"], "fetch");
        assert_eq!(job(&fetch)["sandboxed"], false);
        assert_eq!(job(&upload)["way"], "xhr");
        assert_eq!(job(&Fetch::font("https://a.test", "https://b.test/"))["way"], "font");
        assert_eq!(job(&Fetch::new("null", "https://b.test/"))["sandboxed"], true);

        for impossible in [
            Job::from(&upload.clone().mode(Mode::NoCors)),
            Job::from(&upload.clone().redirect(RedirectMode::Error)),
            Job::from(&upload.clone().credentials(CredentialsMode::Omit)),
            Job::from(&upload.clone().body(Body::Stream)),
            Job::from(&upload).in_chunks(),
        ] {
            assert!(impossible.to_json().is_err(), "{impossible:?}");
        }
    }
}
