//! The demo's page, clicked through in Chromium as a person would.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use cors_core::browser::Engine;
use fantoccini::{Client, Locator};
use tokio::time::{Instant, sleep};
use xtask::WORKSPACE_MANIFEST;
use xtask::running::Running;

use crate::Session;

/// More than any step takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Clicks through the page. With `picture`, it is painted there at the end.
pub async fn run(picture: Option<&Path>) -> Result<(), String> {
    let demo = tokio::task::spawn_blocking(Demo::start);
    let demo = demo.await.map_err(|error| error.to_string())??;
    let session = Session::start_directly(Engine::Chromium).await?;
    let page = Page { client: session.client() };
    page.open(&demo.url).await?;

    // A method that the policy does not have: explained, and so it is in the browser.
    page.type_into("#method", "PATCH").await?;
    page.wait("#verdict[data-readable=false][data-step=preflight-method]").await?;
    page.wait("#sequence .failed").await?;
    page.send(false).await?;

    // The fix, applied and sent again.
    page.click("#apply").await?;
    page.wait("#verdict[data-readable=true]").await?;
    page.put_in_force().await?;
    page.send(true).await?;
    page.holds("document.querySelector('#policy').value.includes('PATCH')").await?;

    // A mistake has its line as it is typed, and is not put in force.
    page.append("#policy", "\nmax_age = 90000\n").await?;
    page.wait("#findings > li[data-kind=error][data-line]").await?;
    page.holds("document.querySelector('#put').ariaDisabled === 'true'").await?;
    page.remove_from("#policy", "\nmax_age = 90000\n").await?;
    page.holds("!document.querySelector('#findings > li[data-kind=error]')").await?;

    // A page without an origin of its own.
    page.choose("#page", "null").await?;
    page.wait("#verdict[data-readable=false]").await?;
    page.send(false).await?;

    page.choose("#page", "name").await?;
    page.type_into("#headers", "x-a: 1").await?;
    page.wait("#verdict[data-readable=false]").await?;
    page.send(false).await?;
    match picture {
        Some(path) => page.paint(path).await,
        None => Ok(()),
    }
}

/// `cargo xtask demo` on free ports, and where its page is.
struct Demo {
    url: String,
    _running: Running,
}

impl Demo {
    fn start() -> Result<Self, String> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.args(["run", "--quiet", "--package", "servers", "--manifest-path"]);
        command.arg(WORKSPACE_MANIFEST).args(["--", "demo", "--addr", "127.0.0.1:0"]);
        let running = Running::start(&mut command).map_err(|error| format!("the demo: {error}"))?;
        while let Some(line) = running.next_out() {
            if let Some(url) = line.strip_prefix("see it in a browser: ") {
                return Ok(Self { url: url.to_owned(), _running: running });
            }
        }
        Err("the demo ended before it said where its page is".to_owned())
    }
}

struct Page<'s> {
    client: &'s Client,
}

impl Page<'_> {
    async fn open(&self, url: &str) -> Result<(), String> {
        self.client.goto(url).await.map_err(|error| format!("{url}: {error}"))?;
        self.client.set_window_size(1280, 1700).await.map_err(|error| error.to_string())?;
        self.wait("#verdict[data-readable]").await
    }

    /// Sends the fetch to all three, and waits until each says the same as `explain`.
    async fn send(&self, readable: bool) -> Result<(), String> {
        self.holds("document.querySelector('#explain-part').dataset.busy === undefined").await?;
        let count = "return Number(document.querySelector('#cards').dataset.sent ?? 0)";
        let before = self.client.execute(count, Vec::new()).await;
        let before = before.map_err(|error| error.to_string())?;
        self.click("#send").await?;
        let cards = "document.querySelector('#cards')";
        self.holds(&format!("Number({cards}.dataset.sent ?? 0) > {before}")).await?;
        let card = format!("article[data-readable={readable}][data-agrees=true]");
        self.holds(&format!("{cards}.querySelectorAll('{card}').length === 3")).await
    }

    async fn put_in_force(&self) -> Result<(), String> {
        let idle = "document.querySelector('#put').ariaDisabled === 'true'";
        if self.evaluate(idle).await? {
            return Ok(());
        }
        self.click("#put").await?;
        self.holds(idle).await
    }

    async fn click(&self, css: &str) -> Result<(), String> {
        let fault = |error| format!("{css} cannot be clicked: {error}");
        let element = self.client.find(Locator::Css(css)).await.map_err(fault)?;
        element.click().await.map_err(fault)
    }

    async fn type_into(&self, css: &str, text: &str) -> Result<(), String> {
        let fault = |error| format!("{css} takes no text: {error}");
        let element = self.client.find(Locator::Css(css)).await.map_err(fault)?;
        element.clear().await.map_err(fault)?;
        element.send_keys(text).await.map_err(fault)
    }

    async fn append(&self, css: &str, text: &str) -> Result<(), String> {
        self.edit(css, "value + text", text).await
    }

    async fn remove_from(&self, css: &str, text: &str) -> Result<(), String> {
        self.edit(css, "value.replace(text, '')", text).await
    }

    async fn choose(&self, css: &str, value: &str) -> Result<(), String> {
        self.edit(css, "text", value).await
    }

    /// Sets a field to what `expression` says, and lets the page know as an edit by hand would.
    async fn edit(&self, css: &str, expression: &str, text: &str) -> Result<(), String> {
        let script = format!(
            "const [css, text] = arguments;
             const field = document.querySelector(css);
             const value = field.value;
             field.value = {expression};
             for (const name of ['input', 'change'])
               field.dispatchEvent(new Event(name, {{ bubbles: true }}));"
        );
        let ran = self.client.execute(&script, vec![css.into(), text.into()]).await;
        ran.map(drop).map_err(|error| format!("{css}: {error}"))
    }

    async fn wait(&self, css: &str) -> Result<(), String> {
        self.holds(&format!("document.querySelector('{css}')")).await
    }

    async fn holds(&self, expression: &str) -> Result<(), String> {
        let began = Instant::now();
        while !self.evaluate(expression).await? {
            if began.elapsed() > PATIENCE {
                let page = self.client.execute("return document.body.innerText", Vec::new()).await;
                let text = page.ok().and_then(|text| text.as_str().map(str::to_owned));
                return Err(format!(
                    "{expression} does not come true on\n{}",
                    text.unwrap_or_default()
                ));
            }
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    async fn evaluate(&self, expression: &str) -> Result<bool, String> {
        let script = format!("return Boolean({expression})");
        let value = self.client.execute(&script, Vec::new()).await;
        let value = value.map_err(|error| format!("{expression}: {error}"))?;
        Ok(value.as_bool().unwrap_or(false))
    }

    async fn paint(&self, path: &Path) -> Result<(), String> {
        let top = "window.scrollTo(0, 0)";
        self.client.execute(top, Vec::new()).await.map_err(|error| error.to_string())?;
        let png = self.client.screenshot().await.map_err(|error| error.to_string())?;
        std::fs::write(path, png).map_err(|error| format!("{}: {error}", path.display()))
    }
}
