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
    event.respondWith(serverFirst(event, listOfKinds));
  } else if (request.mode === "navigate" && !isData) {
    event.respondWith(serverFirst(event, url.pathname + url.search));
  }
});

// serverFirst answers from the server, and while that cannot be reached with
// what is kept under name. A page that is not kept starts from "/": the
// program reads the address and shows what belongs there.
async function serverFirst(event, name) {
  let response;
  try {
    response = await fetch(event.request);
  } catch (unreachable) {
    const kept = (await caches.match(name)) ?? (event.request.mode === "navigate" && (await caches.match("/")));
    if (kept) {
      return kept;
    }
    throw unreachable;
  }
  if (response.status === 200) {
    event.waitUntil(keep(name, response.clone())); // the page need not wait for it
  }
  return response;
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
      if (response.status === 200) {
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
