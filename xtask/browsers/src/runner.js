// Performs jobs as a script of this page, and reports what the script may see.
// Jobs and outcomes have the form given in job.rs.
"use strict";

const PATIENCE_MS = 10_000;
const TICK_MS = 100;
const BODY_LIMIT = 200;

// Counts ticks, not time: a machine that pauses may not use up all of it at once. `clearInterval` ends it.
function timerOf(ms, act) {
  let left = ms / TICK_MS;
  return setInterval(() => {
    left -= 1;
    if (left === 0) act();
  }, TICK_MS);
}

// In order, because the preflight cache makes the order matter.
async function run(jobs) {
  const outcomes = [];
  for (const job of jobs) {
    const attributes = job.sandboxed ? { src: location.href, sandbox: "allow-scripts" } : job.inside;
    outcomes.push(attributes ? await inFrame(attributes, job) : await perform(job));
  }
  return outcomes;
}

async function perform(job) {
  const limit = new AbortController();
  let timer;
  const late = new Promise((resolve) => {
    timer = timerOf(PATIENCE_MS, () => {
      resolve({ outcome: "timed-out" });
      limit.abort();
    });
  });
  const way = { ...initiators, fetch: byFetch, "fetch-in-chunks": byFetch, xhr: byXhr, echo: byEcho }[job.way];
  // Wrong arguments throw at once; scripts that call `fetch` see that like a network error.
  const attempt = async () => way(job, limit.signal);
  const done = attempt().catch((error) => ({ outcome: "failed", message: String(error) }));
  const outcome = await Promise.race([late, done]);
  clearInterval(timer);
  return outcome;
}

async function byFetch(job, signal) {
  const { method, headers, mode, credentials, redirect } = job;
  const body = bodyOf(job);
  const duplex = job.body === "stream" ? { duplex: "half" } : {};
  const response = await fetch(job.url, { method, headers, mode, credentials, redirect, body, signal, ...duplex });
  if (response.type === "opaque") return { outcome: "opaque" };
  if (response.type === "opaqueredirect") return { outcome: "opaque-redirect" };
  const read = job.way === "fetch-in-chunks" ? await readInChunks(response) : wholeOf(await response.arrayBuffer());
  return readable(response.status, [...response.headers], read);
}

async function readInChunks(response) {
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  let [body, length, chunks] = ["", 0, 0];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { body, length, chunks };
    if (body.length < BODY_LIMIT) body += decoder.decode(value, { stream: true });
    length += value.byteLength;
    chunks += 1;
  }
}

function wholeOf(buffer) {
  return { body: new TextDecoder().decode(buffer), length: buffer.byteLength, chunks: 0 };
}

function byXhr(job, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(job.method, job.url);
    request.responseType = "arraybuffer";
    request.withCredentials = job.credentials === "include";
    for (const [name, value] of job.headers) request.setRequestHeader(name, value);
    if (job.listens) request.upload.onprogress = () => {};
    request.onload = () => {
      const lines = request.getAllResponseHeaders().split("\r\n").filter((line) => line !== "");
      const headers = lines.map((line) => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      });
      resolve(readable(request.status, headers, wholeOf(request.response)));
    };
    request.onerror = () => reject(new TypeError("XMLHttpRequest failed"));
    signal.onabort = () => request.abort();
    request.send(bodyOf(job));
  });
}

// A WebSocket counts as readable if it answers a message.
function byEcho(job, signal) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(job.url.replace(/^http/, "ws"));
    socket.onopen = () => socket.send("ping");
    socket.onmessage = ({ data }) => {
      resolve(readable(101, [], wholeOf(new TextEncoder().encode(data))));
      socket.close();
    };
    socket.onclose = ({ code }) => reject(new TypeError(`WebSocket closed with ${code}`));
    signal.onabort = () => socket.close();
  });
}

function bodyOf({ body }) {
  switch (body) {
    case "text":
      return "text";
    case "bytes":
      return new Uint8Array(1);
    case "stream":
      return new Blob(["text"]).stream();
    default:
      return undefined;
  }
}

function readable(status, headers, { body, length, chunks }) {
  return { outcome: "readable", status, headers, body: body.slice(0, BODY_LIMIT), length, chunks };
}

// This page again, in frames with other origins.
const frames = new Map();

function openFrame(attributes) {
  const frame = document.createElement("iframe");
  for (const [name, value] of Object.entries(attributes)) frame.setAttribute(name, value);
  const loaded = new Promise((resolve) => { frame.onload = () => resolve(frame.contentWindow); });
  document.documentElement.append(frame);
  return loaded;
}

async function inFrame(attributes, job) {
  const key = JSON.stringify(attributes);
  if (!frames.has(key)) frames.set(key, openFrame(attributes));
  const target = await frames.get(key);
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data);
    target.postMessage(job, "*", [port2]);
  });
}

if (self !== top) {
  addEventListener("message", async ({ data, ports: [port] }) => {
    if (port !== undefined) port.postMessage(await perform(data));
  });
}
