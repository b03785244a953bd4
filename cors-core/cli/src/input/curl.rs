//! A line of curl, as browsers copy it and people write it.

use std::iter;

use cors_core::browser::Body;

use super::shell::{Word, words};
use super::{Call, WHITESPACE, check_size, check_url, shown};

/// Short flags, by their long names.
const SHORT: &[(char, &str)] = &[
    ('0', "http1.0"),
    ('A', "user-agent"),
    ('b', "cookie"),
    ('C', "continue-at"),
    ('c', "cookie-jar"),
    ('D', "dump-header"),
    ('d', "data"),
    ('E', "cert"),
    ('e', "referer"),
    ('F', "form"),
    ('f', "fail"),
    ('G', "get"),
    ('g', "globoff"),
    ('H', "header"),
    ('I', "head"),
    ('i', "include"),
    ('K', "config"),
    ('k', "insecure"),
    ('L', "location"),
    ('m', "max-time"),
    ('N', "no-buffer"),
    ('o', "output"),
    ('P', "ftp-port"),
    ('Q', "quote"),
    ('r', "range"),
    ('S', "show-error"),
    ('s', "silent"),
    ('T', "upload-file"),
    ('t', "telnet-option"),
    ('U', "proxy-user"),
    ('u', "user"),
    ('v', "verbose"),
    ('w', "write-out"),
    ('X', "request"),
    ('x', "proxy"),
    ('Y', "speed-limit"),
    ('y', "speed-time"),
    ('z', "time-cond"),
    ('#', "progress-bar"),
];

/// Flags that take a value. Those that [`Line::set`] does not know are ignored with it.
const WITH_VALUE: &str = " abstract-unix-socket alt-svc aws-sigv4 cacert capath cert cert-type \
    ciphers config connect-timeout connect-to continue-at cookie cookie-jar create-file-mode \
    crlfile curves data data-ascii data-binary data-raw data-urlencode delegation dns-interface \
    dns-ipv4-addr dns-ipv6-addr dns-servers doh-url dump-header ech egd-file engine etag-compare \
    etag-save expect100-timeout form form-string ftp-account ftp-alternative-to-user ftp-method \
    ftp-port ftp-ssl-ccc-mode happy-eyeballs-timeout-ms haproxy-clientip header hostpubmd5 \
    hostpubsha256 hsts interface ip-tos ipfs-gateway json keepalive-cnt keepalive-time key \
    key-type krb libcurl limit-rate local-port login-options mail-auth mail-from mail-rcpt \
    max-filesize max-redirs max-time netrc-file noproxy oauth2-bearer output output-dir \
    parallel-max pass pinnedpubkey preproxy proto proto-default proto-redir proxy proxy-cacert \
    proxy-capath proxy-cert proxy-cert-type proxy-ciphers proxy-crlfile proxy-header proxy-key \
    proxy-key-type proxy-pass proxy-pinnedpubkey proxy-service-name proxy-tls13-ciphers \
    proxy-tlsauthtype proxy-tlspassword proxy-tlsuser proxy-user proxy1.0 pubkey quote \
    random-file range rate referer request request-target resolve retry retry-delay \
    retry-max-time sasl-authzid service-name sigalgs socks4 socks4a socks5 \
    socks5-gssapi-service socks5-hostname speed-limit speed-time stderr telnet-option \
    tftp-blksize time-cond tls-max tls13-ciphers tlsauthtype tlspassword tlsuser trace \
    trace-ascii trace-config unix-socket upload-file url url-query user user-agent variable \
    vlan-priority write-out ";

/// Flags that change only what curl prints, or how it connects, which a browser decides itself.
const SILENT: &str = " compressed fail fail-early fail-with-body http1.0 http1.1 http2 \
    http2-prior-knowledge http3 include location no-buffer no-progress-meter output \
    progress-bar show-error silent user-agent verbose write-out ";

fn is_in(list: &str, name: &str) -> bool {
    list.split_whitespace().any(|known| known == name)
}

/// The fetch that a line of curl means. `Err` is one line.
///
/// The quotes are those of a POSIX shell or of `cmd.exe`. Headers that a browser sets itself are
/// left out; cookies mean `credentials: "include"`.
pub fn curl(line: &str) -> Result<Call, String> {
    check_size(line.len())?;
    let (words, rest) = words(line)?;
    let mut words = words.into_iter().skip_while(|word| matches!(&*word.text, "$" | "%"));
    let is_curl = words.next().is_some_and(|word| {
        let name = word.text.rsplit(['/', '\\']).next().unwrap_or_default();
        matches!(name, "curl" | "curl.exe")
    });
    if !is_curl {
        return Err("write what the browser copies as cURL: curl 'https://…' …".to_owned());
    }
    let mut line = Line::default();
    let mut only_urls = false;
    while let Some(word) = words.next() {
        let text = &*word.text;
        if only_urls || !text.starts_with('-') || text == "-" {
            line.url(word.text);
        } else if text == "--" {
            only_urls = true;
        } else if matches!(text, "--next" | "-:") {
            line.ignored.extend(iter::once(word.text).chain(words.by_ref().map(|w| w.text)));
        } else if let Some(flag) = text.strip_prefix("--") {
            let (name, value) = match flag.split_once('=') {
                Some((name, value)) => (name, Some(word.with_text(value))),
                None => (flag, None),
            };
            line.flag(text, name, value, &mut words)?;
        } else {
            let mut letters = text[1..].chars();
            while let Some(letter) = letters.next() {
                let flag = format!("-{letter}");
                let long = SHORT.iter().find(|(short, _)| *short == letter);
                let Some((_, name)) = long else {
                    line.ignored.push(flag);
                    continue;
                };
                let rest = letters.as_str();
                let value = is_in(WITH_VALUE, name) && !rest.is_empty();
                line.flag(&flag, name, value.then(|| word.with_text(rest)), &mut words)?;
                if value {
                    break;
                }
            }
        }
    }
    let rest = rest.trim();
    if !rest.trim_matches([';', '&']).is_empty() {
        line.ignored.push(rest.to_owned());
    }
    line.into_call()
}

/// What the flags say.
#[derive(Debug, Default)]
struct Line {
    url: Option<String>,
    method: Option<String>,
    headers: Vec<(String, String)>,
    /// Headers that curl would set by itself, and shall not.
    removed: Vec<String>,
    authorization: Option<String>,
    data: Option<Vec<u8>>,
    is_json: bool,
    parts: Vec<Vec<u8>>,
    cookies: Vec<String>,
    query: Vec<String>,
    resolve: Vec<String>,
    is_get: bool,
    is_head: bool,
    is_upload: bool,
    is_insecure: bool,
    is_globless: bool,
    ignored: Vec<String>,
}

impl Line {
    fn url(&mut self, url: String) {
        match self.url {
            None => self.url = Some(url),
            Some(_) => self.ignored.push(url),
        }
    }

    /// `written` is the flag for a message.
    fn flag(
        &mut self,
        written: &str,
        name: &str,
        value: Option<Word>,
        words: &mut impl Iterator<Item = Word>,
    ) -> Result<(), String> {
        let value = match (is_in(WITH_VALUE, name), value) {
            (true, None) => {
                words.next().ok_or_else(|| format!("{}: its value is missing", shown(written)))?
            }
            (_, value) => value.unwrap_or_default(),
        };
        if !self.set(name, &value) {
            let flag = written.split('=').next().unwrap_or_default();
            let value = if value.text.is_empty() { value.text } else { format!(" {}", value.text) };
            self.ignored.push(format!("{flag}{value}"));
        }
        Ok(())
    }

    /// Whether the flag is known.
    fn set(&mut self, name: &str, word: &Word) -> bool {
        let value = &*word.text;
        let is_file = value.starts_with('@');
        match name {
            "url" => self.url(value.to_owned()),
            "request" => self.method = Some(value.to_owned()),
            "header" => return self.header(value),
            "cookie" if value.contains('=') || value.is_empty() => {
                self.cookies.push(value.to_owned());
            }
            "referer" => {
                let page = value.trim_end_matches(";auto");
                self.headers.push(("referer".to_owned(), page.to_owned()));
            }
            "user" => self.authorization = Some(format!("Basic {}", base64(&word.to_bytes()))),
            "oauth2-bearer" => self.authorization = Some(format!("Bearer {value}")),
            "range" => self.headers.push(("range".to_owned(), format!("bytes={value}"))),
            "data" | "data-ascii" | "data-binary" if is_file => return self.file(),
            "data" | "data-ascii" | "data-binary" | "data-raw" => self.data(&word.to_bytes()),
            "data-urlencode" => match url_encoded(word) {
                Some(data) => self.data(data.as_bytes()),
                None => return self.file(),
            },
            "json" => {
                self.is_json = true;
                if is_file {
                    return self.file();
                }
                self.data.get_or_insert_default().extend(word.to_bytes());
            }
            "form" | "form-string" => self.parts.push(word.to_bytes()),
            "url-query" => self.query.push(value.to_owned()),
            "upload-file" => {
                self.is_upload = true;
                return self.file();
            }
            "get" => self.is_get = true,
            "head" => self.is_head = true,
            "globoff" => self.is_globless = true,
            "insecure" => self.is_insecure = true,
            "resolve" => self.resolve.push(value.to_owned()),
            _ => return is_in(SILENT, name),
        }
        true
    }

    /// There is a body, but its bytes are in a file: what is read from files stays out of a fetch.
    fn file(&mut self) -> bool {
        self.data.get_or_insert_default();
        false
    }

    fn data(&mut self, bytes: &[u8]) {
        match &mut self.data {
            Some(data) => {
                data.push(b'&');
                data.extend(bytes);
            }
            None => self.data = Some(bytes.to_vec()),
        }
    }

    fn header(&mut self, line: &str) -> bool {
        let line = line.trim_matches(WHITESPACE);
        // A file, a pseudo-header of HTTP/2, and nothing.
        if line.starts_with(['@', ':', ';']) {
            return false;
        }
        // `NAME:` removes a header, and `NAME;` sends it without a value.
        let (name, value, removes) = match (line.split_once(':'), line.strip_suffix(';')) {
            (Some((name, value)), _) => (name, value, true),
            (None, Some(name)) => (name, "", false),
            (None, None) => return false,
        };
        let [name, value] = [name, value].map(|text| text.trim_matches(WHITESPACE));
        match value {
            "" if removes => self.removed.push(name.to_ascii_lowercase()),
            value => self.headers.push((name.to_owned(), value.to_owned())),
        }
        true
    }

    fn has(&self, name: &str) -> bool {
        self.removed.iter().any(|removed| removed == name)
            || self.headers.iter().any(|(n, _)| n.eq_ignore_ascii_case(name))
    }

    fn set_default(&mut self, name: &str, value: &str) {
        if !self.has(name) {
            self.headers.push((name.to_owned(), value.to_owned()));
        }
    }

    fn into_call(mut self) -> Result<Call, String> {
        let mut url = self.url.take().ok_or("the URL is missing")?;
        if !self.is_globless {
            for bracket in ['[', ']', '{', '}'] {
                url = url.replace(&format!("\\{bracket}"), &bracket.to_string());
            }
        }
        // The URL Standard drops these at the ends, of what is given and of what is fetched.
        let trimmed = |url: &str| url.trim_matches(|c| c <= ' ').to_owned();
        let mut url = trimmed(&url);
        check_url("URL", &url)?;
        let data = if self.is_get { self.data.take() } else { None };
        let data = data.map(|data| String::from_utf8_lossy(&data).into_owned());
        let queries: Vec<_> = data.into_iter().chain(self.query.drain(..)).collect();
        if !queries.is_empty() {
            url = trimmed(&with_query(&url, &queries.join("&")));
        }
        self.form();
        if let Some(value) = self.authorization.take() {
            self.set_default("authorization", &value);
        }
        let has_body = self.data.is_some();
        if self.is_json {
            self.set_default("content-type", "application/json");
            self.set_default("accept", "application/json");
        } else if has_body && !self.is_upload {
            self.set_default("content-type", "application/x-www-form-urlencoded");
        }

        let mut call = Call::new(url);
        let default = match () {
            () if self.is_upload => "PUT",
            () if self.is_head => "HEAD",
            () if has_body => "POST",
            () => "GET",
        };
        call.fetch.method = self.method.take().unwrap_or_else(|| default.to_owned());
        let is_typed = self.headers.iter().any(|(n, _)| n.eq_ignore_ascii_case("content-type"));
        if has_body {
            call.fetch.body = if is_typed { Body::Text } else { Body::Bytes };
        }
        call.body = self.data;
        call.insecure = self.is_insecure;
        call.resolve = self.resolve;
        call.ignored = self.ignored;
        for list in &self.cookies {
            call.add_cookies(list);
        }
        call.take_headers(self.headers);
        call.include_if_cookies();
        Ok(call)
    }

    /// Makes the body of `--form`.
    fn form(&mut self) {
        const BOUNDARY: &str = "----cors-form-boundary";
        if self.parts.is_empty() {
            return;
        }
        let mut body = Vec::new();
        for part in std::mem::take(&mut self.parts) {
            let text = String::from_utf8_lossy(&part);
            let (name, value) = text.split_once('=').unwrap_or((&text, ""));
            let is_file = value.starts_with(['@', '<']);
            if is_file {
                self.ignored.push(format!("--form {text}"));
            }
            let value = if is_file { "" } else { value };
            let name = name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
            body.extend(
                format!(
                    "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                )
                .into_bytes(),
            );
        }
        body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
        self.data = Some(body);
        self.set_default("content-type", &format!("multipart/form-data; boundary={BOUNDARY}"));
    }
}

/// The URL with more in its query.
fn with_query(url: &str, query: &str) -> String {
    let (url, fragment) = url.split_once('#').unwrap_or((url, ""));
    let separator = if url.contains('?') { '&' } else { '?' };
    let hash = if fragment.is_empty() { "" } else { "#" };
    format!("{url}{separator}{query}{hash}{fragment}")
}

/// The value of `--data-urlencode`: `CONTENT`, `=CONTENT` or `NAME=CONTENT`. `None` if the content
/// is in a file.
fn url_encoded(word: &Word) -> Option<String> {
    let bytes = word.to_bytes();
    let end = bytes.iter().position(|byte| matches!(byte, b'=' | b'@'));
    let (name, content) = match end {
        Some(end) if bytes[end] == b'@' => return None,
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (&b""[..], &bytes[..]),
    };
    let content: String = url::form_urlencoded::byte_serialize(content).collect();
    let name = String::from_utf8_lossy(name);
    let content = content.replace('+', "%20");
    Some(if name.is_empty() { content } else { format!("{name}={content}") })
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let quads = bytes.chunks(3).flat_map(|three| {
        let byte = |i| three.get(i).copied().unwrap_or(0);
        let number = u32::from_be_bytes([0, byte(0), byte(1), byte(2)]);
        (0..4).map(move |i| match i <= three.len() {
            true => char::from(DIGITS[(number >> (18 - 6 * i)) as usize & 63]),
            false => '=',
        })
    });
    quads.collect()
}
