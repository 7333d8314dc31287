// The harness, checked: every peer keeps the contract, pages that are wrong on purpose are found
// out, and the figures are what they are said to be.

process.env.NODE_ENV ??= 'production';

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { buildAll, folderOf } from './build.mjs';
import { launch } from './chromium.mjs';
import { broken } from './contract.mjs';
import { budgets, figures, quantile } from './figures.mjs';
import { firstPaint } from './first-paint.mjs';
import { measure } from './measure.mjs';
import { ours, peers } from './peers.mjs';
import { serve } from './serve.mjs';

let browser;
before(async () => {
  await buildAll([ours, ...peers]);
  browser = await launch();
});
after(() => browser.close());

for (const peer of [ours, ...peers]) {
  test(`${peer.name} keeps the contract`, async () => {
    const { url, close } = await serve(folderOf(peer));
    try {
      assert.deepEqual(await broken(browser, url(37), 37), []);
    } finally {
      close();
    }
  });
}

/** A page by hand: what a click does, and what a refused effect does. */
const page = (onClick, onRefused) => `<!doctype html><ul id="rows"></ul><script>
performance.mark('app:start');
const n = Number(new URLSearchParams(location.search).get('n'));
for (let i = 0; i < n; i++) {
  const row = document.getElementById('rows').appendChild(document.createElement('li'));
  Object.assign(row, { id: 'row-e' + i });
  Object.assign(row.dataset, { testid: 'row', done: 'false' });
  const button = row.appendChild(document.createElement('button'));
  button.id = 'toggle-e' + i;
  button.dataset.testid = 'toggle';
  const set = (done) => { row.dataset.done = String(done); };
  button.onclick = async () => {
    const done = row.dataset.done !== 'true';
    ${onClick}
    try { await __lab.effect('e' + i, { done }); } catch { ${onRefused} }
  };
}
</script>`;

async function withPage(html, use) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-page-'));
  writeFileSync(join(folder, 'index.html'), html);
  const { url, close } = await serve(folder);
  try {
    return await use(url);
  } finally {
    close();
    rmSync(folder, { recursive: true });
  }
}

const brokenPages = [
  { reason: 'never shows the change', html: page('', ''), says: 'a click does not set data-done' },
  { reason: 'never takes it back', html: page('set(done)', ''), says: 'a rejected effect is not taken back' },
  {
    reason: 'has a row too many',
    html: page('set(done)', 'set(!done)').replace('i < n', 'i < n + 1'),
    says: '#rows did not come to hold 10 elements in 1500 ms',
  },
  {
    reason: 'has no mark',
    html: page('set(done)', 'set(!done)').replace("'app:start'", "'start'"),
    says: "main does not begin with performance.mark('app:start')",
  },
];

for (const { reason, html, says } of brokenPages) {
  test(`a page that ${reason} breaks the contract`, async () => {
    const reasons = await withPage(html, (url) => broken(browser, url(10), 10, 1500));
    assert.ok(reasons.includes(says), reasons.join('; '));
  });
}

test('a page whose rollback hits another row is found by the final DOM check', async () => {
  const html = page('set(done)', "set(!done); row.nextElementSibling && (row.nextElementSibling.dataset.done = 'true');");
  const { wrong } = await withPage(html, (url) => measure(browser, url(60), 60, 1));
  assert.match(wrong, /of 60 rows/);
});

test('an honest page is measured and found right', async () => {
  const load = await withPage(page('set(done)', 'set(!done)'), (url) => measure(browser, url(60), 60, 1));
  assert.equal(load.wrong, '');
  assert.equal(load.shown.length, 30);
  assert.equal(load.back.length, 15);
  assert.ok(load.shown.every((ms) => ms > 0 && ms < 1000), String(load.shown));
});

/** A prerendered page that comes alive after a second; early says what it does with clicks until then. */
const prerendered = (early) => `<!doctype html><script>
const before = [];
const keep = ({ target }) => before.push(target);
${early}
</script><ul id="rows">${Array.from(
  { length: 100 },
  (_, i) => `<li id="row-e${i}" data-testid="row" data-done="false"><button id="toggle-e${i}" data-testid="toggle">${i}</button></li>`,
).join('')}</ul><script>
const toggle = (button) => {
  button.parentElement.dataset.done = 'true';
  __lab.effect(button.id.slice('toggle-'.length), { done: true });
};
setTimeout(() => {
  performance.mark('app:start');
  document.removeEventListener('click', keep);
  document.addEventListener('click', ({ target }) => toggle(target));
  before.forEach(toggle);
}, 1000);
</script>`;

test('an early click on a prerendered page is told lost, or kept', async () => {
  const lost = await withPage(prerendered(''), (url) => firstPaint(browser, url(100)));
  assert.equal(lost.kept, false);
  assert.equal(lost.alive, null);
  const kept = await withPage(prerendered("document.addEventListener('click', keep);"), (url) => firstPaint(browser, url(100)));
  assert.equal(kept.kept, true);
  assert.ok(kept.painted < kept.alive, `${kept.painted} ${kept.alive}`);
});

test('a running server is measured through headers of our own', async () => {
  const folder = await serve(folderOf(peers[0]));
  const proxied = await serve(folder.url(1));
  try {
    assert.deepEqual(await broken(browser, proxied.url(12), 12), []);
  } finally {
    proxied.close();
    folder.close();
  }
});

test('quantile interpolates, and is null when a value never came', () => {
  assert.equal(quantile([4, 1, 3, 2], 0.5), 2.5);
  assert.equal(quantile([1, 2, 3, 4, 5, 6], 0.2), 2);
  assert.equal(quantile([1, null], 0.5), null);
  assert.equal(quantile([], 0.5), null);
});

test('a budget holds, is missed, or was not measured', () => {
  const load = (peer, n, ms) => ({ peer, n, shown: [ms], back: [ms], mainThread: [ms], first: ms, mount: ms, heap: 0, wasm: 0, storms: [] });
  const loads = [load('atomsaga', 100, 1), load('solid', 100, 0.5), load('atomsaga', 10000, 2), load('solid', 10000, 0.1)];
  const by = new Map(budgets(figures(loads), []).map((row) => [row.what, row]));
  assert.equal(by.get('click, 100 rows, against SolidJS').holds, true);
  assert.equal(by.get('click, 10000 rows, against SolidJS').holds, false);
  assert.equal(by.get('click, 10,000 rows against 100').holds, false);
  assert.equal(by.get('click, 1000 rows, against SolidJS').holds, null);
});
