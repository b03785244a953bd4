// The playground's only script: the editor with the findings of `check`, the form with the result of `explain`, and
// real fetches from frames. It shows all external data with textContent.
//
// Tests may rely on:
//   The first state is sent already, and a refusal if there is one that a click can fix.
//   #policy, #lines > div for each line, .error, .warning, or .changed if a fix has just written it,
//   #findings > li[data-line][data-kind=error|warning], #policy-state[data-in-force=true|false],
//   #put (aria-disabled if there is nothing to put)
//   #page (localhost, name, ip, null, ipv6, other), #name, #other, #method, #headers, #credentials, #cookie, #upload,
//   #send (aria-disabled if the fetch can only be explained), #send-state
//   #cards > article[data-adapter=axum|actix|warp][data-readable=true|false][data-status][data-agrees=true|false]
//     with ul.seen > li[data-header], .error; #cards[data-sent=N] counts the answers, [data-stale] means changed since
//   #verdict[data-readable=true|false][data-step=ID], #fix, #changes > li, #apply, which also sends
//   #engines > article[data-engine=chromium|firefox|webkit][data-readable=true|false|asks] with .cookies > li, .console
//   #sequence > li.step[data-step=ID] and li.message[data-way=out|in][data-kind=preflight|request], .failed if it fails;
//   #explain-part[data-busy] while the result is older than the input
const $ = (id) => document.getElementById(id);
const port = location.port && `:${location.port}`;
let servers = [];
let inForce = false;
// The policy and the fetch of the last explanation, and those of the cards.
let explained = null, explainedOf = "", answeredOf = "";
let sent = 0;
// The lines of the policy that the last fix wrote.
let changedLines = new Set();

function element(name, properties = {}, ...children) {
  const { data = {}, ...rest } = properties;
  const made = Object.assign(document.createElement(name), rest);
  Object.assign(made.dataset, data);
  made.append(...children);
  return made;
}

// Setting a live region to the same text would make screen readers read it again.
function say(id, text) {
  if ($(id).textContent !== text) $(id).textContent = text;
}

async function post(path, body) {
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return { ok: response.ok, ...await response.json() };
  } catch {
    return { ok: false, error: "The demo does not answer: is it still running?" };
  }
}

// The policy

// A copy of the text behind the editor. It wraps as the text does, so the numbers and marks are beside their lines.
function showLines(findings) {
  const lines = $("policy").value.split("\n");
  $("lines").replaceChildren(...lines.map((line, index) => {
    const here = findings.filter((finding) => finding.line === index + 1);
    const kind = here.some((finding) => finding.error) ? "error" : here.length ? "warning" : changedLines.has(line) ? "changed" : "";
    return element("div", { className: kind, data: { number: index + 1 }, textContent: line });
  }));
}

// If there are very many, the server sends only the first ones.
function showFindings({ findings, errors, warnings, in_force }) {
  inForce = in_force;
  showLines(findings);
  $("findings").replaceChildren(...findings.map((finding) => {
    const kind = finding.error ? "error" : "warning";
    const line = element("button", { type: "button", className: "line", textContent: `line ${finding.line}` });
    line.addEventListener("click", () => goTo(finding.line));
    const key = element("code", { textContent: finding.key });
    const fix = element("strong", { textContent: finding.fix });
    return element("li", { className: kind, data: { line: finding.line, kind } },
      line, " ", element("span", { className: "kind", textContent: kind }), " ", key, `: ${finding.reason}; `, fix);
  }));
  const more = errors + warnings - findings.length;
  if (more) $("findings").append(element("li", { textContent: `and ${more} more` }));
  const count = (number, noun) => (number ? [`${number} ${noun}${number > 1 ? "s" : ""}`] : []);
  const what = [...count(errors, "error"), ...count(warnings, "warning")];
  say("policy-state", [...what, inForce ? "in force on all three" : "not in force"].join(", "));
  $("policy-state").dataset.inForce = inForce;
  $("put").setAttribute("aria-disabled", String(inForce || errors > 0));
}

// Another window, or a SIGHUP, may put another policy in force at any time.
async function watch() {
  if (document.hidden || "busy" in $("explain-part").dataset) return;
  const policy = $("policy").value;
  const checked = await post("/check", { policy });
  const same = policy === $("policy").value && !("busy" in $("explain-part").dataset);
  if (same && checked.findings && checked.in_force !== inForce) showFindings(checked);
}

function goTo(line) {
  const lines = $("policy").value.split("\n");
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  $("policy").focus();
  $("policy").setSelectionRange(start, start + lines[line - 1].length);
}

const FAULTY = "The policy has errors: fix these first.";

// Returns an error message if it fails.
async function putInForce() {
  const answer = await post("/policy", { policy: $("policy").value });
  await refresh();
  return answer.ok ? "" : answer.error ?? FAULTY;
}

// The form

function origin() {
  switch ($("page").value) {
    case "localhost": return `http://localhost${port}`;
    case "name": return `http://${$("name").value.trim().toLowerCase()}.localhost${port}`;
    case "ip": return `http://127.0.0.1${port}`;
    case "ipv6": return `http://[::1]${port}`;
    case "null": return "null";
    default: return $("other").value.trim();
  }
}

// The servers' host, which is the same for all.
const host = () => new URL(servers[0].origin).hostname;

// Why this demo cannot send this fetch, if so.
function unreal() {
  if ($("cookie").value.trim()) return "Only explained: these servers do not set this cookie.";
  switch ($("page").value) {
    case "ipv6": return "Only explained: a Content Security Policy cannot name an IPv6 address, so this page cannot load one in a frame.";
    case "other": return "Only explained: this machine has no page of this origin, and browsers do not let pages fake their origin.";
    case "name": {
      const name = $("name").value.trim().toLowerCase();
      const fits = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(name);
      return fits ? "" : "Write a name with letters, digits, hyphens and dots.";
    }
    default: return "";
  }
}

function headers() {
  return $("headers").value.split("\n").filter((line) => line.trim()).map((line) => {
    const [name, ...value] = line.split(":");
    return [name.trim(), value.join(":").trim()];
  });
}

function form() {
  return {
    origin: origin(),
    method: $("method").value.trim(),
    headers: headers(),
    credentials: $("credentials").value,
    upload: $("upload").checked,
    cookie: $("cookie").value.trim(),
  };
}

const question = () => ({ policy: $("policy").value, fetch: form() });

function fill({ method, headers, credentials, upload }) {
  $("method").value = method;
  $("headers").value = headers.map(([name, value]) => `${name}: ${value}`).join("\n");
  $("credentials").value = credentials;
  $("upload").checked = upload;
}

function showForm() {
  $("name-field").hidden = $("page").value !== "name";
  $("other").hidden = $("page").value !== "other";
  const why = unreal();
  $("page-note").textContent = why || {
    localhost: `This page's own origin. The servers at ${host()} are another site.`,
    name: "Another site than localhost, also on this machine.",
    ip: host() === "127.0.0.1" ? "Another port of the servers' host: a different origin, but the same site."
      : `Another site than localhost and than the servers at ${host()}.`,
    null: "The origin of a page that is not allowed its own, such as a sandboxed frame.",
  }[$("page").value];
  $("send").setAttribute("aria-disabled", String(Boolean(why)));
}

// What explain says

let latest = 0;
let timer = 0;

function changed() {
  $("explain-part").dataset.busy = "";
  if ($("cards").childElementCount) $("cards").dataset.stale = "";
  say("send-state", "");
  showForm();
  clearTimeout(timer);
  timer = setTimeout(refresh, 200);
}

async function refresh() {
  clearTimeout(timer);
  const mine = ++latest;
  const asked = question();
  const [checked, explanation] = await Promise.all([
    post("/check", { policy: asked.policy }),
    post("/explain", asked),
  ]);
  if (mine !== latest) return;
  if (checked.findings) showFindings(checked);
  explainedOf = JSON.stringify(asked);
  showExplanation(explanation);
  delete $("explain-part").dataset.busy;
}

function showExplanation(said) {
  const verdict = $("verdict");
  explained = said.events ? said : null;
  delete verdict.dataset.step;
  delete verdict.dataset.readable;
  $("why").hidden = $("fix").hidden = true;
  $("engines-part").hidden = $("steps-part").hidden = !explained;
  $("sequence").replaceChildren();
  $("call").textContent = explained ? said.fetch.replace(/ from [^ ]*$/, "") : "";
  $("asked").textContent = explained ? `A page at ${origin()} sends ${$("method").value.trim()} to ${servers[0].origin}.` : "";
  if (!explained) {
    say("verdict", said.error ?? "The policy has errors: nothing runs under it.");
    return;
  }
  verdict.dataset.readable = said.readable;
  const what = said.readable
    ? `: the script sees status, body and ${said.seen.join(", ") || "no header"}.`
    : `: ${said.reason}.`;
  const word = mark(said.readable);
  if (verdict.textContent !== word.textContent + what) verdict.replaceChildren(word, what);
  if (said.step) {
    verdict.dataset.step = said.step;
    $("why").hidden = false;
    $("rule").textContent = `The Fetch Standard: ${said.rule}.`;
    Object.assign($("section"), { textContent: said.section, href: said.url });
    $("refused").textContent = said.refused ? `The policy: ${said.refused}.` : "";
  }
  if (said.fix) {
    $("fix").hidden = false;
    // A button cannot make the other changes, on the server.
    $("apply").hidden = !said.tried;
    $("apply").textContent = unreal() ? "Apply this fix" : "Apply this fix and send again";
    $("changes").replaceChildren(...said.changes.map((change) => element("li", {}, element("code", { textContent: change }))));
    $("cautions").replaceChildren(...said.cautions.map((caution) => element("li", { textContent: `but ${caution}` })));
  }
  showSequence(said.events);
  showEngines(said.engines);
  compare();
}

function showEngines(engines) {
  $("engines").replaceChildren(...Object.entries(engines).map(([engine, { readable, cookies = [], console }]) => {
    const fate = ({ name, sent, kept, why }) => {
      const what = sent === undefined ? (kept ? "kept" : "not kept") : (sent ? "sent" : "not sent");
      return element("li", {}, element("code", { textContent: name }), ` ${what}${why ? `: ${why}` : ""}`);
    };
    return element("article", { data: { engine, readable } },
      element("h3", { textContent: NAMES[engine] }),
      element("p", {}, mark(readable)),
      ...(cookies.length ? [element("ul", { className: "cookies", ariaLabel: "Cookies" }, ...cookies.map(fate))] : []),
      ...(console.length ? [element("pre", { className: "console", textContent: console.join("\n") })] : []));
  }));
}

const NAMES = { chromium: "Chromium", firefox: "Firefox", webkit: "WebKit" };

const MARKS = {
  true: { className: "yes", textContent: "✓ Readable" },
  false: { className: "no", textContent: "✗ Not readable" },
  asks: { className: "asks", textContent: "? Readable if the user agrees" },
};

const mark = (readable) => element("strong", MARKS[readable]);

function showSequence(events) {
  const lane = (id, who, where) => $(id).replaceChildren(who, " ", element("span", { textContent: where }));
  lane("lane-browser", "Browser", `page at ${origin()}`);
  lane("lane-server", "Server", servers[0].origin.replace("http://", ""));
  let kind = "request", number = 0, message = null;
  const items = events.map((event) => {
    if (event.step) {
      // The browser stops at the last message it received.
      if (event.failed) message?.classList.add("failed");
      return element("li", { className: event.failed ? "step failed" : "step", data: { step: event.step } },
        element("code", { textContent: event.step }), " ",
        element("span", { textContent: event.failed ? `✗ The browser stops: ${event.says}` : event.says }));
    }
    number += 1;
    const out = event.sent;
    if (out) kind = out.headers.some(([name]) => name === "access-control-request-method") ? "preflight" : "request";
    const what = out ? `${out.method} ${out.url.replace(/^https?:\/\/[^/]*/, "")}` : `${event.received.status}`;
    const name = out ? kind : kind === "preflight" ? "answer to the preflight" : "answer";
    const lines = (out ?? event.received).headers.map(([name, value]) =>
      element("div", { className: /^(origin|access-control-)/.test(name) ? "cors" : "" },
        element("span", { className: "name", textContent: `${name}: ` }), value));
    message = element("li", { className: "message", data: { way: out ? "out" : "in", kind } },
      element("div", { className: "label" }, element("span", { className: "number", textContent: number }), " ",
        element("span", { className: "unseen", textContent: out ? "to the server: " : "to the browser: " }),
        element("code", { textContent: what }), " ", element("span", { className: "hint", textContent: name })),
      element("div", { className: "arrow" }),
      element("div", { className: "lines" }, ...lines));
    return message;
  });
  $("sequence").replaceChildren(...items);
}

async function applyFix() {
  const answer = await post("/fix", question());
  if (!answer.ok) {
    say("policy-state", answer.error ?? FAULTY);
    return;
  }
  const before = new Set($("policy").value.split("\n"));
  changedLines = new Set(answer.policy.split("\n").filter((line) => !before.has(line)));
  $("policy").value = answer.policy;
  fill(answer.fetch);
  changed();
  // The button disappears with the refusal.
  $("verdict").focus({ preventScroll: true });
  await (unreal() ? putInForce() : send());
}

// Real fetches

const waiting = new Map();

addEventListener("message", ({ source, origin, data }) => {
  const frame = [...$("frames").children].find((frame) => frame.contentWindow === source);
  if (!frame || origin !== frame.dataset.origin) return;
  const key = data.ready ? frame : data.id;
  waiting.get(key)?.(data.result);
  waiting.delete(key);
});

function message(key, milliseconds, otherwise) {
  return new Promise((resolve, reject) => {
    waiting.set(key, resolve);
    setTimeout(() => waiting.delete(key) && reject(new Error(otherwise)), milliseconds);
  });
}

// A frame with a page of this origin, new or existing.
async function page(origin) {
  const known = [...$("frames").children].find((frame) => frame.dataset.origin === origin);
  if (known) return known;
  const frame = element("iframe", {
    title: `A page at ${origin}`,
    tabIndex: -1,
    src: `${origin === "null" ? location.origin : origin}/from`,
    data: { origin },
  });
  if (origin === "null") frame.sandbox = "allow-scripts";
  const ready = message(frame, 10000, `this browser does not open a page at ${origin}`);
  $("frames").append(frame);
  try {
    await ready;
  } catch (error) {
    frame.remove();
    throw error;
  }
  return frame;
}

async function send() {
  const sending = question();
  const why = unreal() || (say("send-state", "sending…"), await putInForce());
  if (why) say("send-state", why);
  else await exchange(sending);
}

// Sends what was asked under the policy in force. Input meanwhile is for the next one.
async function exchange(sending) {
  const { fetch: asked } = sending;
  const target = asked.origin === "null" ? "*" : asked.origin;
  const body = /^(get|head)$/i.test(asked.method) ? undefined : "text";
  try {
    const frame = await page(asked.origin);
    const results = await Promise.all(servers.map((server) => {
      // A new URL each time: otherwise the browser would reuse a cached preflight from another policy.
      const id = crypto.randomUUID();
      const result = message(id, 30000, `no answer from ${server.adapter}`);
      frame.contentWindow.postMessage({ ...asked, id, url: `${server.origin}/echo?${id}`, body }, target);
      return result.catch((error) => ({ readable: false, error: error.message }));
    }));
    answeredOf = JSON.stringify(sending);
    showResults(results);
    const readers = servers.filter((_, index) => results[index].readable).map((server) => server.adapter);
    say("send-state", readers.length === servers.length ? "sent: readable from all three"
      : readers.length ? `sent: readable only from ${readers.join(" and ")}` : "sent: not readable from any");
    if (answeredOf !== JSON.stringify(question())) changed();
  } catch (error) {
    say("send-state", error.message);
  }
}

function showResults(results) {
  sent += 1;
  $("unsent").hidden = true;
  delete $("cards").dataset.stale;
  $("cards").dataset.sent = sent;
  $("cards").replaceChildren(...servers.map((server, index) => {
    const { readable, status, headers = [], body, error } = results[index];
    const card = element("article", { data: { adapter: server.adapter, readable } },
      element("h3", {}, server.adapter, " ", element("span", { className: "hint", textContent: server.origin.replace("http://", "") })),
      element("p", {}, mark(readable), readable ? `: status ${status}` : ""));
    if (!readable) {
      card.append(element("p", { className: "error", textContent: error }));
    } else {
      card.dataset.status = status;
      card.append(
        element("h4", { textContent: headers.length ? "Headers that the script sees" : "The script sees no header" }),
        element("ul", { className: "seen" }, ...headers.map(([name, value]) =>
          element("li", { data: { header: name } }, element("span", { className: "name", textContent: `${name}: ` }), value))));
      if (body) {
        card.append(element("details", {}, element("summary", { textContent: "Body" }), element("pre", { textContent: pretty(body) })));
      }
    }
    card.append(element("p", { className: "agrees" }));
    return card;
  }));
  compare();
}

function pretty(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 1);
  } catch {
    return body;
  }
}

// Whether the browser did what the explanation says, while both are about the same fetch.
function compare() {
  if (!explained || explainedOf !== answeredOf) return;
  for (const card of $("cards").children) {
    const agrees = card.dataset.readable === String(explained.readable) && (!explained.readable || sees(card));
    card.dataset.agrees = agrees;
    card.querySelector(".agrees").textContent = agrees ? "As explained." : "Not as explained: browsers depart from the standard here, or the server did.";
  }
}

// Compares both lists of headers, in any order and case.
function sees(card) {
  const names = new Set([...card.querySelectorAll("[data-header]")].map((item) => item.dataset.header.toLowerCase()));
  return names.size === explained.seen.length && explained.seen.every((name) => names.has(name));
}

// Start

// What the demo starts with: the first of these that the policy refuses, if a fix is known.
const FIRST = [
  { page: "localhost", method: "PATCH" },
  { page: "name", method: "PUT" },
  { page: "localhost", method: "PUT", headers: "x-demo: 1" },
];

async function start() {
  const answer = await post("/start", {});
  ({ servers = [] } = answer);
  $("policy").value = answer.policy ?? "";
  const labels = {
    localhost: `http://localhost${port}`,
    name: `http://NAME.localhost${port}`,
    ip: `http://127.0.0.1${port}`,
    ipv6: `http://[::1]${port}`,
  };
  for (const option of $("page").options) option.textContent = labels[option.value] ?? option.textContent;
  $("name-rest").textContent = `.localhost${port}`;
  $("cards").replaceChildren();
  showLines([]);
  if (!servers.length) {
    say("verdict", answer.error);
    return;
  }
  const json = $("headers").value;
  for (const { page, method, headers = json } of FIRST) {
    $("page").value = page;
    $("method").value = method;
    $("headers").value = headers;
    await refresh();
    if (explained?.tried) break;
  }
  showForm();
  await exchange(question());
}

$("policy").addEventListener("input", () => {
  changedLines = new Set();
  showLines([]);
  changed();
});
$("form").addEventListener("input", changed);
$("form").addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
$("put").addEventListener("click", async () => {
  const why = await putInForce();
  if (why) say("policy-state", why);
});
$("apply").addEventListener("click", applyFix);
start().then(() => setInterval(watch, 2000));
