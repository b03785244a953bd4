//! Servers that are programs of their own.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use cors_cli::server::Server;
use xtask::running::Running;

use super::Host;
use crate::case::{Case, OTHER, PAGE};
use crate::install::{folder, program};

/// `me:secret`, as both proxies read it.
const PASSWORDS: &str = "me:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n";

/// Starts nginx or Apache in front of a server, on a port that was free a moment ago.
pub(super) fn proxy(
    server: Server,
    case: Case,
    recipe: Option<&str>,
    upstream: SocketAddr,
) -> Result<Host, String> {
    let program = program(server)?.ok_or("a proxy is a program")?;
    let mut said = Vec::new();
    for _ in 0..10 {
        let addr = free().map_err(|error| format!("no port is free: {error}"))?;
        let files = folder().join(format!("{server:?}-{}", case.name()));
        let config = config(server, case, recipe)
            .replace("ADDR", &addr.to_string())
            .replace("UPSTREAM", &upstream.to_string());
        write(&files, &[("server.conf", &config), ("passwords", PASSWORDS)])?;
        let mut command = Command::new(&program);
        command.current_dir(&files);
        match server {
            Server::Nginx => {
                command.arg("-p").arg(&files).args(["-c", "server.conf", "-e", "stderr"])
            }
            // In the foreground, one process.
            _ => command.args(["-X", "-d"]).arg(&files).args(["-f", "server.conf"]),
        };
        let process = Running::start(&mut command).map_err(|error| error.to_string())?;
        // Each prints this once it listens.
        let ready = if server == Server::Nginx { ": nginx/" } else { "start_threads: " };
        said.clear();
        while let Some(line) = process.next_err() {
            if line.contains(ready) {
                return Ok(Host { addr, process: Some(process) });
            }
            said.push(line);
        }
        if !said.iter().any(|line| line.contains("Address already in use")) {
            break;
        }
    }
    Err(format!("{server} does not start: {said:#?}"))
}

fn free() -> std::io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}

fn config(server: Server, case: Case, recipe: Option<&str>) -> String {
    let template = match server {
        Server::Nginx => include_str!("../../apps/nginx.conf"),
        _ => include_str!("../../apps/apache.conf"),
    };
    let (http, rest) = match (server, recipe) {
        (Server::Nginx, Some(recipe)) => {
            // The recipe's own words say where each part belongs.
            recipe.split_once("# In the location block").map_or(("", recipe), |both| both)
        }
        (_, Some(recipe)) => ("", recipe),
        (_, None) => ("", ""),
    };
    // The rest of the comment that was split.
    let rest = if http.is_empty() { rest.to_owned() } else { format!("#{rest}") };
    let fault = proxy_fault(server, case);
    let rest = if recipe.is_some() { &rest } else { &fault };
    let config = template.replace("# RECIPE IN http\n", http).replace("# RECIPE\n", rest);
    if case == Case::Auth { config.replace("# AUTH ", "") } else { config }
}

/// Lines of the configuration with the fault.
fn proxy_fault(server: Server, case: Case) -> String {
    let add = |value: &str, always: bool| match (server, always) {
        (Server::Nginx, false) => format!("add_header Access-Control-Allow-Origin {value};\n"),
        (Server::Nginx, true) => {
            format!("add_header Access-Control-Allow-Origin {value} always;\n")
        }
        (_, false) => format!("Header set Access-Control-Allow-Origin {value}\n"),
        (_, true) => format!("Header always set Access-Control-Allow-Origin {value}\n"),
    };
    match case {
        Case::Simple | Case::Preflight | Case::Auth => String::new(),
        Case::Credentials => add("*", false),
        Case::Errors | Case::Exposed => add(PAGE, false),
        Case::Doubled => add(PAGE, true),
    }
}

/// Starts an application on node or Python, which picks a port.
pub(super) fn app(server: Server, case: Case, recipe: Option<&str>) -> Result<Host, String> {
    let program = program(server)?.ok_or("an application has an interpreter")?;
    let (template, file) = match server {
        Server::Express => (include_str!("../../apps/express.js"), "app.js"),
        Server::FastApi => (include_str!("../../apps/fastapi_app.py"), "app.py"),
        _ => (include_str!("../../apps/flask_app.py"), "app.py"),
    };
    let fault = app_fault(server, case);
    let marker = if server == Server::Express { "// RECIPE\n" } else { "# RECIPE\n" };
    let source = template.replace(marker, recipe.unwrap_or(&fault));
    let files = folder().join(format!("{server:?}-{}", case.name()));
    write(&files, &[(file, &source)])?;
    let mut command = Command::new(&program);
    command.arg(files.join(file)).current_dir(&files);
    command.env("NODE_PATH", folder().join("node/node_modules"));
    command.env("PYTHONDONTWRITEBYTECODE", "1").env_remove("AUTH");
    if case == Case::Auth {
        command.env("AUTH", "1");
    }
    let process = Running::start(&mut command).map_err(|error| error.to_string())?;
    let mut said = Vec::new();
    // uvicorn prints its address to standard error, ours to standard output.
    let next = || if server == Server::FastApi { process.next_err() } else { process.next_out() };
    while let Some(line) = next() {
        let rest = line.split_once("on http://").map(|(_, rest)| rest);
        let addr = rest.and_then(|rest| rest.split(' ').next()?.parse().ok());
        if let Some(addr) = addr {
            return Ok(Host { addr, process: Some(process) });
        }
        said.push(line);
    }
    while let Some(line) = process.next_err() {
        said.push(line);
    }
    Err(format!("{server} does not start: {said:#?}"))
}

/// Lines of the source with the fault.
fn app_fault(server: Server, case: Case) -> String {
    match (server, case) {
        (_, Case::Auth | Case::Doubled) | (Server::Express | Server::FastApi, Case::Simple) => {
            String::new()
        }
        (Server::Express, Case::Preflight) => {
            "app.use(require('cors')({ origin: [PAGE], methods: ['GET'], allowedHeaders: [] }));\n"
                .to_owned()
        }
        (Server::Express, Case::Credentials) => "app.use(require('cors')());\n".to_owned(),
        (Server::Express, Case::Errors) => "app.use((req, res, next) => {
  if (req.path === '/data') res.set('Access-Control-Allow-Origin', PAGE);
  next();
});
"
        .to_owned(),
        (Server::Express, _) => "app.use(require('cors')({ origin: [PAGE] }));\n".to_owned(),
        (Server::FastApi, _) => {
            let more = match case {
                Case::Errors => return FASTAPI_ERRORS.to_owned(),
                Case::Credentials => {
                    "allow_origins=['*'], allow_methods=['*'], allow_headers=['*']"
                }
                _ => "allow_origins=[PAGE]",
            };
            format!(
                "from fastapi.middleware.cors import CORSMiddleware
app.add_middleware(CORSMiddleware, {more})
"
            )
        }
        (_, Case::Simple) => {
            format!("import flask_cors\nflask_cors.CORS(app, origins=['{OTHER}'])\n")
        }
        (_, Case::Preflight) => "import flask_cors
flask_cors.CORS(app, origins=[PAGE], methods=['GET'], allow_headers=[])
"
        .to_owned(),
        (_, Case::Credentials) => "import flask_cors
flask_cors.CORS(app, send_wildcard=True)
"
        .to_owned(),
        (_, Case::Errors) => "import flask_cors
flask_cors.CORS(app, origins=[PAGE], resources='/data')
"
        .to_owned(),
        (_, Case::Exposed) => {
            "import flask_cors\nflask_cors.CORS(app, origins=[PAGE])\n".to_owned()
        }
    }
}

/// Only the route adds the header.
const FASTAPI_ERRORS: &str = "@app.middleware('http')
async def add(request, call_next):
    response = await call_next(request)
    if response.status_code == 200:
        response.headers['Access-Control-Allow-Origin'] = PAGE
    return response
";

fn write(folder: &Path, files: &[(&str, &str)]) -> Result<(), String> {
    let written = fs::create_dir_all(folder.join("temp")).and_then(|()| {
        files.iter().try_for_each(|(name, text)| fs::write(folder.join(name), text))
    });
    let shown: PathBuf = folder.into();
    written.map_err(|error| format!("{}: {error}", shown.display()))
}
