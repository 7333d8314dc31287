// What the harness puts into the page before any of its scripts: the requests that the page
// makes, held until they are told how to end, and the clocks. Its functions run in the page.

window.__lab = (() => {
  const pending = new Map(); // id -> [{resolve, reject}], oldest first
  const calls = [];
  let memory;

  /** The contract's one function: the request of a change, open until the harness ends it. */
  function effect(id, change) {
    calls.push({ id, done: change.done, at: performance.now() });
    return new Promise((resolve, reject) => {
      const list = pending.get(id) ?? [];
      list.push({ resolve, reject: () => reject(new Error('refused')) });
      pending.set(id, list);
    });
  }

  const row = (id) => document.getElementById(`row-${id}`);
  const isDone = (id) => row(id)?.dataset.done === 'true';
  const click = (id) => document.getElementById(`toggle-${id}`).click();
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
  const task = () => sleep(0);

  /** Two frames and a task: everything that a change set going has been painted. */
  async function painted() {
    await frame();
    await frame();
    await task();
  }

  /**
   * Does act and resolves with the milliseconds from there to the first change of the list
   * after which holds() is true, or with null when that has not come within limit milliseconds.
   * A mutation observer sees it in the same task; nothing polls.
   */
  function until(holds, act, limit = 20000) {
    return new Promise((resolve) => {
      let start;
      const observer = new MutationObserver(() => {
        if (!holds()) return;
        const end = performance.now();
        observer.disconnect();
        clearTimeout(late);
        resolve(end - start);
      });
      const late = setTimeout(() => {
        observer.disconnect();
        resolve(null);
      }, limit);
      observer.observe(document.getElementById('rows'), {
        subtree: true,
        childList: true,
        attributes: true,
        attributeFilter: ['data-done'],
      });
      start = performance.now();
      act();
    });
  }

  /** Waits for the page to have called effect(id), which it may do after it has shown the change. */
  async function called(id) {
    for (let i = 0; !pending.get(id)?.length; i++) {
      if (i > 2000) throw new Error(`no effect was called for ${id}`);
      await task();
    }
  }

  /** Ends the oldest request of id. */
  function settle(id, ok) {
    const request = pending.get(id).shift();
    if (ok) request.resolve();
    else request.reject();
  }

  /** One click: milliseconds to the changed DOM and, when it is to fail, from there back. */
  async function clickOnce(id, ok) {
    const before = isDone(id);
    const shown = await until(() => isDone(id) !== before, () => click(id));
    await called(id);
    let back;
    if (ok) settle(id, true);
    else back = await until(() => isDone(id) === before, () => settle(id, false));
    await painted();
    return { shown, back };
  }

  /** Clicks on the given rows in turn, every second one fails; waits[i] ms lie before the i-th. */
  async function clicks(ids, waits) {
    const shown = [];
    const back = [];
    for (const [i, id] of ids.entries()) {
      await sleep(waits[i]);
      const ok = i % 2 === 0;
      const result = await clickOnce(id, ok);
      shown.push(result.shown);
      if (!ok) back.push(result.back);
    }
    return { shown, back };
  }

  /** The same work without a clock on it: clicks that succeed, or none at all. */
  async function burst(ids, clicking) {
    for (const id of ids) {
      if (clicking) {
        click(id);
        await called(id);
        settle(id, true);
      }
      await painted();
    }
  }

  /** All ids clicked at once, then every second one refused at once; milliseconds of both. */
  async function storm(ids) {
    const before = new Map(ids.map((id) => [id, isDone(id)]));
    const refused = ids.filter((_, i) => i % 2 === 1);
    const accepted = ids.filter((_, i) => i % 2 === 0);
    const flipped = () => ids.every((id) => isDone(id) !== before.get(id));
    const halfBack = () =>
      refused.every((id) => isDone(id) === before.get(id)) && accepted.every((id) => isDone(id) !== before.get(id));
    const shown = await until(flipped, () => ids.forEach(click));
    for (const id of ids) await called(id);
    const back = await until(halfBack, () => refused.forEach((id) => settle(id, false)), 3000);
    for (const id of accepted) settle(id, true);
    return { shown, back };
  }

  /** data-done of every row, in the order of the list. */
  const rows = () => Array.from(document.getElementById('rows').children, (li) => li.dataset.done === 'true');

  // The wasm's memory is no part of the JS heap that the browser reports.
  for (const name of ['instantiate', 'instantiateStreaming']) {
    const original = WebAssembly[name];
    WebAssembly[name] = async function (...args) {
      const result = await original.apply(this, args);
      const instance = result.instance ?? result;
      memory = Object.values(instance.exports).find((value) => value instanceof WebAssembly.Memory);
      return result;
    };
  }
  const wasmBytes = () => memory?.buffer.byteLength ?? 0;

  // When the list holds as many rows as were asked for.
  const wanted = Number(new URLSearchParams(location.search).get('n'));
  const complete = new Promise((resolve) => {
    const check = () => {
      const list = document.getElementById('rows');
      if (list?.children.length !== wanted) return;
      observer.disconnect();
      resolve(performance.now());
    };
    const observer = new MutationObserver(check);
    observer.observe(document, { subtree: true, childList: true });
  });

  // The end of the last long task or change of the DOM.
  let busyAt = 0;
  new MutationObserver(() => (busyAt = performance.now())).observe(document, { subtree: true, childList: true });
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) busyAt = Math.max(busyAt, startTime + duration);
  }).observe({ type: 'longtask', buffered: true });

  /** Waits until main has begun and the page has had nothing to do for half a second. */
  async function quiet(limit = 60000) {
    const end = performance.now() + limit;
    const begun = () => performance.getEntriesByName('app:start').length > 0;
    while (!begun() || performance.now() - busyAt < 500) {
      if (performance.now() > end) throw new Error(begun() ? 'the page does not come to rest' : "main does not begin with performance.mark('app:start')");
      await sleep(50);
    }
    await painted();
  }

  /** Clicks on id once, in the first frame that can show it: the page may not be alive by then. */
  const early = { clickedAt: undefined };
  function clickEarly(id) {
    const observer = new MutationObserver(() => {
      if (!row(id)) return;
      observer.disconnect();
      requestAnimationFrame(() => {
        early.clickedAt = performance.now();
        click(id);
      });
    });
    observer.observe(document, { subtree: true, childList: true });
  }

  return {
    ...{ effect, calls, complete, quiet, rows, isDone, wasmBytes }, // what there is to know
    ...{ click, called, settle, until, painted }, // one step
    ...{ clickOnce, clicks, burst, storm }, // what is timed
    ...{ early, clickEarly },
  };
})();
