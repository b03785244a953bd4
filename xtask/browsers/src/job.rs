//! A page's jobs and their outcomes.

use cors_core::browser::{Body, CredentialsMode, Fetch, Mode, RedirectMode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::page;

/// A fetch for a page to perform.
///
/// The `origin` of the fetch matters only if it is opaque: then a sandboxed frame performs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The fetch. With an upload listener, the page uses `XMLHttpRequest`.
    pub fetch: Fetch,
    way: Way,
    frame: Option<Frame>,
}

/// A frame of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Frame {
    origin: String,
    allow: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Fetch,
    FetchInChunks,
    WebSocket,
}

impl From<&Fetch> for Job {
    fn from(fetch: &Fetch) -> Self {
        Self { fetch: fetch.clone(), way: Way::Fetch, frame: None }
    }
}

impl Job {
    /// Reads the response body as a stream, chunk by chunk.
    pub fn in_chunks(self) -> Self {
        Self { way: Way::FetchInChunks, ..self }
    }

    /// Opens a WebSocket to the URL, sends a message and waits for one. Ignores everything except
    /// the URL.
    pub fn as_web_socket(self) -> Self {
        Self { way: Way::WebSocket, ..self }
    }

    /// Lets a frame of this origin do it, with the features in `allow` from the page.
    pub fn in_frame(self, origin: &str, allow: &str) -> Self {
        let frame = Frame { origin: origin.to_owned(), allow: allow.to_owned() };
        Self { frame: Some(frame), ..self }
    }

    /// What the page allows the frame that does it.
    pub(crate) fn allow(&self) -> Option<&str> {
        self.frame.as_ref().map(|frame| &*frame.allow)
    }

    /// The same job with another fetch.
    pub fn with(&self, fetch: Fetch) -> Self {
        Self { fetch, ..self.clone() }
    }

    /// Whether the job opens a WebSocket.
    pub fn is_web_socket(&self) -> bool {
        self.way == Way::WebSocket
    }

    /// The form that `runner.js` reads. An error if no script could do this.
    pub(crate) fn to_json(&self) -> Result<Value, String> {
        let Fetch { url, method, headers, mode, credentials, redirect, body, .. } = &self.fetch;
        let way = match self.way {
            Way::WebSocket => "web-socket",
            Way::FetchInChunks => "fetch-in-chunks",
            Way::Fetch if self.fetch.upload_listener => "upload",
            Way::Fetch => "fetch",
        };
        let can_upload = (*mode, *redirect) == (Mode::Cors, RedirectMode::Follow)
            && *credentials != CredentialsMode::Omit
            && *body != Body::Stream;
        if self.fetch.upload_listener && (way != "upload" || !can_upload) {
            return Err(format!("XMLHttpRequest cannot do that: {}", self.fetch));
        }
        Ok(json!({
            "way": way,
            "frame": self.frame.as_ref().map(|frame| {
                json!({ "src": format!("{}{}", frame.origin, page::PATH), "allow": frame.allow })
            }),
            "sandboxed": self.fetch.serialized_origin() == "null",
            "url": url,
            "method": method,
            "headers": headers,
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
    /// A response of mode `no-cors`.
    Opaque,
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
        assert_eq!(job(&upload)["way"], "upload");
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
