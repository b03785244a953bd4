//! Finds the programs that each engine needs, and installs them.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::Duration;

use cors_core::browser::Engine;

/// A program that an engine needs.
#[derive(Debug)]
struct Program {
    /// Alternative names.
    names: &'static [&'static str],
    /// Folders to search besides `PATH`. A `*` matches any directory name.
    folders: &'static [&'static str],
    /// The Debian package. None contains geckodriver.
    package: Option<&'static str>,
}

const CHROMEDRIVER: Program =
    Program { names: &["chromedriver"], folders: &[], package: Some("chromium-driver") };
const CHROMIUM: Program =
    Program { names: &["chromium", "google-chrome"], folders: &[], package: Some("chromium") };
const GECKODRIVER: Program =
    Program { names: &["geckodriver"], folders: &["$CARGO_HOME/bin"], package: None };
const FIREFOX: Program =
    Program { names: &["firefox-esr", "firefox"], folders: &[], package: Some("firefox-esr") };
const WEBKIT_DRIVER: Program =
    Program { names: &["WebKitWebDriver"], folders: &[], package: Some("webkit2gtk-driver") };
const MINI_BROWSER: Program = Program {
    names: &["MiniBrowser"],
    folders: &[
        "/usr/lib/*/webkit2gtk-4.1",
        "/usr/lib/webkit2gtk-4.1",
        "/usr/libexec/webkit2gtk-4.1",
    ],
    package: Some("webkit2gtk-driver"),
};
const WEBKIT: Program = Program {
    names: &["libwebkit2gtk-4.1.so.0"],
    folders: &["/usr/lib/*/", "/usr/lib", "/usr/lib64"],
    package: Some("webkit2gtk-driver"),
};
/// This version supports Debian's Firefox.
const GECKODRIVER_VERSION: &str = "0.37.1";

const XVFB: Program = Program { names: &["Xvfb"], folders: &[], package: Some("xvfb") };

/// The paths of an engine's programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programs {
    /// The program that speaks WebDriver.
    pub driver: PathBuf,
    /// The browser, which the driver starts.
    pub browser: PathBuf,
    /// The X server, only for WebKit: it has no headless mode.
    pub display: Option<PathBuf>,
}

impl Programs {
    /// Finds the programs. The error names a missing one and the command that installs it.
    pub fn find(engine: Engine) -> Result<Self, String> {
        let found = |program: &Program| {
            program.find().ok_or_else(|| {
                let name = engine.name();
                let flag = name.to_ascii_lowercase();
                format!(
                    "{name}: {} is missing; cargo xtask browser --engine {flag} --install installs it",
                    program.names[0],
                )
            })
        };
        let (driver, browser, display) = needs(engine);
        Ok(Self {
            driver: found(driver)?,
            browser: found(browser)?,
            display: display.map(found).transpose()?,
        })
    }
}

/// WebKit's library, which has its messages.
pub fn webkit_library() -> Option<PathBuf> {
    WEBKIT.find()
}

/// The driver, the browser, and the X server.
fn needs(engine: Engine) -> (&'static Program, &'static Program, Option<&'static Program>) {
    match engine {
        Engine::Chromium => (&CHROMEDRIVER, &CHROMIUM, None),
        Engine::Firefox => (&GECKODRIVER, &FIREFOX, None),
        _ => (&WEBKIT_DRIVER, &MINI_BROWSER, Some(&XVFB)),
    }
}

impl Program {
    fn find(&self) -> Option<PathBuf> {
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = env::split_paths(&path).chain(self.folders.iter().flat_map(|it| expand(it)));
        let mut places =
            folders.flat_map(|folder| self.names.iter().map(move |it| folder.join(it)));
        places.find(|place| place.is_file())
    }
}

fn cargo_home() -> Option<PathBuf> {
    let default = || env::home_dir().map(|home| home.join(".cargo"));
    env::var_os("CARGO_HOME").map(PathBuf::from).or_else(default)
}

/// The directories that a pattern matches.
fn expand(pattern: &str) -> Vec<PathBuf> {
    if let Some(rest) = pattern.strip_prefix("$CARGO_HOME/") {
        return cargo_home().into_iter().map(|home| home.join(rest)).collect();
    }
    match pattern.split_once("/*/") {
        None => vec![pattern.into()],
        Some((parent, rest)) => fs::read_dir(parent)
            .map(|entries| entries.flatten().map(|entry| entry.path().join(rest)).collect())
            .unwrap_or_default(),
    }
}

/// Installs what these engines lack. If we do not know how, the error says what you need.
pub fn install(engines: &[Engine]) -> Result<(), String> {
    let missing = missing(engines);
    if missing.is_empty() {
        println!("nothing is missing");
        return Ok(());
    }
    let mut packages: Vec<_> = missing.iter().filter_map(|program| program.package).collect();
    packages.sort_unstable();
    packages.dedup();
    if !packages.is_empty() {
        if !is_debian(&fs::read_to_string(OS_RELEASE).unwrap_or_default()) {
            return Err(format!(
                "this is not Debian; install {} yourself (on Debian, the packages {} contain them)",
                names(&missing),
                packages.join(", "),
            ));
        }
        install_packages(&packages)?;
    }
    if missing.iter().any(|program| program.package.is_none()) {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut install = Command::new(cargo);
        install.args(["install", "geckodriver", "--locked", "--version", GECKODRIVER_VERSION]);
        // We look there, but cargo's settings may name another folder.
        install.arg("--root").arg(cargo_home().ok_or("neither CARGO_HOME nor a home directory")?);
        run(&mut install)?;
    }
    match self::missing(engines) {
        still if still.is_empty() => Ok(()),
        still => Err(format!("still missing after installation: {}", names(&still))),
    }
}

fn missing(engines: &[Engine]) -> Vec<&'static Program> {
    let programs = engines.iter().flat_map(|engine| {
        let (driver, browser, display) = needs(*engine);
        [Some(driver), Some(browser), display].into_iter().flatten()
    });
    programs.filter(|program| program.find().is_none()).collect()
}

/// [os-release(5)](https://www.freedesktop.org/software/systemd/man/latest/os-release.html)
const OS_RELEASE: &str = "/etc/os-release";

/// Only Debian itself: derivatives have other packages, and Ubuntu's packages of Chromium and Firefox are empty.
fn is_debian(os_release: &str) -> bool {
    let id = os_release.lines().find_map(|line| line.strip_prefix("ID="));
    id.is_some_and(|id| id.trim_matches(['"', '\'']) == "debian")
}

fn names(programs: &[&Program]) -> String {
    let names: Vec<_> = programs.iter().map(|program| program.names[0]).collect();
    names.join(", ")
}

fn install_packages(packages: &[&str]) -> Result<(), String> {
    // Updates fail for a moment while a mirror is synchronizing.
    let update = || run(apt_get().arg("update"));
    let mut updated = update();
    for pause in [5, 20] {
        if updated.is_err() {
            thread::sleep(Duration::from_secs(pause));
            updated = update();
        }
    }
    updated?;
    run(apt_get().args(["install", "--yes", "--no-install-recommends"]).args(packages))
}

fn apt_get() -> Command {
    let mut command = if rustix::process::geteuid().is_root() {
        Command::new("env")
    } else {
        let mut sudo = Command::new("sudo");
        sudo.arg("env");
        sudo
    };
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    // Without the first option, an update that fetched nothing counts as success.
    command.args(["-o", "APT::Update::Error-Mode=any", "-o", "Acquire::Retries=3"]);
    command
}

/// Prints the command and runs it. The error is the command to repeat.
fn run(command: &mut Command) -> Result<(), String> {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let line = words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    println!("$ {line}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{line}: {status}")),
        Err(error) => Err(format!("{line}: cannot be started: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::home::Home;

    #[test]
    fn debian_is_distinguished_from_derivatives() {
        assert!(is_debian("NAME=\"Debian GNU/Linux\"\nID=debian\n"));
        assert!(is_debian("ID=\"debian\""));
        for other in ["ID=ubuntu\nID_LIKE=debian", "VERSION_ID=debian", "ID_LIKE=debian", ""] {
            assert!(!is_debian(other), "{other}");
        }
    }

    #[test]
    fn a_star_matches_a_directory() {
        let home = Home::new().unwrap();
        let root = home.path().display();
        fs::create_dir(home.path().join("x86")).unwrap();
        assert_eq!(expand(&format!("{root}/*/lib/a")), [home.path().join("x86/lib/a")]);
        assert_eq!(expand(&format!("{root}/none/*/lib")), Vec::<PathBuf>::new());
        assert_eq!(expand("/usr/bin"), [PathBuf::from("/usr/bin")]);
    }
}
