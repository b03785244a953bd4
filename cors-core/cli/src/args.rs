//! The flags of every command.

#![allow(rustdoc::bare_urls, reason = "the help prints these comments as they are")]

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use crate::input::public_part;
use crate::output::{print, wrong_usage};
use crate::server::Server;

const EXAMPLES: &str = "\
Examples:
  cors explain https://api.example.com/items --origin https://app.example.com
  cors audit https://api.example.com/items --allow https://app.example.com
  cors check policy.toml

Exits 0 on success, 1 on a failed check, and 2 on wrong usage.";

#[derive(Debug, Parser)]
#[command(
    name = "cors",
    about = "Tells why a browser said no, for every server",
    after_help = EXAMPLES,
    disable_help_subcommand = true,
    version
)]
struct Cors {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// What a browser does with a fetch, step by step, and if the script cannot read the answer, why
    Explain(Box<Explain>),
    /// Who can read a URL, found out with at most 64 safe requests
    Audit(Audit),
    /// All errors and warnings in policy files, one per line: FILE:LINE: key = value: reason; fix
    Check(Check),
    /// What scripts may read under one policy file and not under another; exits 1 if they can read more or less
    Diff(Diff),
    /// The JSON Schema of policy files, with which editors complete and check them
    Schema,
    /// A script that completes the flags in your shell
    Completions {
        /// Your shell
        shell: Shell,
    },
}

#[derive(Args, Debug)]
pub(crate) struct Check {
    /// Policy files, TOML or (with the extension .json) JSON; - is standard input, in either
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Diff {
    /// The policy file before
    pub(crate) old: PathBuf,
    /// The policy file after
    pub(crate) new: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// The URL to fetch, for real: a PUT whose preflight passes is sent. With --policy alone, https://api.example/ unless given
    #[arg(value_name = "URL")]
    pub(crate) url: Option<String>,
    /// The same, as a flag: with --policy, nothing is sent to it
    #[arg(long = "url", value_name = "URL", conflicts_with = "url")]
    pub(crate) url_flag: Option<String>,
    /// The page's origin, such as https://app.example.com, or null for an opaque origin
    #[arg(long)]
    pub(crate) origin: Option<String>,
    /// The method
    #[arg(long, short = 'X')]
    pub(crate) method: Option<String>,
    /// A header that the script sets
    #[arg(long = "header", short = 'H', value_name = "NAME: VALUE", allow_hyphen_values = true)]
    pub(crate) headers: Vec<String>,
    /// A body, sent as text
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) data: Option<String>,
    /// omit, same-origin (the default) or include: when cookies are sent
    #[arg(long, value_name = "MODE")]
    pub(crate) credentials: Option<String>,
    /// cors (the default), no-cors or same-origin
    #[arg(long)]
    pub(crate) mode: Option<String>,
    /// follow (the default), error or manual
    #[arg(long, value_name = "MODE")]
    pub(crate) redirect: Option<String>,
    /// What makes the request: fetch (the default), xhr, script, module, image, stylesheet, font,
    /// eventsource, websocket, beacon or frame
    #[arg(long = "as", value_name = "INITIATOR")]
    pub(crate) initiator: Option<String>,
    /// The crossorigin attribute of a script, module, image or stylesheet: anonymous or
    /// use-credentials
    #[arg(long, value_name = "VALUE")]
    pub(crate) crossorigin: Option<String>,
    /// The script listens to the progress of an upload, which needs a preflight
    #[arg(long)]
    pub(crate) upload: bool,
    /// A cookie that the browser has for the URL, with or without the attributes of its Set-Cookie
    #[arg(long = "cookie", value_name = "NAME=VALUE[; ATTRIBUTE]...")]
    pub(crate) cookies: Vec<String>,
    /// A policy file. Without URL, or with --url, nothing is sent: the policy answers
    #[arg(long, value_name = "FILE", conflicts_with = "response")]
    pub(crate) policy: Option<PathBuf>,
    /// Raw HTTP responses, one after the other, as curl -i prints them; nothing is sent
    #[arg(long, value_name = "FILE")]
    pub(crate) response: Option<PathBuf>,
    /// What a browser's "Copy as cURL" gives, in place of URL, method, headers and data
    #[arg(long, value_name = "COMMAND", allow_hyphen_values = true, conflicts_with = "fetch")]
    pub(crate) curl: Option<String>,
    /// What a browser's "Copy as fetch" gives, in place of URL, method, headers and data
    #[arg(long, value_name = "CALL")]
    pub(crate) fetch: Option<String>,
    /// A line of a browser's console: prints its cause and fix. Nothing is sent
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, exclusive = true)]
    pub(crate) console: Option<String>,
    /// A response header that the script reads
    #[arg(long, value_name = "NAME")]
    pub(crate) reads: Vec<String>,
    /// The server to show the fix for, if its answers do not tell: nginx, apache, express, fastapi, flask, tower-http, actix-cors, warp or ours
    #[arg(long, value_name = "NAME")]
    pub(crate) server: Option<Server>,
    #[command(flatten)]
    pub(crate) connection: Connection,
    /// One JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Audit {
    /// The URL
    #[arg(value_name = "URL")]
    pub(crate) url: String,
    /// An origin that is meant to read, or a pattern such as https://*.example.com
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) allow: Vec<String>,
    /// A method that scripts need; only its preflight is sent
    #[arg(long = "method", short = 'X', value_name = "METHOD")]
    pub(crate) methods: Vec<String>,
    /// A header that scripts set
    #[arg(long = "header", short = 'H', value_name = "NAME: VALUE", allow_hyphen_values = true)]
    pub(crate) headers: Vec<String>,
    #[command(flatten)]
    pub(crate) connection: Connection,
    /// One JSON object
    #[arg(long, conflicts_with = "sarif")]
    pub(crate) json: bool,
    /// SARIF 2.1.0, for code scanning
    #[arg(long)]
    pub(crate) sarif: bool,
}

/// How the server is reached.
#[derive(Args, Clone, Debug)]
pub(crate) struct Connection {
    /// Accept any certificate
    #[arg(long)]
    pub(crate) insecure: bool,
    /// Connect to this address instead of looking the host up, as in curl
    #[arg(long = "resolve", value_name = "HOST:PORT:ADDRESS")]
    pub(crate) resolve: Vec<String>,
    /// How long each request may take
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub(crate) timeout: u64,
}

fn seconds(text: &str) -> Result<u64, &'static str> {
    text.parse()
        .ok()
        .filter(|seconds| (1..=3600).contains(seconds))
        .ok_or("write whole seconds, 1 to 3600")
}

/// `Err` is the exit code of help, and of wrong usage.
pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, ExitCode> {
    let help = || {
        print(&Cors::command().render_help().to_string());
        ExitCode::SUCCESS
    };
    match Cors::try_parse_from(args) {
        Ok(Cors { command: Some(command) }) => Ok(command),
        Ok(Cors { command: None }) => Err(help()),
        Err(error) if !error.use_stderr() => {
            print(&error.render().to_string());
            Err(ExitCode::SUCCESS)
        }
        Err(error) => Err(wrong_usage(one_line(&error))),
    }
}

/// The parser's message spreads over a paragraph and repeats the usage.
fn one_line(error: &clap::Error) -> String {
    let mut text = error.render().to_string();
    for kind in [ContextKind::InvalidValue, ContextKind::InvalidArg, ContextKind::InvalidSubcommand]
    {
        if let Some(ContextValue::String(written)) = error.get(kind)
            && !written.is_empty()
        {
            // It may be a URL in the wrong place, and span lines.
            text = text.replace(written, &public_part(written).replace('\n', " "));
        }
    }
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let message = text.split("\n\n").next().unwrap_or_default();
    let mut line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let suggested =
        [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    for likely in suggested.into_iter().filter_map(|kind| error.get(kind)) {
        let likely = match likely {
            // The likeliest is the last.
            ContextValue::Strings(likely) => likely.last().cloned().unwrap_or_default(),
            likely => likely.to_string(),
        };
        line += &format!("; did you mean {likely}?");
    }
    if error.kind() == ErrorKind::MissingRequiredArgument {
        line += "; --help shows the usage";
    }
    line
}

pub(crate) fn completions(shell: Shell) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cors::command(), "cors", &mut script);
    let _ = io::Write::write_all(&mut io::stdout(), &script);
    ExitCode::SUCCESS
}
