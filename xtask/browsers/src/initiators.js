// Makes the requests of initiators other than `fetch`, and reports what the page learns.
"use strict";

// What is blocked may stay silent.
const SILENCE_MS = 2_000;

// What `listen` settles, or an error after silence.
async function untilSilence(listen) {
  let timer;
  try {
    return await new Promise((resolve, reject) => {
      timer = timerOf(SILENCE_MS, () => reject(new Error("no event")));
      listen(resolve, reject);
    });
  } finally {
    clearInterval(timer);
  }
}

const initiators = {
  script: byScript,
  module: byModule,
  image: byImage,
  stylesheet: byStylesheet,
  font: byFont,
  eventsource: byEventSource,
  websocket: byWebSocket,
  beacon: byBeacon,
  frame: byFrame,
};

// An element of this page that has loaded. Some engines load as soon as there is a URL, so it comes last.
function loaded(name, attributes) {
  return new Promise((resolve, reject) => {
    const element = document.createElement(name);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== null) element.setAttribute(name, value);
    }
    element.onload = () => resolve(element);
    element.onerror = () => reject(new Error("error event"));
    document.documentElement.append(element);
  });
}

// Whether the page may see inside.
function seen(look) {
  try {
    look();
    return { outcome: "shared" };
  } catch (error) {
    if (error.name !== "SecurityError") throw error;
    return { outcome: "opaque" };
  }
}

// The script throws; without CORS, its error says nothing.
async function byScript({ url, crossorigin }) {
  let message;
  window.onerror = (said) => { message = said; return true; };
  try {
    await loaded("script", { crossorigin, src: url });
  } finally {
    window.onerror = null;
  }
  if (message === undefined) throw new Error("the script did not throw");
  return { outcome: message === "Script error." ? "opaque" : "shared" };
}

async function byModule({ url, credentials }) {
  const crossorigin = credentials === "include" ? "use-credentials" : null;
  await loaded("script", { type: "module", crossorigin, src: url });
  return { outcome: "shared" };
}

async function byImage({ url, crossorigin }) {
  const image = await loaded("img", { crossorigin, src: url });
  const context = document.createElement("canvas").getContext("2d");
  context.drawImage(image, 0, 0);
  return seen(() => context.getImageData(0, 0, 1, 1));
}

async function byStylesheet({ url, crossorigin }) {
  const link = await loaded("link", { rel: "stylesheet", crossorigin, href: url });
  return seen(() => link.sheet.cssRules);
}

async function byFont({ url }) {
  await new FontFace("told", `url(${JSON.stringify(url)})`).load();
  return { outcome: "used" };
}

async function byEventSource({ url, credentials }) {
  const source = new EventSource(url, { withCredentials: credentials === "include" });
  try {
    return await untilSilence((resolve, reject) => {
      source.onopen = () => resolve({ outcome: "shared" });
      source.onerror = () => reject(new Error("error event"));
    });
  } finally {
    source.close();
  }
}

function byWebSocket({ url }) {
  return untilSilence((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.onopen = () => { resolve({ outcome: "opened" }); socket.close(); };
    socket.onclose = ({ code }) => reject(new Error(`WebSocket closed with ${code}`));
  });
}

// Nobody sees whether it arrives.
async function byBeacon(job) {
  const [, type] = job.headers.find(([name]) => name.toLowerCase() === "content-type") ?? [];
  const body = bodyOf(job);
  const data = type === undefined ? body : new Blob([body], { type });
  return { outcome: navigator.sendBeacon(job.url, data) ? "sent" : "failed", message: "refused" };
}

// The frame's page tells this one that it has loaded.
async function byFrame({ url }) {
  const frame = document.createElement("iframe");
  let told;
  try {
    return await untilSilence((resolve) => {
      told = ({ source, data }) => {
        if (source === frame.contentWindow && data === "loaded") resolve({ outcome: "loaded" });
      };
      addEventListener("message", told);
      frame.src = url;
      document.documentElement.append(frame);
    });
  } finally {
    removeEventListener("message", told);
  }
}
