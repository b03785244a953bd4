//! Clicks through the demo's page in Chromium, as a person would.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use cors_core::browser::Engine;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, Locator};
use http::Method;
use serde_json::{Value, json};
use servers::demo;
use tokio::runtime;
use tokio::time::{Instant, sleep};
use url::{ParseError, Url};
use xtask::DEMO_POLICY;
use xtask::options::Demo;

use crate::Session;

/// More than any step takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// As narrow as a phone. A browser window cannot be narrower than some 500.
const NARROW: u32 = 390;

const WIDE: u32 = 1280;

/// Clicks through the page. With `picture`, only saves a screenshot of the first state there.
pub async fn run(picture: Option<&Path>) -> Result<(), String> {
    let url = tokio::task::spawn_blocking(start_demo);
    let url = url.await.map_err(|error| error.to_string())??;
    let session = Session::start_directly(Engine::Chromium).await?;
    let page = Page { client: session.client() };
    page.open(&url).await?;

    // The first state: a refusal, already sent, that the page explains.
    page.wait("#verdict[data-readable=false][data-step=preflight-method]").await?;
    page.wait("#why:not([hidden])").await?;
    page.wait("#sequence .failed").await?;
    page.answered(false).await?;
    page.looks_right().await?;
    if let Some(path) = picture {
        return page.paint(path).await;
    }

    // One click fixes it, on all servers.
    page.sent(page.click("#apply")).await?;
    page.answered(true).await?;
    page.wait("#verdict[data-readable=true]").await?;
    page.wait("#policy-state[data-in-force=true]").await?;
    page.holds("document.querySelector('#policy').value.includes('PATCH')").await?;
    page.holds("document.querySelector('#lines .changed').textContent.includes('PATCH')").await?;
    page.looks_right().await?;

    // The next visit starts with another refusal.
    page.open(&url).await?;
    page.wait("#verdict[data-readable=false][data-step=preflight-allow-origin-missing]").await?;
    page.answered(false).await?;
    page.sent(page.click("#apply")).await?;
    page.answered(true).await?;

    // A mistake is marked at its line while you type, and cannot be put in force.
    let mistake = "\nmax_age = 90000";
    page.append("#policy", mistake).await?;
    page.wait("#findings > li[data-kind=error][data-line]").await?;
    page.holds("document.querySelector('#put').ariaDisabled === 'true'").await?;
    page.press("#policy", &BACKSPACE.repeat(mistake.len())).await?;
    page.holds("!document.querySelector('#findings > li[data-kind=error]')").await?;
    page.wait("#policy-state[data-in-force=true]").await?;

    // Another window puts another policy in force.
    page.put_elsewhere("allow_origins = 'https://other.example'").await?;
    page.wait("#policy-state[data-in-force=false]").await?;
    page.put_in_force().await?;
    page.wait("#policy-state[data-in-force=true]").await?;

    page.engines_differ().await?;

    // A page with an opaque origin.
    page.choose("#page", "null", "null").await?;
    page.wait("#verdict[data-readable=false]").await?;
    page.send(false).await?;

    page.choose("#page", "name", "http://N").await?;
    page.type_into("#headers", "x-a: 1").await?;
    page.wait("#verdict[data-readable=false]").await?;
    page.send(false).await?;
    page.by_keyboard().await?;
    page.edit_during_a_send().await?;
    page.be_narrow().await
}

/// Starts the demo on free ports until this process ends. Blocks until it knows the page's address.
fn start_demo() -> Result<String, String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let demo = Demo { policy: DEMO_POLICY.into(), addr: Some((Ipv4Addr::LOCALHOST, 0).into()) };
        let ready = sender.clone();
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let ended = runtime.and_then(|runtime| {
            runtime.block_on(demo::serve(&demo, move |url| drop(ready.send(Ok(url)))))
        });
        if let Err(error) = ended {
            // If it fails late, nobody receives this any more.
            let _ = sender.send(Err(format!("the demo: {error}")));
        }
    });
    receiver.recv().unwrap_or_else(|_| Err("the demo does not start".to_owned()))
}

/// Keys in WebDriver's encoding. [WebDriver, keyboard actions](https://www.w3.org/TR/webdriver2/#keyboard-actions)
const CONTROL: &str = "\u{e009}";
const END: &str = "\u{e010}";
const RELEASE: &str = "\u{e000}";
const BACKSPACE: &str = "\u{e003}";
const TAB: &str = "\u{e004}";
const SHIFT: &str = "\u{e008}";
const SPACE: &str = " ";

/// Compares the list of headers on each card with those of the explanation and of its last step.
const ALIKE: &str = "[...document.querySelectorAll('#cards article')].every((card) => {
    const names = [...card.querySelectorAll('[data-header]')].map((item) => item.dataset.header);
    return document.querySelector('#verdict').textContent.endsWith(` and ${names.join(', ')}.`)
      && document.querySelector('[data-step=filter-response]').textContent.endsWith(` sees ${names.join(', ')}`);
})";

/// Returns what is hard to see on the page: text that is cut off or pale, and fields without a name.
const FAULTS: &str = include_str!("playground/faults.js");

/// More than there are tab stops on the page.
const TABS: usize = 60;

struct Page<'s> {
    client: &'s Client,
}

impl Page<'_> {
    async fn open(&self, url: &str) -> Result<(), String> {
        self.client.goto(url).await.map_err(|error| format!("{url}: {error}"))?;
        self.client.set_window_size(WIDE, 1900).await.map_err(|error| error.to_string())?;
        self.wait("#cards[data-sent]").await
    }

    /// Sends the fetch to all three servers, and waits until each result agrees with `explain`.
    async fn send(&self, readable: bool) -> Result<(), String> {
        self.sending(readable, self.click("#send")).await
    }

    async fn sending(
        &self,
        readable: bool,
        send: impl Future<Output = Result<(), String>>,
    ) -> Result<(), String> {
        self.holds("document.querySelector('#explain-part').dataset.busy === undefined").await?;
        self.sent(send).await?;
        self.answered(readable).await
    }

    /// Waits until all three answers are so and agree with `explain`.
    async fn answered(&self, readable: bool) -> Result<(), String> {
        let card = format!("article[data-readable={readable}][data-agrees=true]");
        self.holds(&format!("document.querySelectorAll('#cards {card}').length === 3")).await?;
        if readable { self.holds(ALIKE).await } else { Ok(()) }
    }

    /// Calls `send` and waits for the answers.
    async fn sent(&self, send: impl Future<Output = Result<(), String>>) -> Result<(), String> {
        let count = "return Number(document.querySelector('#cards').dataset.sent ?? 0)";
        let before = self.client.execute(count, Vec::new()).await;
        let before = before.map_err(|error| error.to_string())?;
        send.await?;
        let cards = "document.querySelector('#cards')";
        self.holds(&format!("Number({cards}.dataset.sent ?? 0) > {before}")).await
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

    /// Types at the end of the existing text.
    async fn append(&self, css: &str, text: &str) -> Result<(), String> {
        self.press(css, &format!("{CONTROL}{END}{RELEASE}{text}")).await
    }

    async fn press(&self, css: &str, keys: &str) -> Result<(), String> {
        let fault = |error| format!("{css} takes no keys: {error}");
        let element = self.client.find(Locator::Css(css)).await.map_err(fault)?;
        element.send_keys(keys).await.map_err(fault)
    }

    /// Types the first letters of an option.
    async fn choose(&self, css: &str, value: &str, begins: &str) -> Result<(), String> {
        self.press(css, begins).await?;
        self.holds(&format!("document.querySelector('{css}').value === '{value}'")).await
    }

    /// Does what another window would do, which this page does not notice at once.
    async fn put_elsewhere(&self, policy: &str) -> Result<(), String> {
        let script = "
            const [policy, done] = arguments;
            const headers = { 'content-type': 'application/json' };
            fetch('/policy', { method: 'POST', headers, body: JSON.stringify({ policy }) })
              .then((answer) => done(answer.ok), () => done(false));";
        match self.client.execute_async(script, vec![policy.into()]).await {
            Ok(ok) if ok.as_bool() == Some(true) => Ok(()),
            Ok(_) => Err("the policy is not put in force".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Some engines ask the user whether a public page may reach this machine, and others do not.
    async fn engines_differ(&self) -> Result<(), String> {
        // Typed letters would precede those of the next choice.
        let fill = |id: &str, value: &str| {
            format!(
                "document.querySelector('#{id}').value = '{value}';
                document.querySelector('#{id}').dispatchEvent(new Event('input', {{ bubbles: true }}));"
            )
        };
        let choose = fill("page", "other") + &fill("credentials", "include");
        let choose = choose + &fill("cookie", "sid=1; SameSite=Lax");
        self.client.execute(&choose, Vec::new()).await.map_err(|error| error.to_string())?;
        for (engine, readable) in [("chromium", "asks"), ("firefox", "asks"), ("webkit", "false")] {
            let engine = format!("#engines > [data-engine={engine}][data-readable={readable}]");
            self.wait(&engine).await?;
        }
        self.wait("#engines > [data-engine=chromium] > .cookies > li").await?;
        let clear = fill("credentials", "same-origin") + &fill("cookie", "");
        self.client.execute(&clear, Vec::new()).await.map_err(|error| error.to_string())?;
        self.holds("!document.querySelector('#engines .cookies')").await?;
        self.wait("#sequence > [data-step=local-network-access]").await
    }

    /// Goes from the policy to the end of the form with the Tab key, and sends.
    async fn by_keyboard(&self) -> Result<(), String> {
        self.tab_to("#method", "#policy").await?;
        self.press("#method", &format!("{}QUERY", BACKSPACE.repeat(8))).await?;
        self.holds("document.querySelector('#call').textContent.includes('QUERY')").await?;
        self.wait("#verdict[data-readable=false]").await?;
        self.tab_to("#send", "#method").await?;
        self.sending(false, self.press("#send", SPACE)).await?;
        self.go_to("#apply", "#send", &format!("{SHIFT}{TAB}{RELEASE}")).await?;
        self.sending(true, self.press("#apply", SPACE)).await?;
        self.wait("#verdict:focus").await
    }

    async fn tab_to(&self, css: &str, from: &str) -> Result<(), String> {
        self.go_to(css, from, TAB).await
    }

    async fn go_to(&self, css: &str, mut from: &str, keys: &str) -> Result<(), String> {
        let there = format!("document.querySelector('{css}:focus')");
        for _ in 0..TABS {
            self.press(from, keys).await?;
            if self.evaluate(&there).await? {
                return Ok(());
            }
            from = ":focus";
        }
        Err(format!("the Tab key does not reach {css}"))
    }

    /// Typing before the answers arrive does not change what they are compared with.
    async fn edit_during_a_send(&self) -> Result<(), String> {
        self.type_into("#headers", "").await?;
        self.type_into("#method", "GET").await?;
        self.choose("#page", "localhost", "http://l").await?;
        self.wait("#verdict[data-readable=true]").await?;
        let script = "
            document.querySelector('#send').click();
            const method = document.querySelector('#method');
            method.value = 'UNKNOWN';
            method.dispatchEvent(new Event('input', { bubbles: true }));";
        let both = async { self.client.execute(script, Vec::new()).await.map(drop) };
        self.sent(async { both.await.map_err(|error| error.to_string()) }).await?;
        self.wait("#cards[data-stale]").await?;
        self.wait("#verdict[data-step=preflight-method]").await?;
        self.holds("!document.querySelector('#cards [data-agrees=false]')").await
    }

    /// Checks that the narrow page needs no sideways scrolling and still works.
    async fn be_narrow(&self) -> Result<(), String> {
        self.resize(NARROW, 844).await?;
        self.type_into("#method", "PUT").await?;
        self.wait("#verdict[data-readable]").await?;
        self.holds("document.querySelector('#explain-part').dataset.busy === undefined").await?;
        self.click("#send").await?;
        self.holds("document.documentElement.scrollWidth <= innerWidth").await
    }

    /// Checks both widths in light and in dark.
    async fn looks_right(&self) -> Result<(), String> {
        for width in [WIDE, NARROW] {
            self.resize(width, 900).await?;
            for scheme in ["light", "dark"] {
                let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
                let media = json!({ "features": [feature] });
                self.dev_tools("Emulation.setEmulatedMedia", media).await?;
                self.holds(&format!("matchMedia('(prefers-color-scheme: {scheme})').matches"))
                    .await?;
                let faults = self.client.execute(FAULTS, Vec::new()).await;
                let faults = faults.map_err(|error| error.to_string())?;
                if faults != json!([]) {
                    return Err(format!("{width} pixels wide, {scheme}: {faults:#}"));
                }
            }
        }
        self.dev_tools("Emulation.setEmulatedMedia", json!({ "features": [] })).await?;
        self.dev_tools("Emulation.clearDeviceMetricsOverride", json!({})).await
    }

    async fn resize(&self, width: u32, height: u32) -> Result<(), String> {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.dev_tools("Emulation.setDeviceMetricsOverride", size).await?;
        self.holds(&format!("innerWidth === {width}")).await
    }

    async fn dev_tools(&self, name: &'static str, parameters: Value) -> Result<(), String> {
        let done = self.client.issue_cmd(DevTools(name, parameters)).await;
        done.map(drop).map_err(|error| format!("{name}: {error}"))
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

    /// Down to the last section that fits on a page of a document.
    async fn paint(&self, path: &Path) -> Result<(), String> {
        let height = "return document.querySelector('#engines-part').getBoundingClientRect().bottom + scrollY + 16";
        self.resize(WIDE, 900).await?;
        let height = self.client.execute(height, Vec::new()).await;
        let height = height.map_err(|error| error.to_string())?.as_f64().unwrap_or_default();
        self.dev_tools("Emulation.setScrollbarsHidden", json!({ "hidden": true })).await?;
        self.resize(WIDE, height as u32).await?;
        let png = self.client.screenshot().await.map_err(|error| error.to_string())?;
        std::fs::write(path, png).map_err(|error| format!("{}: {error}", path.display()))
    }
}

/// A command of Chromium's own protocol with its parameters.
#[derive(Debug)]
struct DevTools(&'static str, Value);

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let Self(name, parameters) = self;
        (Method::POST, Some(json!({ "cmd": name, "params": parameters }).to_string()))
    }
}
