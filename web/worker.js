// The service worker's first half; go-app's own worker is put behind it, in the
// same script: cacheName, installWorker and deletePreviousCaches are of that half.
//
// go-app answers every request from its cache first, for which only files are
// right. Data and pages are asked of the server as long as there is one, and come
// from the cache when there is none.

const listOfKinds = "/api/kinds";

// What is kept must be what was asked for. Between this device and the server there
// may be a login, which sends the browser elsewhere, or a hotel's network, which
// answers everything with a page of its own and status 200: kept as the program,
// that would be shown whenever the device is offline, or keep the program from
// starting at all.
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

// isAnswer reports whether a response is the server's own, with what belongs at the path.
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
  return /^text\/html/.test(type) && response.headers.has("Program"); // the server marks its pages
}

// kept returns what the cache of this version has under name, if it is right.
async function kept(name) {
  const response = await caches.match(name, { cacheName }); // to open one that the next version has deleted would make it
  return isAnswer(name, response) ? response : undefined;
}

// go-app installs without holding the worker back, so that a page could be
// offline with half of its files, and keeps whatever comes with a status of 200.
// Here a version is kept as a whole, or not at all: the browser tries again when a
// page is opened the next time.
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

// The page is claimed once the worker is activated, not before: a page that has
// a worker already takes another one's activation for an update of the program.
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
    return; // none of ours: the browser does it
  }
  if (request.method !== "GET") {
    if (isData) {
      event.waitUntil(refreshSoon());
    }
    return; // the browser does it: aborting and streaming work as ever
  }
  if (url.pathname === listOfKinds && url.search === "") {
    event.respondWith(serverFirst(event, listOfKinds));
  } else if (isData) {
    return; // as well
  } else if (request.mode === "navigate") {
    event.respondWith(serverFirst(event, url.pathname + url.search));
  } else {
    event.respondWith(kept(request.url).then((file) => file ?? fetch(request)));
  }
});

// serverFirst answers from the server, and while that cannot be reached with
// what is kept under name. A page that is not kept starts from "/": the
// program reads the address and shows what belongs there. What something else
// than the server says in its place is shown as a page, for it may be a way to log
// in, but is not data.
async function serverFirst(event, name) {
  const isPage = event.request.mode === "navigate";
  let response, unreachable;
  try {
    response = await fetch(event.request);
  } catch (error) {
    unreachable = error;
  }
  if (isAnswer(name, response)) {
    event.waitUntil(keep(name, response.clone())); // the page need not wait for it
    return response;
  }
  if (response && (isPage || response.status !== 200)) {
    return response;
  }
  const last = (await kept(name)) ?? (isPage ? await kept("/") : undefined);
  if (!last && !response) {
    throw unreachable;
  }
  return last ?? response;
}

// keep puts an answer into the cache, as its newest one, and forgets the oldest of
// the pages: there may be ten thousand.
const mostPages = 50;

async function keep(name, response) {
  const cache = await caches.open(cacheName);
  await cache.put(name, response);
  const pages = (await cache.keys()).filter(({ url }) => isPage(new URL(url)));
  await Promise.all(pages.slice(0, -mostPages).map((page) => cache.delete(page)));
}

const isPage = ({ pathname, search }) => pathname.startsWith("/kinds/") || (pathname === "/" && search !== "");

// After a change, what is kept is old. It is fetched anew once no change has
// been sent for a second, however many there were.
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
        await keep(name, response);
      }
    }
  } catch {
    // Offline: what is kept is the last that there was.
  }
}

// A push message is data: what it says is shown as text and opens no other
// address than a page of this program.
//
// Pages that are open get the changes from it. The browser wants a notification
// for each message, unless somebody can see that it has arrived: so there is one as
// long as no page is in view.
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
  const path = kind === "" ? "/" : "/kinds/" + encodeURIComponent(kind).replaceAll("%3A", ":"); // as links have it
  await self.registration.showNotification(title || "Relationship kinds have changed", {
    body,
    tag: path, // the later one about a kind takes the earlier one's place
    icon: "/web/icon-192.png",
    data: { goapp: { path, actions: [] } }, // go-app's half opens it when it is clicked
  });
}

// read takes the texts out of a message; one that cannot be read has none.
function read(message) {
  const texts = { events: "", title: "", body: "", kind: "" };
  try {
    const { data } = message.json();
    for (const name in texts) {
      texts[name] = String(data[name] ?? "");
    }
  } catch {
    // It still says that something has changed.
  }
  return texts;
}
