// What the user does on a prerendered page before its program is there: kept, and carried out once it
// is. It stands in the head, without defer or async, to be there before the first control is. The
// documentation of package early says what is kept, and how. Once the program is there, it finds out for
// hook.On which handler an event is for.
(() => {
  const controls = "button, a[href], input, select, textarea, [role], [tabindex], [data-on-click]";
  const patience = { control: 10000, program: 30000 }; // milliseconds: see carryOut, expect
  const madeUp = /^control-\d+$/; // an id that package components made: the program makes another

  const kept = []; // what is to be carried out, the oldest first
  const scrolled = new Map(); // element -> where to
  const opened = new Set(); // every <details> that was opened or closed
  let page; // the element that holds all of it: what the server rendered, then what the program has
  let focused; // the element that has the focus, or had it when it was taken off the page

  // Before the program

  function click(event) {
    const control = event.target.closest?.(controls);
    if (!control || isField(control) || (control.matches("a[href]") && !waits(control, event))) return;
    event.preventDefault();
    const { ariaBusy, ariaChecked } = control;
    const takeBack = () => {
      control.removeAttribute("data-early");
      Object.assign(control, { ariaBusy, ariaChecked });
    };
    kept.push({ place: placeOf(control), carryOut: (now) => now.click(), takeBack });
    control.setAttribute("data-early", "");
    control.setAttribute("aria-busy", "true");
    if (control.matches("[role=switch], [role=checkbox]") && control.ariaReadOnly !== "true") {
      control.ariaChecked = String(control.ariaChecked !== "true");
    }
  }

  /** A link works without a program. It waits only where it would have something else forgotten. */
  const waits = (link, { button, altKey, ctrlKey, metaKey, shiftKey }) =>
    kept.length > 0 && link.origin === location.origin && !link.hasAttribute("download") &&
    ["", "_self"].includes(link.target) && button === 0 && !(altKey || ctrlKey || metaKey || shiftKey);

  /** A field shows by itself what was done with it. */
  const isField = (control) =>
    control.matches("select, textarea, input:not([type=button], [type=submit], [type=reset], [type=image])");

  function edit({ type, target }) {
    if (!isField(target)) return;
    if (kept.at(-1)?.field !== target) kept.push({ field: target, place: placeOf(target) });
    const { value, checked, files } = target;
    kept.at(-1).carryOut = (now) => {
      if (["checkbox", "radio"].includes(now.type)) {
        if (now.checked !== checked) now.click();
        return;
      }
      if (now.type === "file") now.files = files;
      else now.value = value;
      if (now === document.activeElement) moveCaret(target, now);
      tell(now, "input");
      if (type === "change") tell(now, "change");
      else tellWhenLeft(now);
    };
  }

  const tell = (field, type) => field.dispatchEvent(new Event(type, { bubbles: true }));

  /** The browser tells of a change only when the user has typed again. */
  function tellWhenLeft(field) {
    const told = new AbortController();
    field.addEventListener("change", () => told.abort(), { signal: told.signal });
    field.addEventListener("blur", () => tell(field, "change"), { signal: told.signal });
  }

  function submit(event) {
    event.preventDefault();
    kept.push({ place: placeOf(event.target), carryOut: (now) => now.requestSubmit(), takeBack() {} });
  }

  const toggle = ({ target }) => target.localName === "details" && opened.add(target);
  const scroll = ({ target }) => target !== document && scrolled.set(target, { scrollTop: target.scrollTop, scrollLeft: target.scrollLeft });
  const focusin = ({ target }) => (focused = target);
  const focusout = () => setTimeout(() => (focused &&= document.activeElement === focused ? focused : undefined));

  // The same element in the program's page

  /** What an element is, and where: by its id, or by the steps to it and its looks. */
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
    const isIt = (e) => e?.localName === name && (looks === undefined || looksOf(e) === looks);
    const there = steps.reduce((e, step) => e?.children[step], page);
    if (isIt(there)) return there;
    const alike = Array.prototype.filter.call(document.getElementsByTagName(name), isIt);
    return alike.length === 1 ? alike[0] : undefined;
  }

  // The program

  /**
   * go-app replaces what the server has rendered as a whole, and takes the first element of the body for
   * that. Where an extension of the browser has put one before it, it is the page all the same.
   */
  function begin() {
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
      stopExpecting();
      takeOver();
    });
    observer.observe(document.body, { childList: true });
    const stopExpecting = expect(loader);
  }

  /** Gives up when the program fails to load, or when nothing moves for a while. Returns what ends it. */
  function expect(loader) {
    let notice, timer;
    const stop = () => {
      clearTimeout(timer);
      progress.disconnect();
      removeEventListener("error", failed, true);
    };
    const giveUp = () => {
      stop();
      notice = takeBack();
    };
    const failed = ({ target }) => target.localName === "script" && target.src.startsWith(location.origin) && giveUp();
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, patience.program);
    };
    const progress = new MutationObserver(() => {
      const icon = loader.querySelector("#app-wasm-loader-icon");
      if (icon && !icon.classList.contains("goapp-spin")) giveUp(); // so go-app shows an error
      else wait();
    });
    if (loader) progress.observe(loader, { attributes: true, childList: true, characterData: true, subtree: true });
    addEventListener("error", failed, true);
    wait();
    return () => {
      stop();
      notice?.remove();
    };
  }

  /** Takes clicks back, and says so; the text in fields is the user's, and is handed over should the program come yet. */
  function takeBack() {
    const clicks = kept.filter((one) => one.takeBack);
    for (const one of clicks.toReversed()) one.takeBack();
    kept.splice(0, Infinity, ...kept.filter((one) => !one.takeBack));
    removeEventListener("click", click, true);
    const notice = document.createElement("p");
    notice.className = "early-failed";
    notice.setAttribute("role", "alert");
    const again = document.createElement("button");
    again.textContent = "Load it again";
    again.onclick = () => location.reload();
    const said = clicks.length ? "What you have clicked was not done: the program of this page did not load. " :
      "The program of this page did not load. It can be read, and links work. ";
    notice.append(said, again);
    document.body.append(notice);
    return notice;
  }

  /** Runs in the task in which the program has put its page there: nothing is painted in between. */
  function takeOver() {
    for (const [type, listener] of Object.entries(listeners)) removeEventListener(type, listener, true);
    const findBox = (before) => find({ ...placeOf(before), looks: undefined }); // what is in it may differ
    for (const before of opened) Object.assign(findBox(before) ?? {}, { open: before.open });
    for (const [before, position] of scrolled) Object.assign(findBox(before) ?? {}, position);
    const now = focused && !focused.isConnected && find(placeOf(focused));
    if (now && document.activeElement === document.body) {
      now.focus({ preventScroll: true });
      moveCaret(focused, now);
    }
    carryOut(performance.now() + patience.control);
  }

  function moveCaret(before, now) {
    const { selectionStart, selectionEnd, selectionDirection } = before;
    if (typeof selectionStart === "number") now.setSelectionRange(selectionStart, selectionEnd, selectionDirection);
  }

  /** Carries out what is kept, each once and in order, and waits for a control that is not there yet. */
  function carryOut(deadline) {
    while (kept.length > 0) {
      const now = find(kept[0].place);
      if (!now && performance.now() < deadline) {
        wait(deadline);
        return;
      }
      const { carryOut } = kept.shift();
      if (now) carryOut(now);
    }
  }

  function wait(deadline) {
    const again = () => {
      observer.disconnect();
      clearTimeout(late);
      carryOut(deadline);
    };
    const observer = new MutationObserver(again);
    observer.observe(document.body, { childList: true, subtree: true });
    const late = setTimeout(again, deadline - performance.now());
  }

  // With the program

  /**
   * Calls tell for every handler of hook.On that an event is for, the inner one first, with the event, as a
   * method of the handler's number; and follow, if there is one, with a click on a link. The program would have
   * to ask the browser for each step of this.
   */
  function listen(type, tell, follow) {
    const name = `data-on-${type}`;
    const marked = follow ? `[${name}],a` : `[${name}]`;
    document.documentElement.addEventListener(type, (event) => {
      for (let at = event.target.closest?.(marked); at; at = at.parentElement?.closest(marked)) {
        const handler = at.getAttribute(name);
        if (handler === null) follow(event);
        else tell.call(Number(handler), event);
        if (event.cancelBubble) return;
      }
    });
  }

  window.atomsaga = { listen };

  const listeners = { click, input: edit, change: edit, submit, toggle, scroll, focusin, focusout };
  for (const [type, listener] of Object.entries(listeners)) addEventListener(type, listener, true);
  if (document.readyState === "loading") document.addEventListener("readystatechange", begin, { once: true });
  else begin();
})();
