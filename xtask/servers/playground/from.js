// A real page of the frame's origin. It sends the playground's fetch and reports what it could read.
"use strict";

const home = `http://localhost${location.port && `:${location.port}`}`;

addEventListener("message", async ({ origin, source, data }) => {
  if (origin !== home || source !== parent) return;
  let result;
  try {
    result = await (data.upload ? withListener(data) : withFetch(data));
  } catch (error) {
    result = { readable: false, error: String(error) };
  }
  parent.postMessage({ id: data.id, result }, home);
});

async function withFetch({ url, method, headers, credentials, body }) {
  const response = await fetch(url, { method, headers, credentials, body });
  return {
    readable: true,
    status: response.status,
    headers: [...response.headers],
    body: await response.text(),
  };
}

// `fetch` cannot report upload progress.
function withListener({ url, method, headers, credentials, body }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of headers) request.setRequestHeader(name, value);
    request.withCredentials = credentials === "include";
    request.upload.onprogress = () => {};
    request.onload = () => {
      const lines = request.getAllResponseHeaders().trim().split("\r\n").filter((line) => line);
      const headers = lines.map((line) => line.split(/: ?(.*)/s, 2));
      resolve({ readable: true, status: request.status, headers, body: request.responseText });
    };
    request.onerror = () => reject(new TypeError("XMLHttpRequest: error"));
    request.send(body);
  });
}

parent.postMessage({ ready: true }, home);
