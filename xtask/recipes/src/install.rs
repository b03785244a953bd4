//! Installs the servers.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use cors_cli::server::Server;

use crate::hosts::{folder, program};

/// Exact versions, with which the recipes are proven.
pub const NODE: [&str; 2] = ["express@5.3.0", "cors@2.8.6"];
/// As for node.
pub const PYTHON: [&str; 4] =
    ["fastapi==0.165.0", "uvicorn==0.54.0", "flask==3.1.3", "flask-cors==6.0.5"];

/// Keeps a package from starting its server.
const POLICY: &str = "/usr/sbin/policy-rc.d";

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
