//! Installs the servers' programs, and finds them.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use cors_cli::server::Server;

/// Exact versions, with which the recipes are proven.
pub const NODE: [&str; 2] = ["express@5.3.0", "cors@2.8.6"];
/// As for node.
pub const PYTHON: [&str; 4] =
    ["fastapi==0.165.0", "uvicorn==0.54.0", "flask==3.1.3", "flask-cors==6.0.5"];

/// Keeps a package from starting its server.
const POLICY: &str = "/usr/sbin/policy-rc.d";

/// Where programs are installed, and servers find their files.
pub fn folder() -> PathBuf {
    xtask::workspace().join("target/recipes")
}

/// The program that the server needs, or a sentence that says what is missing.
pub fn program(server: Server) -> Result<Option<PathBuf>, String> {
    let (candidates, package): (&[&str], &str) = match server {
        Server::Nginx => (&["/usr/sbin/nginx"], "nginx"),
        Server::Apache => (&["/usr/sbin/apache2"], "apache2"),
        Server::Express => (&["/usr/bin/node", "/usr/local/bin/node"], "node"),
        _ => (&[], ""),
    };
    let installed = match server {
        Server::TowerHttp | Server::ActixCors | Server::Warp | Server::Ours => return Ok(None),
        Server::FastApi | Server::Flask => is_installed("python", &PYTHON),
        Server::Express => is_installed("node", &NODE),
        Server::Nginx | Server::Apache => true,
    };
    if !installed {
        return Err(format!("{server} is not installed below target/recipes"));
    }
    if matches!(server, Server::FastApi | Server::Flask) {
        return Ok(Some(folder().join("python/bin/python")));
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let in_path = std::env::split_paths(&path).map(|folder| folder.join(package));
    let mut found = in_path.chain(candidates.iter().map(PathBuf::from));
    match found.find(|program| program.is_file()) {
        Some(program) => Ok(Some(program)),
        None => Err(format!("{package} is not installed")),
    }
}

/// Installs what the server needs, unless it is there. The error says what failed.
pub fn install(server: Server) -> Result<(), String> {
    if program(server).is_ok() {
        return Ok(());
    }
    fs::create_dir_all(folder()).map_err(|error| error.to_string())?;
    match server {
        Server::Nginx => apt_get("nginx"),
        Server::Apache => apt_get("apache2"),
        Server::Express => {
            run(Command::new("npm")
                .args(["install", "--no-audit", "--no-fund", "--silent", "--prefix"])
                .arg(folder().join("node"))
                .args(NODE))?;
            note("node", &NODE)
        }
        Server::FastApi | Server::Flask => {
            let python = folder().join("python");
            run(Command::new("python3").args(["-m", "venv"]).arg(&python))?;
            run(Command::new(python.join("bin/python"))
                .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
                .args(PYTHON))?;
            note("python", &PYTHON)
        }
        _ => Ok(()),
    }
}

/// Whether these packages were installed there, all of them.
pub fn is_installed(name: &str, packages: &[&str]) -> bool {
    fs::read_to_string(noted(name)).is_ok_and(|noted| noted == packages.join("\n"))
}

fn note(name: &str, packages: &[&str]) -> Result<(), String> {
    fs::write(noted(name), packages.join("\n")).map_err(|error| error.to_string())
}

fn noted(name: &str) -> PathBuf {
    folder().join(name).join("installed.txt")
}

fn apt_get(package: &str) -> Result<(), String> {
    let made = deny_start().map_err(|error| format!("{POLICY}: {error}"))?;
    let installed = run(Command::new("apt-get").args(["update", "-qq"])).and_then(|()| {
        let mut install = Command::new("apt-get");
        install.env("DEBIAN_FRONTEND", "noninteractive");
        run(install.args(["install", "-y", "-qq", "--no-install-recommends", package]))
    });
    if made {
        let _ = fs::remove_file(POLICY);
    }
    installed
}

/// Whether it was missing.
fn deny_start() -> io::Result<bool> {
    if Path::new(POLICY).exists() {
        return Ok(false);
    }
    fs::write(POLICY, "#!/bin/sh\nexit 101\n")?;
    fs::set_permissions(POLICY, fs::Permissions::from_mode(0o755))?;
    Ok(true)
}

fn run(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{name}: {status}")),
        Err(error) => Err(format!("{name} cannot be started: {error}")),
    }
}
