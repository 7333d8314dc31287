// Everything that is measured on one load of one peer's page with N rows.

import { fileURLToPath } from 'node:url';

const lab = fileURLToPath(new URL('lab.js', import.meta.url));

export const WARMUP = 5;
export const CLICKS = 30;
export const BURST = 10;
export const BURSTS = 3;
export const STORMS = 2;
export const IN_FLIGHT = 50;

/** Random numbers from a seed (mulberry32): every peer is clicked in the same places. */
export function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Opens url in a context of its own, with the lab in place before any script of the page. */
export async function open(browser, { early } = {}) {
  const context = await browser.newContext({ serviceWorkers: 'block' });
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.addInitScript({ path: lab });
  if (early) await page.addInitScript((id) => window.__lab.clickEarly(id), early);
  const devtools = await context.newCDPSession(page);
  return { page, devtools, errors, close: () => context.close() };
}

/** The renderer's own count of what its main thread did, in milliseconds of CPU time. */
async function mainThread(devtools) {
  const { metrics } = await devtools.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
}

async function memory(page, devtools) {
  await devtools.send('HeapProfiler.collectGarbage');
  const { metrics } = await devtools.send('Performance.getMetrics');
  const heap = metrics.find(({ name }) => name === 'JSHeapUsedSize').value;
  const wasm = await page.evaluate(() => window.__lab.wasmBytes());
  return { heap, wasm };
}

/**
 * Loads url, which shows n rows, and measures it. Every time is in milliseconds, a time that
 * never came is null (mount: the rows were there before main began, prerendered); wrong says what the final DOM check found, '' when it is right.
 */
export async function measure(browser, url, n, seed) {
  const { page, devtools, errors, close } = await open(browser);
  try {
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
    await page.goto(url);
    const complete = await page.evaluate(() => window.__lab.complete);
    await page.evaluate(() => window.__lab.quiet());
    const started = await page.evaluate(() => performance.getEntriesByName('app:start')[0].startTime);

    const result = { mount: complete > started ? complete - started : null, ...(await memory(page, devtools)) };
    const next = random(seed);
    const pick = () => `e${Math.floor(next() * n)}`;
    const expected = new Map(); // what was clicked and kept, an odd number of times
    const keep = (id) => expected.set(id, !expected.get(id));

    const first = pick();
    result.first = (await page.evaluate((id) => window.__lab.clickOnce(id, true), first)).shown;
    keep(first);

    const clicks = async (count) => {
      const ids = Array.from({ length: count }, pick);
      ids.forEach((id, i) => i % 2 === 0 && keep(id));
      const waits = ids.map(() => next() * 17); // somewhere in a frame, not always at its start
      return page.evaluate(([ids, waits]) => window.__lab.clicks(ids, waits), [ids, waits]);
    };
    await clicks(WARMUP);
    const { shown, back } = await clicks(CLICKS);
    Object.assign(result, { shown, back });

    const burst = async (clicking) => {
      const ids = Array.from({ length: BURST }, pick);
      if (clicking) ids.forEach(keep);
      const before = await mainThread(devtools);
      await page.evaluate(([ids, clicking]) => window.__lab.burst(ids, clicking), [ids, clicking]);
      return (await mainThread(devtools)) - before;
    };
    result.mainThread = [];
    for (let i = 0; i < BURSTS; i++) {
      const idle = await burst(false);
      result.mainThread.push(((await burst(true)) - idle) / BURST);
    }

    result.storms = [];
    for (let i = 0; i < STORMS; i++) {
      const ids = new Set();
      while (ids.size < Math.min(IN_FLIGHT, n)) ids.add(pick());
      const storm = await page.evaluate((ids) => window.__lab.storm(ids), [...ids]);
      [...ids].forEach((id, i) => i % 2 === 0 && keep(id));
      result.storms.push(storm);
    }
    result.wrong = await finalDOM(page, n, expected);
    if (errors.length) result.wrong = [result.wrong, `page errors: ${errors[0]}`].filter(Boolean).join('; ');
    return result;
  } finally {
    await close();
  }
}

/** Compares every row with what was clicked and kept, after up to two seconds to come to rest. */
async function finalDOM(page, n, expected) {
  let wrong;
  for (let tries = 0; tries < 20; tries++) {
    const rows = await page.evaluate(() => window.__lab.rows());
    wrong = rows.length === n ? rows.flatMap((done, i) => (done === Boolean(expected.get(`e${i}`)) ? [] : [`e${i}`])) : ['count'];
    if (!wrong.length) return '';
    await page.waitForTimeout(100);
  }
  return `${wrong.length} of ${n} rows`;
}
