//! What an audit finds.

use cors_core::browser::Fetch;

use super::Target;

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What.
    pub id: Id,
    /// How bad.
    pub severity: Severity,
    /// The page's origin.
    pub origin: Option<String>,
    /// Whether it concerns requests with credentials.
    pub credentials: bool,
    /// The fetch that proves it. Values that may be secret are hidden.
    pub fetch: Fetch,
    /// That fetch as text, and what a browser does with the answer. It can contain anything
    /// that the server sent.
    pub why: String,
    /// The headers that end it.
    pub fix: String,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the contract has these three")]
pub enum Severity {
    /// Somebody can read who must not, or somebody cannot who must.
    Error,
    /// Probably a mistake.
    Warning,
    /// Good to know.
    Note,
}

impl Severity {
    /// Its name, which SARIF uses as well.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

macro_rules! ids {
    ($($(#[doc = $doc:literal])+ $id:ident, $name:literal, $says:literal, $help:literal;)+) => {
        /// What an audit can find.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Id {
            $($(#[doc = $doc])+ $id,)+
        }

        impl Id {
            /// Every id.
            pub const ALL: &[Self] = &[$(Self::$id),+];

            /// Its name, which is stable across releases.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$id => $name,)+ }
            }

            /// What it means, in one sentence.
            pub fn says(self) -> &'static str {
                match self { $(Self::$id => $says,)+ }
            }

            /// Why it matters, and what to do.
            pub fn help(self) -> &'static str {
                match self { $(Self::$id => $help,)+ }
            }
        }
    };
}

ids! {
    /// An arbitrary origin can read with credentials.
    AnyOrigin, "any-origin", "Any origin can read with the user's cookies",
        "A page that the user merely visits reads the answer as the user. Compare the request's \
         Origin with a list, and answer only those on it.";
    /// `null` can read.
    NullOrigin, "null-origin", "The origin null can read",
        "Any page can make a sandboxed frame, whose origin is null. Take null off the list.";
    /// A host that ends like an allowed one can read.
    SuffixMatch, "suffix-match", "An origin that only ends like an allowed one can read",
        "Anyone can register a domain that ends like yours. Compare the whole origin.";
    /// A host that starts like an allowed one can read.
    PrefixMatch, "prefix-match", "An origin that only starts like an allowed one can read",
        "Anyone can put your name in front of their domain. Compare the whole origin, and end a \
         regular expression with $.";
    /// A host that contains an allowed one can read.
    SubstringMatch, "substring-match", "An origin that only contains an allowed one can read",
        "Anyone can put your name into theirs. Compare the whole origin, and put ^ and $ around a \
         regular expression.";
    /// A dot of an allowed host matches any character.
    UnescapedDot, "unescaped-dot", "A dot of an allowed host matches any character",
        "Anyone can register the domain with another character there. Write \\. in a regular \
         expression.";
    /// Any subdomain can read.
    AnySubdomain, "any-subdomain", "Any subdomain can read",
        "A forgotten or hacked subdomain reads as well. Name the subdomains that need it.";
    /// The origin without TLS can read.
    InsecureScheme, "insecure-scheme", "The same host over http can read",
        "Anyone on the user's network can answer as an http page, and read. Allow only https.";
    /// Another port can read.
    OtherPort, "other-port", "The same host on another port can read",
        "Another service on the host reads as well. Compare the port too.";
    /// Anyone can read, without credentials.
    Public, "public", "Anyone can read, without the user's cookies",
        "That is right for public data. It is wrong for what only the user's network can reach.";
    /// The answer depends on the origin without `Vary`.
    VaryMissing, "vary-missing", "The answer depends on the origin, and Vary does not say so",
        "A cache serves one origin's answer to another, which then cannot read. Send Vary: Origin \
         on every answer.";
    /// `*` beside credentials.
    StarWithCredentials, "star-with-credentials", "* beside Access-Control-Allow-Credentials",
        "No browser takes this pair for a request with credentials. Name the origin, or leave out \
         Access-Control-Allow-Credentials.";
    /// More than one value.
    MultipleOrigins, "multiple-origins", "Access-Control-Allow-Origin has more than one value",
        "Browsers take one value. Often two layers each add a header: let only one do it.";
    /// Errors lack the headers.
    LostOnErrors, "lost-on-errors", "Errors come without CORS headers",
        "The script sees a network error in place of the status. Send the headers on every answer.";
    /// OPTIONS meets authentication.
    PreflightNeedsAuthorization, "preflight-needs-authorization", "Preflights need authorization",
        "A browser sends no credentials with a preflight. Answer OPTIONS before authentication.";
    /// OPTIONS is redirected.
    PreflightRedirected, "preflight-redirected", "Preflights are redirected",
        "A browser follows no redirect of a preflight. Answer OPTIONS at this URL, or use the URL \
         that it leads to.";
    /// OPTIONS fails.
    PreflightNotOk, "preflight-not-ok", "Preflights fail",
        "Requests with other methods or headers never reach the server. Answer OPTIONS with 204 \
         and the CORS headers.";
    /// An origin of `--allow` cannot read.
    AllowRefused, "allow-refused", "An origin that is meant to read cannot",
        "Add the origin to the server's list.";
}

impl Finding {
    pub(super) fn new(id: Id, severity: Severity, origin: &str, credentials: bool) -> Self {
        Self {
            id,
            severity,
            origin: Some(origin.to_owned()),
            credentials,
            fetch: Fetch::new(origin, ""),
            why: String::new(),
            fix: String::new(),
        }
    }

    /// The proof: a fetch, and what comes of it.
    pub(super) fn why(mut self, fetch: &Fetch, says: impl AsRef<str>) -> Self {
        let mut fetch = fetch.clone();
        for (name, value) in &mut fetch.headers {
            if is_secret(name) {
                "(hidden)".clone_into(value);
            }
        }
        self.why = format!("{fetch}: {}", says.as_ref());
        self.fetch = fetch;
        self
    }

    pub(super) fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = fix.into();
        self
    }
}

/// Whether a header's value must not be printed.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["auth", "cookie", "key", "secret", "token"].iter().any(|part| name.contains(part))
}

/// The lines that let an origin read, or anyone if it is `*`.
pub(super) fn lines_for(origin: &str, credentials: bool) -> String {
    if origin == "*" {
        return "Access-Control-Allow-Origin: *".to_owned();
    }
    let allow = match credentials {
        true => "\nAccess-Control-Allow-Credentials: true",
        false => "",
    };
    format!("Access-Control-Allow-Origin: {origin}{allow}\nVary: Origin")
}

/// A preflight's answer that lets the fetch, and the target's methods and headers through.
/// `everywhere` if the origin cannot read other answers yet.
pub(super) fn preflight_lines(
    target: &Target,
    fetch: &Fetch,
    origin: &str,
    credentials: bool,
    everywhere: bool,
) -> String {
    let mut methods = target.methods().to_vec();
    if methods.is_empty() {
        methods = ["GET", "HEAD", "POST"].map(str::to_owned).to_vec();
    }
    if !methods.contains(&fetch.method) {
        methods.push(fetch.method.clone());
    }
    let names: Vec<&str> = target.headers().iter().map(|(name, _)| name.as_str()).collect();
    let headers = match &*names {
        [] => String::new(),
        names => format!("\nAccess-Control-Allow-Headers: {}", names.join(", ")),
    };
    let methods = methods.join(", ");
    let lines = lines_for(origin, credentials);
    let start = match everywhere {
        true => {
            format!("Send this on every answer:\n{lines}\nAnswer OPTIONS with status 204, and add:")
        }
        false => format!("Answer OPTIONS with status 204 and:\n{lines}"),
    };
    format!("{start}\nAccess-Control-Allow-Methods: {methods}{headers}")
}
