// Keeps what the user does on a prerendered page before its program is there, and replays it then: see the
// documentation of package early. The script is in the head, without defer or async, so that it runs
// before there is a control. Once the program is there, it finds the handlers of hook.On for each event.
(() => {
  const controls = "button, a[href], input, select, textarea, [role], [tabindex], [data-on-click]";
  const timeouts = { control: 10000, program: 30000 }; // milliseconds: see replay, watchLoading
  const madeUp = /^control-\d+$/; // an id made by package components: the program makes another one

  const kept = []; // what is to be replayed, the oldest first
  const scrolled = new Map(); // element -> position
  const opened = new Set(); // every <details> that was opened or closed
  let page; // the page's element: rendered by the server, then by the program
  let focused; // the element that has the focus, or had it when it was removed

  // Before the program

  function keepClick(event) {
    const control = event.target.closest?.(controls);
    if (!control || isField(control) || (control.matches("a[href]") && !linkWaits(control, event))) return;
    event.preventDefault();
    const { ariaBusy, ariaChecked } = control;
    const undo = () => {
      control.removeAttribute("data-early");
      Object.assign(control, { ariaBusy, ariaChecked });
    };
    kept.push({ place: placeOf(control), replay: (now) => now.click(), undo });
    control.setAttribute("data-early", "");
    control.setAttribute("aria-busy", "true");
    if (control.matches("[role=switch], [role=checkbox]") && control.ariaReadOnly !== "true") {
      control.ariaChecked = String(control.ariaChecked !== "true");
    }
  }

  /** A link works without a program. It waits only if something else would be lost. */
  const linkWaits = (link, { button, altKey, ctrlKey, metaKey, shiftKey }) =>
    kept.length > 0 && link.origin === location.origin && !link.hasAttribute("download") &&
    ["", "_self"].includes(link.target) && button === 0 && !(altKey || ctrlKey || metaKey || shiftKey);

  /** A field itself shows what was done with it. */
  const isField = (control) =>
    control.matches("select, textarea, input:not([type=button], [type=submit], [type=reset], [type=image])");

  function keepEdit({ type, target }) {
    if (!isField(target)) return;
    if (kept.at(-1)?.field !== target) kept.push({ field: target, place: placeOf(target) });
    const { value, checked, files } = target;
    kept.at(-1).replay = (now) => {
      if (["checkbox", "radio"].includes(now.type)) {
        if (now.checked !== checked) now.click();
        return;
      }
      if (now.type === "file") now.files = files;
      else now.value = value;
      if (now === document.activeElement) moveCaret(target, now);
      fire(now, "input");
      if (type === "change") fire(now, "change");
      else fireChangeOnBlur(now);
    };
  }

  const fire = (field, type) => field.dispatchEvent(new Event(type, { bubbles: true }));

  /** The browser fires a change event only if the user types again. */
  function fireChangeOnBlur(field) {
    const fired = new AbortController();
    field.addEventListener("change", () => fired.abort(), { signal: fired.signal });
    field.addEventListener("blur", () => fire(field, "change"), { signal: fired.signal });
  }

  function keepSubmit(event) {
    event.preventDefault();
    kept.push({ place: placeOf(event.target), replay: (now) => now.requestSubmit(), undo() {} });
  }

  const toggle = ({ target }) => target.localName === "details" && opened.add(target);
  const scroll = ({ target }) => target !== document && scrolled.set(target, { scrollTop: target.scrollTop, scrollLeft: target.scrollLeft });
  const focusin = ({ target }) => (focused = target);
  const focusout = () => setTimeout(() => (focused &&= document.activeElement === focused ? focused : undefined));

  // The same element in the program's page

  /** How an element is found again: by its id, or by the steps to it and its looks. */
  function placeOf(element) {
    const steps = [];
    for (let e = element; e.parentElement && e !== page && e.parentElement !== document.body; e = e.parentElement) {
      steps.unshift(Array.prototype.indexOf.call(e.parentElement.children, e));
    }
    return { id: madeUp.test(element.id) ? "" : element.id, name: element.localName, steps, looks: looksOf(element) };
  }

  const looksOf = (e) =>
    [e.type, e.role, e.name, e.getAttribute("href"), e.ariaLabel, isField(e) ? "" : e.textContent.replace(/\s+/g, "")].join("\n");

  function find({ id, name, steps, looks }) {
    if (id) {
      const element = document.getElementById(id);
      return element?.localName === name ? element : undefined;
    }
    const matches = (e) => e?.localName === name && (looks === undefined || looksOf(e) === looks);
    const there = steps.reduce((e, step) => e?.children[step], page);
    if (matches(there)) return there;
    const all = Array.prototype.filter.call(document.getElementsByTagName(name), matches);
    return all.length === 1 ? all[0] : undefined;
  }

  // The program

  /**
   * Watches for the program's page. go-app replaces the first element of the body by it, which may be one of
   * an extension of the browser: the page is what is before go-app's loader.
   */
  function watchPage() {
    const loader = document.getElementById("app-wasm-loader");
    page = loader?.previousElementSibling ?? document.body.firstElementChild;
    const rendered = page;
    Object.defineProperty(document.body, "firstElementChild", { get: () => rendered, configurable: true });
    const observer = new MutationObserver((records) => {
      if (rendered.isConnected) return;
      observer.disconnect();
      delete document.body.firstElementChild;
      const { addedNodes } = records.find(({ removedNodes }) => Array.prototype.includes.call(removedNodes, rendered));
      page = addedNodes[0] ?? document.body.firstElementChild;
      stopWatching();
      takeOver();
    });
    observer.observe(document.body, { childList: true });
    const stopWatching = watchLoading(loader);
  }

  /** Gives up when the program fails to load, or when nothing is received for a while. Returns what ends it. */
  function watchLoading(loader) {
    let notice, timer;
    const stop = () => {
      clearTimeout(timer);
      progress.disconnect();
      removeEventListener("error", failed, true);
    };
    const giveUp = () => {
      stop();
      notice = dropClicks();
    };
    const failed = ({ target }) => target.localName === "script" && target.src.startsWith(location.origin) && giveUp();
    const restart = () => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, timeouts.program);
    };
    const progress = new MutationObserver(() => {
      const icon = loader.querySelector("#app-wasm-loader-icon");
      if (icon && !icon.classList.contains("goapp-spin")) giveUp(); // which is how go-app shows an error
      else restart();
    });
    if (loader) progress.observe(loader, { attributes: true, childList: true, characterData: true, subtree: true });
    addEventListener("error", failed, true);
    restart();
    return () => {
      stop();
      notice?.remove();
    };
  }

  /** Drops kept clicks, and says so. Kept text is replayed if the program arrives after all. */
  function dropClicks() {
    const clicks = kept.filter((one) => one.undo);
    for (const one of clicks.toReversed()) one.undo();
    kept.splice(0, Infinity, ...kept.filter((one) => !one.undo));
    removeEventListener("click", keepClick, true);
    const notice = document.createElement("p");
    notice.className = "early-failed";
    notice.setAttribute("role", "alert");
    const reload = document.createElement("button");
    reload.textContent = "Load it again";
    reload.onclick = () => location.reload();
    const text = clicks.length ? "What you have clicked was not done: the program of this page did not load. " :
      "The program of this page did not load. It can be read, and links work. ";
    notice.append(text, reload);
    document.body.append(notice);
    return notice;
  }

  /** Runs in the task in which the program has mounted its page: the browser paints nothing in between. */
  function takeOver() {
    for (const [type, listener] of Object.entries(listeners)) removeEventListener(type, listener, true);
    const findBox = (before) => find({ ...placeOf(before), looks: undefined }); // its content may differ
    for (const before of opened) Object.assign(findBox(before) ?? {}, { open: before.open });
    for (const [before, position] of scrolled) Object.assign(findBox(before) ?? {}, position);
    const now = focused && !focused.isConnected && find(placeOf(focused));
    if (now && document.activeElement === document.body) {
      now.focus({ preventScroll: true });
      moveCaret(focused, now);
    }
    replay(performance.now() + timeouts.control);
  }

  function moveCaret(before, now) {
    const { selectionStart, selectionEnd, selectionDirection } = before;
    if (typeof selectionStart === "number") now.setSelectionRange(selectionStart, selectionEnd, selectionDirection);
  }

  /** Replays what is kept, once and in order. It waits for controls that are not there yet. */
  function replay(deadline) {
    while (kept.length > 0) {
      const now = find(kept[0].place);
      if (!now && performance.now() < deadline) {
        replayLater(deadline);
        return;
      }
      const { replay } = kept.shift();
      if (now) replay(now);
    }
  }

  function replayLater(deadline) {
    const retry = () => {
      observer.disconnect();
      clearTimeout(timer);
      replay(deadline);
    };
    const observer = new MutationObserver(retry);
    observer.observe(document.body, { childList: true, subtree: true });
    const timer = setTimeout(retry, deadline - performance.now());
  }

  // With the program

  /**
   * Calls handle for every handler of hook.On that an event is for, the inner one first, with the event, as a
   * method of the handler's number; and follow, if there is one, with a click on a link. In Go each step of
   * this would be a call of the browser.
   */
  function listen(type, handle, follow) {
    const name = `data-on-${type}`;
    const selector = follow ? `[${name}],a` : `[${name}]`;
    document.documentElement.addEventListener(type, (event) => {
      for (let at = event.target.closest?.(selector); at; at = at.parentElement?.closest(selector)) {
        const number = at.getAttribute(name);
        if (number === null) follow(event);
        else handle.call(Number(number), event);
        if (event.cancelBubble) return;
      }
    });
  }

  window.atomsaga = { listen };

  const listeners = { click: keepClick, input: keepEdit, change: keepEdit, submit: keepSubmit, toggle, scroll, focusin, focusout };
  for (const [type, listener] of Object.entries(listeners)) addEventListener(type, listener, true);
  if (document.readyState === "loading") document.addEventListener("readystatechange", watchPage, { once: true });
  else watchPage();
})();
