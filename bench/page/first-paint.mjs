// The first load on a slow phone: Slow 4G and a CPU of a quarter, cold cache, N = 100 rows, and
// one click made in the first frame that shows the row, whether the page is alive by then or not.

import { open } from './measure.mjs';

/** Lighthouse's slow 4G: 150 ms round trip, 1.6 Mbit/s down, 750 kbit/s up. */
const slow4G = { offline: false, latency: 150, downloadThroughput: (1.6e6 / 8) * 0.9, uploadThroughput: (750e3 / 8) * 0.9 };
const CPU = 4;
export const ROWS = 100;
const EARLY = 'e5';

/**
 * @returns {Promise<{painted: number, rows: number, alive: number | null, kept: boolean, bytes: number}>}
 *   milliseconds to the first contentful paint, to the last row in the DOM, and to the effect
 *   of the early click (null when it never came); whether that click was carried out exactly
 *   once and shows; bytes that came over the network
 */
export async function firstPaint(browser, url) {
  const { page, devtools, close } = await open(browser, { early: EARLY });
  try {
    await devtools.send('Network.enable');
    await devtools.send('Network.emulateNetworkConditions', slow4G);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: CPU });
    await page.goto(url, { timeout: 120000 });
    const rows = await page.evaluate(() => window.__lab.complete);
    const started = () => performance.getEntriesByName('app:start').length > 0;
    await page.waitForFunction(started, undefined, { polling: 100, timeout: 120000 });
    const carriedOut = (id) => window.__lab.calls.some((call) => call.id === id);
    await page.waitForFunction(carriedOut, EARLY, { polling: 100, timeout: 8000 }).catch(() => {});
    await page.waitForTimeout(500);
    return await page.evaluate(
      ([id, rows]) => {
        const loads = ['navigation', 'resource'].flatMap((type) => performance.getEntriesByType(type));
        const calls = window.__lab.calls.filter((call) => call.id === id);
        return {
          painted: performance.getEntriesByName('first-contentful-paint')[0].startTime,
          rows,
          alive: calls[0]?.at ?? null,
          kept: calls.length === 1 && window.__lab.isDone(id),
          bytes: loads.reduce((sum, { transferSize }) => sum + transferSize, 0),
        };
      },
      [EARLY, rows],
    );
  } finally {
    await close();
  }
}
