//! `explain`: what a browser does with one `fetch`, and why.

mod call;
mod causes;
mod exchange;
mod sources;

use std::fmt::Display;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::process::ExitCode;

use cors_core::Policy;
use cors_core::browser::{AddressSpace, Fetch, Verdict};
use cors_core::explain::{Event, Explanation, explain, sections_of};
use serde_json::{Value, json};
use url::Url;

use crate::args::{Connection, Explain};
use crate::client::Client;
use crate::input::{self, Call, public_part};
use crate::json::to_json;
use crate::output::{self, escaped, is_colored, print};
use crate::policy_file::judge;
use crate::server::{self, Needs, Server, recipe};
use exchange::Exchange;
use sources::Live;

/// What the tool calls itself. Browsers send such a header, and some servers refuse requests
/// without.
const USER_AGENT: &str = concat!("Mozilla/5.0 (compatible; cors/", env!("CARGO_PKG_VERSION"), ")");

/// An explanation, and what the tool adds to it.
struct Explained {
    explanation: Explanation,
    /// Where a failure comes from.
    causes: Vec<String>,
    /// The fix in the words of the server that answered.
    recipe: Option<(Server, String)>,
}

impl Explained {
    fn new(explanation: Explanation, causes: Vec<String>) -> Self {
        Self { explanation, causes, recipe: None }
    }

    /// Adds the recipe of the named server, or of the one that the answers tell.
    fn with_recipe(mut self, options: &Explain, exchanges: &[Exchange]) -> Self {
        let hidden = self.hidden(&options.reads);
        self.causes.extend(hidden.iter().map(|name| {
            format!("the script does not see {name}: Access-Control-Expose-Headers has to list it")
        }));
        if !self.explanation.is_success() || !hidden.is_empty() {
            let answers: Vec<_> = exchanges.iter().map(Exchange::answer).collect();
            let pairs: Vec<_> = exchanges.iter().map(Exchange::pair).collect();
            let reads: Vec<_> = options.reads.iter().map(String::as_str).collect();
            let needs = Needs::of(self.explanation.fetch(), &pairs, &reads);
            let server =
                options.server.or_else(|| server::to_fix(&server::recognise(&answers), &needs));
            self.recipe = server.and_then(|server| Some((server, recipe(server, &needs)?)));
        }
        self
    }

    /// Headers that the script wants to read and does not see.
    fn hidden<'n>(&self, reads: &'n [String]) -> Vec<&'n str> {
        let Verdict::Readable(readable) = self.explanation.verdict() else { return Vec::new() };
        let sees = |name: &&str| readable.shared.shows(&name.to_ascii_lowercase());
        reads.iter().map(String::as_str).filter(|name| !sees(name)).collect()
    }

    fn to_json(&self) -> Value {
        let Self { explanation, causes, recipe } = self;
        let mut said = to_json(explanation);
        said["causes"] = causes.as_slice().into();
        said["recipe"] = match recipe {
            Some((server, text)) => json!({ "server": server.name(), "text": text }),
            None => Value::Null,
        };
        said
    }
}

/// `Err` is what is wrong with the usage.
pub(crate) fn run(options: &Explain) -> Result<ExitCode, String> {
    if let Some(console) = &options.console {
        return Ok(look_up(console));
    }
    Ok(match explained(options)? {
        Some(explained) => show(&explained, options.json),
        None => ExitCode::FAILURE,
    })
}

/// Prints what the guide says about a console message.
fn look_up(console: &str) -> ExitCode {
    let sections = sections_of(console);
    if sections.is_empty() {
        eprintln!("cors: the guide has no such message; explain the URL instead");
        return ExitCode::FAILURE;
    }
    let [bold, plain] = if is_colored() { ["\x1b[1m", "\x1b[0m"] } else { [""; 2] };
    let sections: Vec<_> = sections
        .iter()
        .map(|section| format!("{bold}{}{plain}\n\n{}\n", section.title(), section.text()))
        .collect();
    print(&sections.join("\n\n"));
    ExitCode::SUCCESS
}

/// What `--json` prints. `Err` is what is wrong with the usage, or with the policy file.
pub(crate) fn to_value(options: &Explain) -> Result<Value, String> {
    let explained = explained(options)?.ok_or("the policy file has errors")?;
    Ok(explained.to_json())
}

/// `None` if the policy file has errors, which are printed.
fn explained(options: &Explain) -> Result<Option<Explained>, String> {
    let call = call::call(options)?;
    for ignored in &call.ignored {
        // What follows the name may be a secret.
        let name = ignored.split(['=', ' ']).next().unwrap_or_default();
        let is_name = name.starts_with('-') || options.fetch.is_some();
        let name = if is_name { name.get(..40).unwrap_or(name) } else { "an argument" };
        eprintln!("cors: ignored: {}", escaped(&public_part(name)));
    }
    let fetch = &call.fetch;
    let policy = match &options.policy {
        None => None,
        Some(file) if !file.exists() => {
            let file = public_part(&file.to_string_lossy());
            return Err(format!("--policy {file}: there is no such file"));
        }
        Some(file) => {
            let judged = judge(file);
            let Some(policy) = judged.policy else {
                eprintln!("{}", judged.findings.join("\n"));
                return Ok(None);
            };
            Some(policy)
        }
    };
    let mut explained = match (&policy, &options.response) {
        (Some(policy), _) if options.url.is_none() => {
            Explained::new(explain(policy, fetch), Vec::new())
        }
        (_, Some(file)) => of_responses(options, fetch, file)?,
        _ if options.url.is_none() && options.url_flag.is_none() && !is_copied(options) => {
            return Err(
                "name the URL to fetch, or --policy, --response, --curl or --fetch".to_owned()
            );
        }
        _ => live(options, &call, policy.as_ref())?,
    };
    // The values alone: a server may send them back.
    let values: Vec<_> = call
        .cookies
        .iter()
        .flat_map(|line| line.split(';'))
        .map(|pair| pair.split_once('=').map_or(pair, |(_, value)| value).trim())
        .collect();
    let secrets = explained.explanation.conceal_secrets(&values);
    for cause in &mut explained.causes {
        *cause = secrets.conceal(cause);
    }
    Ok(Some(explained))
}

/// Whether the call was copied, with its URL.
fn is_copied(options: &Explain) -> bool {
    options.curl.is_some() || options.fetch.is_some()
}

fn of_responses(options: &Explain, fetch: &Fetch, file: &Path) -> Result<Explained, String> {
    let shown = public_part(&file.to_string_lossy());
    let wrong = |error: &dyn Display| format!("--response {shown}: {error}");
    let bytes = read(file).map_err(|error| wrong(&error))?;
    let responses = input::responses(&bytes).map_err(|error| wrong(&error))?;
    let count = responses.len();
    let (mut explanation, exchanges, notes) = sources::from_file(fetch, responses);
    if explanation.unanswered().is_some() {
        explanation.conceal_secrets(&[]);
    }
    if let Some(request) = explanation.unanswered() {
        let (method, url) = (request.method(), exchange::shown_url(request));
        return Err(wrong(&format!(
            "it has {count} of the answers; append the one to {method} {url}"
        )));
    }
    let mut causes = causes::causes(fetch, &explanation, &exchanges, &mut |_| None);
    causes.extend(notes);
    Ok(Explained::new(explanation, causes).with_recipe(options, &exchanges))
}

/// Reads a file, or standard input for `-`, up to a byte over the limit, so that it is noticed.
fn read(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = input::MAX_SIZE as u64 + 1;
    match file == Path::new("-") {
        true => io::stdin().take(limit).read_to_end(&mut bytes)?,
        false => File::open(file)?.take(limit).read_to_end(&mut bytes)?,
    };
    Ok(bytes)
}

/// Asks the server, and says what the policy would have answered.
fn live(options: &Explain, call: &Call, policy: Option<&Policy>) -> Result<Explained, String> {
    let Call { fetch, body, cookies, insecure, resolve, .. } = call;
    let timeout = options.connection.timeout;
    let connection = Connection { insecure: *insecure, resolve: resolve.clone(), timeout };
    let client = Client::new(&connection, USER_AGENT)?;
    let live = Live { client: &client, body: body.as_deref(), cookies };
    let fetch = &in_spaces(fetch, &client);
    let (explanation, exchanges) = live.explain(fetch);
    let mut causes =
        causes::causes(fetch, &explanation, &exchanges, &mut |request| client.head(request).ok());
    let Some(policy) = policy else {
        return Ok(Explained::new(explanation, causes).with_recipe(options, &exchanges));
    };
    if exchanges.is_empty() && explanation.events().iter().any(|e| matches!(e, Event::Sent(_))) {
        causes.push("so this is what the policy would answer".to_owned());
        return Ok(Explained::new(explain(policy, fetch), causes));
    }
    causes.extend(sources::compare(policy, &explanation));
    Ok(Explained::new(explanation, causes).with_recipe(options, &exchanges))
}

/// The fetch with the address spaces that names resolve to. Nobody is asked about the page's name,
/// which `--resolve` can tell.
fn in_spaces(fetch: &Fetch, client: &Client) -> Fetch {
    let page = Url::parse(&fetch.origin).ok();
    let domain = |url: &Option<Url>| url.as_ref()?.domain().map(str::to_owned);
    let mut placed = fetch.clone();
    placed.target_space = domain(&exchange::called(fetch))
        .and_then(|host| client.address(&host))
        .map(AddressSpace::of_address);
    placed.page_space =
        domain(&page).and_then(|host| client.told_address(&host)).map(AddressSpace::of_address);
    placed
}

fn show(explained: &Explained, json: bool) -> ExitCode {
    let Explained { explanation, causes, recipe } = explained;
    if json {
        print(&output::json(&explained.to_json()));
    } else {
        let (page, [bold, plain]) = match is_colored() {
            true => (explanation.in_color().to_string(), ["\x1b[1m", "\x1b[0m"]),
            false => (explanation.to_string(), ["", ""]),
        };
        let mut text = format!("{page}\n");
        if !causes.is_empty() {
            text += &format!("\n{bold}where it comes from{plain}\n");
        }
        for cause in causes {
            text += &format!("  {}\n", escaped(cause));
        }
        if let Some((server, recipe)) = recipe {
            text += &format!("\n{bold}for {server}{plain}\n");
            for line in recipe.lines() {
                // Without indentation, which Python would obey.
                text += &format!("{}\n", escaped(line));
            }
        }
        print(&text);
    }
    if explanation.is_success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
