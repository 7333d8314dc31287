// The browser's side of push: a token of Firebase Cloud Messaging, for the server
// to send to. It is bundled into web/push.js, with what of Firebase's own code
// that takes; the page loads it when somebody turns push on, and where it has been
// turned on before.
import { initializeApp } from "firebase/app";
import { getMessaging, getToken, isSupported } from "firebase/messaging";

let messaging;

// What went wrong, to the person who turned the switch.
const words = {
  "messaging/permission-blocked": "notifications are not allowed for this page",
  "messaging/unsupported-browser": "this browser has no push messages",
};

// One after the other, whichever tab it is: what was turned last is how it stays.
const inTurn = (turn) => navigator.locks.request("atomsaga/push", turn);

globalThis.atomsagaPush = {
  // on asks the user for the permission and Google for the token, and tells the server.
  on: (config) =>
    inTurn(async () => {
      const token = await ask(JSON.parse(config));
      await send("PUT", JSON.stringify({ token }));
      localStorage.setItem("atomsaga/push", "true");
    }),

  // off has the server forget this browser first: then nothing is sent to it, whatever
  // becomes of the token. Without its subscription that is a dead one.
  off: () =>
    inTurn(async () => {
      await send("DELETE");
      localStorage.removeItem("atomsaga/push");
      const registration = await navigator.serviceWorker.ready;
      const subscription = await registration.pushManager.getSubscription();
      await subscription?.unsubscribe();
    }),
};

async function ask(config) {
  try {
    if (!(await isSupported())) {
      throw { code: "messaging/unsupported-browser" };
    }
    messaging ??= getMessaging(initializeApp(config));
    const serviceWorkerRegistration = await navigator.serviceWorker.ready; // the page's own
    return await getToken(messaging, { vapidKey: config.vapidKey, serviceWorkerRegistration });
  } catch (error) {
    throw new Error(words[error.code] ?? error.message);
  }
}

async function send(method, body) {
  const request = { method, body, headers: { "Content-Type": "application/json" } };
  const response = await fetch("/api/push/device", request).catch(() => {
    throw new Error("the server could not be reached");
  });
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    throw new Error(problem.detail ?? `the server says ${response.status}`);
  }
}
