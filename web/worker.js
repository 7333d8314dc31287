// The service worker's first half; go-app's own worker is put behind it, in the
// same script: cacheName, installWorker and deletePreviousCaches are of that half.
//
// go-app answers every request from its cache first, for which only "/" and files
// are right. Here come first: data and pages, which are asked of the server as
// long as there is one and come from the cache when there is none.

const listOfKinds = "/api/kinds";

// go-app installs without holding the worker back, so that a page could be
// offline with half of its files.
self.addEventListener("install", (event) => {
  event.stopImmediatePropagation();
  event.waitUntil(installWorker().then(() => self.skipWaiting()));
});

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
  if (url.origin === self.location.origin && request.method === "GET" && !isData && request.mode !== "navigate") {
    return; // a file: go-app's half has it
  }
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
    event.respondWith(serverFirst(request, listOfKinds));
  } else if (request.mode === "navigate" && !isData) {
    event.respondWith(serverFirst(request, "/"));
  }
});

// serverFirst answers from the server, and while it cannot be reached with
// what is kept under that name. A page starts from "/" whatever its address:
// the program reads the address and shows what belongs there.
async function serverFirst(request, name) {
  let response;
  try {
    response = await fetch(request);
  } catch (unreachable) {
    const kept = await caches.match(name);
    if (kept) {
      return kept;
    }
    throw unreachable;
  }
  if (response.status === 200 && new URL(request.url).pathname === name) {
    await keep(name, response.clone());
  }
  return response;
}

async function keep(name, response) {
  const cache = await caches.open(cacheName);
  await cache.put(name, response);
}

// After a change the kept list is old. It is fetched anew once no change has
// been sent for a second, however many there were.
let lastChange = 0;

async function refreshSoon() {
  const change = ++lastChange;
  await new Promise((resolve) => setTimeout(resolve, 1000));
  if (change !== lastChange) {
    return;
  }
  try {
    const response = await fetch(listOfKinds);
    if (response.status === 200) {
      await keep(listOfKinds, response);
    }
  } catch {
    // Offline: the kept list is the last that there was.
  }
}

