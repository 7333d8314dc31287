// The first part of the service worker. go-app's own worker is appended to it, and
// defines cacheName, resourcesToCache and deletePreviousCaches.
//
// go-app answers every request from its cache first, which is right for files only.
// Here data and pages come from the server, and from the cache when the server cannot
// be reached.

const listOfKinds = "/api/kinds";

// The media types of files by extension. A login or the network of a hotel may answer
// instead of the server, with a page of its own and status 200: if that were cached as
// a file of the program, the program could not start.
const mediaTypes = {
  css: /^text\/css/,
  js: /javascript/,
  json: /json/,
  png: /^image\/png/,
  svg: /^image\/svg/,
  txt: /^text\/plain/,
  wasm: /^application\/wasm/,
  webmanifest: /json/,
  woff2: /^font\/woff2/,
};

// isAnswer reports whether a response is from the server, and of the type that the path has.
function isAnswer(path, response) {
  if (response?.status !== 200 || response.redirected) {
    return false;
  }
  const { pathname } = new URL(path, self.location);
  const type = response.headers.get("Content-Type") ?? "";
  const ending = pathname.match(/\.([a-z0-9]+)$/)?.[1];
  if (pathname.startsWith("/api/")) {
    return mediaTypes.json.test(type);
  }
  if (ending in mediaTypes) {
    return mediaTypes[ending].test(type);
  }
  return /^text\/html/.test(type) && response.headers.has("Program"); // which the server sets for its pages
}

// cached returns the response that this version has cached under name, if there is one.
async function cached(name) {
  const response = await caches.match(name, { cacheName }); // caches.open would create a cache that the next version has deleted
  return isAnswer(name, response) ? response : undefined;
}

// go-app's worker does not wait for its files, and caches whatever has status 200. Here a
// version is installed as a whole or not at all; the browser tries again when a page is
// opened.
self.addEventListener("install", (event) => {
  event.stopImmediatePropagation();
  event.waitUntil(install().then(() => self.skipWaiting()));
});

async function install() {
  const responses = await Promise.all(resourcesToCache.map((name) => fetch(name)));
  const cache = await caches.open(cacheName);
  for (const [i, name] of resourcesToCache.entries()) {
    if (!isAnswer(name, responses[i])) {
      throw new TypeError(`${name} was answered by something else than the server`);
    }
  }
  await Promise.all(resourcesToCache.map((name, i) => cache.put(name, responses[i])));
}

// The worker claims pages once it is activated, not before: a page with a worker takes
// the activation of another one for an update of the program.
self.addEventListener("activate", (event) => {
  event.stopImmediatePropagation();
  event.waitUntil(deletePreviousCaches());
  self.serviceWorker.addEventListener("statechange", () => self.clients.claim());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const isData = url.pathname.startsWith("/api/");
  event.stopImmediatePropagation();
  if (url.origin !== self.location.origin) {
    return; // the browser does it
  }
  if (request.method !== "GET") {
    if (isData) {
      event.waitUntil(refreshSoon());
    }
    return; // the browser does it, with abort and streaming
  }
  if (url.pathname === listOfKinds && url.search === "") {
    event.respondWith(serverFirst(event, listOfKinds));
  } else if (isData) {
    return; // the browser does it
  } else if (request.mode === "navigate") {
    event.respondWith(serverFirst(event, url.pathname + url.search));
  } else {
    event.respondWith(cached(request.url).then((file) => file ?? fetch(request)));
  }
});

// serverFirst returns the answer of the server or, when that cannot be reached, the one
// cached under name. A page that is not cached starts from "/": the program shows what
// its address says. An answer that is not from the server is returned for a page, as it
// may be a login, but not for data.
async function serverFirst(event, name) {
  const isPage = event.request.mode === "navigate";
  let response, unreachable;
  try {
    response = await fetch(event.request);
  } catch (error) {
    unreachable = error;
  }
  if (isAnswer(name, response)) {
    event.waitUntil(put(name, response.clone()));
    return response;
  }
  if (response && (isPage || response.status !== 200)) {
    return response;
  }
  const last = (await cached(name)) ?? (isPage ? await cached("/") : undefined);
  if (!last && !response) {
    throw unreachable;
  }
  return last ?? response;
}

// put adds a response to the cache as its newest, and deletes the oldest pages beyond
// maxPages: there may be ten thousand.
const maxPages = 50;

async function put(name, response) {
  const cache = await caches.open(cacheName);
  await cache.put(name, response);
  const pages = (await cache.keys()).filter(({ url }) => isPage(new URL(url)));
  await Promise.all(pages.slice(0, -maxPages).map((page) => cache.delete(page)));
}

const isPage = ({ pathname, search }) => pathname.startsWith("/kinds/") || (pathname === "/" && search !== "");

// refreshSoon fetches what is cached anew, once no change has been sent for a second.
let lastChange = 0;

async function refreshSoon() {
  const change = ++lastChange;
  await new Promise((resolve) => setTimeout(resolve, 1000));
  if (change !== lastChange) {
    return;
  }
  try {
    for (const name of [listOfKinds, "/"]) {
      const response = await fetch(name);
      if (isAnswer(name, response)) {
        await put(name, response);
      }
    }
  } catch {
    // Offline: the cache stays as it is.
  }
}

// A push message is passed to the open pages. Browsers demand a notification for each
// message while no page is visible. It shows the message as text, and opens only pages of
// this program.
self.addEventListener("push", (event) => {
  event.stopImmediatePropagation(); // go-app would show every message
  event.waitUntil(receive(event.data));
});

async function receive(message) {
  const { events, title, body, kind } = read(message);
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  for (const page of pages) {
    page.postMessage({ atomsaga: { events } });
  }
  if (pages.some((page) => page.visibilityState === "visible")) {
    return;
  }
  const path = kind === "" ? "/" : "/kinds/" + encodeURIComponent(kind).replaceAll("%3A", ":"); // as in links
  await self.registration.showNotification(title || "Relationship kinds have changed", {
    body,
    tag: path, // replaces an earlier one about the same kind
    icon: "/web/icon-192.png",
    data: { goapp: { path, actions: [] } }, // go-app opens it on a click
  });
}

// read returns the texts of a message, empty ones if it cannot be read.
function read(message) {
  const texts = { events: "", title: "", body: "", kind: "" };
  try {
    const { data } = message.json();
    for (const name in texts) {
      texts[name] = String(data[name] ?? "");
    }
  } catch {
    // The notification has a title of its own then.
  }
  return texts;
}
