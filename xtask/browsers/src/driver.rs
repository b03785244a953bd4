//! Starts an engine's WebDriver: chromedriver, geckodriver, or WebKitWebDriver with an X server.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::Command;

use cors_core::browser::Engine;

use crate::home::Home;
use crate::install::Programs;
use crate::process::Process;

/// A running WebDriver. Dropping it ends its browser and X server and removes its files.
#[derive(Debug)]
pub struct Driver {
    port: u16,
    // Dropped in this order: the driver before what it uses.
    driver: Process,
    _display: Option<Display>,
    _home: Home,
}

impl Driver {
    /// Blocks until the driver accepts connections.
    pub fn start(engine: Engine, programs: &Programs, home: Home) -> Result<Self, String> {
        let port = free_port()?;
        let mut command = Command::new(&programs.driver);
        command.arg(format!("--port={port}"));
        if engine == Engine::Firefox {
            // Its second port is fixed by default, so two runs at the same time would fail.
            command.arg("--websocket-port=0");
            // To read the console.
            command.arg("--allow-system-access");
        }
        let display = match &programs.display {
            None => {
                set_environment(&mut command, &home);
                None
            }
            Some(program) => Some(Display::start(program, &home, &mut command)?),
        };
        let mut driver = Process::start(&mut command, home.path().join("driver.log"))?;
        driver.wait_for_port(port)?;
        Ok(Self { port, driver, _display: display, _home: home })
    }

    /// The address of the WebDriver.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The output of the driver and the browser.
    pub fn said(&self) -> String {
        self.driver.said()
    }
}

/// A running X server. Dropping it ends it.
#[derive(Debug)]
pub struct Display(#[expect(dead_code, reason = "it ends when it is dropped")] Process);

impl Display {
    /// Starts the X server, and lets the command use it.
    pub fn start(program: &Path, home: &Home, command: &mut Command) -> Result<Self, String> {
        set_environment(command, home);
        let mut server = Command::new(program);
        server.args(["-displayfd", "1", "-screen", "0", "1024x768x24", "-nolisten", "tcp"]);
        let mut display = Process::start(&mut server, home.path().join("display.log"))?;
        let number = display.wait_for(display_number)?;
        command.env("DISPLAY", format!(":{number}")).env("LIBGL_ALWAYS_SOFTWARE", "1");
        command.env("WEBKIT_DISABLE_COMPOSITING_MODE", "1").env("NO_AT_BRIDGE", "1");
        Ok(Self(display))
    }
}

/// Everything that the command writes goes to the directory, and nothing through a proxy of ours.
fn set_environment(command: &mut Command, home: &Home) {
    for name in ["HOME", "TMPDIR", "XDG_RUNTIME_DIR"] {
        command.env(name, home.path());
    }
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"] {
        command.env_remove(name);
    }
    for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
        command.env_remove(name).env_remove(name.to_ascii_uppercase());
    }
}

/// The X server picks a free number and prints it on its own line.
fn display_number(said: &str) -> Option<u32> {
    said.split_inclusive('\n').find_map(|line| line.strip_suffix('\n')?.parse().ok())
}

/// A free loopback port. If another program takes it first, the driver prints that and ends.
fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let port = listener.and_then(|listener| listener.local_addr()).map(|addr| addr.port());
    port.map_err(|error| format!("no free port: {error}"))
}
