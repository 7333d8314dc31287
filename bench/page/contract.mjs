// The contract that every page of the bench keeps, checked in the browser before anything is
// timed: a page that renders something else would be measured at something else.

import { open } from './measure.mjs';

/**
 * @returns {Promise<string[]>} what of the contract the page at url, asked for n rows, breaks;
 *   patience is how many milliseconds it may take to show them and come to rest
 */
export async function broken(browser, url, n, patience = 30000) {
  const { page, errors, close } = await open(browser);
  try {
    await page.goto(url);
    const complete = page.evaluate(() => window.__lab.complete.then(() => true));
    const late = new Promise((resolve) => setTimeout(resolve, patience, false));
    if (!(await Promise.race([complete, late]))) return [`#rows did not come to hold ${n} elements in ${patience} ms`];
    const restless = await page.evaluate((ms) => window.__lab.quiet(ms).catch((error) => error.message), patience);
    if (restless) return [restless];
    const found = await page.evaluate(async (n) => {
      const { calls, isDone, until, click, settle, called, painted } = window.__lab;
      const wrong = [];
      const must = (holds, what) => holds || wrong.push(what);
      must(window.crossOriginIsolated, 'the page is not cross-origin isolated');
      const list = document.getElementById('rows');
      must(list.localName === 'ul', '#rows is no ul');
      for (let i = 0; i < n && !wrong.length; i++) {
        const row = list.children[i];
        const button = row.querySelector('button');
        must(row.localName === 'li' && row.id === `row-e${i}`, `child ${i} of #rows is no li#row-e${i}`);
        must(row.dataset.testid === 'row' && row.dataset.done === 'false', `row ${i} lacks data-testid="row" or data-done="false"`);
        must(button?.id === `toggle-e${i}` && button.dataset.testid === 'toggle', `row ${i} lacks its button#toggle-e${i}`);
      }
      if (wrong.length) return wrong;
      const id = `e${Math.min(1, n - 1)}`;
      must((await until(() => isDone(id), () => click(id), 2000)) !== null, 'a click does not set data-done');
      await called(id);
      must(calls.length === 1 && calls[0].id === id && calls[0].done === true, `the click did not call effect('${id}', {done: true}) once`);
      must((await until(() => !isDone(id), () => settle(id, false), 2000)) !== null, 'a rejected effect is not taken back');
      await until(() => isDone(id), () => click(id), 2000);
      await called(id);
      settle(id, true);
      await painted();
      must(isDone(id), 'a resolved effect does not stay');
      return wrong;
    }, n);
    return [...found, ...errors.map((message) => `page error: ${message}`)];
  } finally {
    await close();
  }
}
