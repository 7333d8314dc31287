// Drives every page in one Chromium and writes the report.
//
//   node page/run.mjs [--ours URL-or-folder] [--rounds 5] [--rows 100,1000,10000]
//                     [--only solid,goapp] [--paints 3] [--no-build] [--publish]
//
// --ours     another page to be measured as atomsaga's: a running server, or a folder with
//            index.html in it
// --only     some peers by their id beside ours, for a short run
// --paints   loads per page on the slow phone, 0 for none
// --publish  replaces the committed RESULTS.md and its plot

process.env.NODE_ENV ??= 'production';

import { parseArgs } from 'node:util';

const { values: flags } = parseArgs({
  allowNegative: true,
  options: {
    ours: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    rows: { type: 'string', default: '100,1000,10000' },
    only: { type: 'string', default: '' },
    paints: { type: 'string', default: '3' },
    build: { type: 'boolean', default: true },
    publish: { type: 'boolean', default: false },
  },
});

const { buildAll, folderOf } = await import('./build.mjs');
const { launch } = await import('./chromium.mjs');
const { broken } = await import('./contract.mjs');
const { firstPaint } = await import('./first-paint.mjs');
const { measure } = await import('./measure.mjs');
const { ours, peers: all } = await import('./peers.mjs');
const { report } = await import('./report.mjs');
const { serve } = await import('./serve.mjs');

const only = flags.only.split(',').filter(Boolean);
const peers = [ours, ...all.filter((peer) => !only.length || only.includes(peer.id))];
const sizes = flags.rows.split(',').map(Number);
const rounds = Number(flags.rounds);

if (flags.build) await buildAll(peers.filter((peer) => peer !== ours || !flags.ours));
const served = new Map();
for (const peer of peers) served.set(peer, await serve((peer === ours && flags.ours) || folderOf(peer)));

const browser = await launch();
const run = { peers, sizes, rounds, browser: browser.version(), loads: [], paints: [] };

for (const peer of peers) {
  const reasons = await broken(browser, served.get(peer).url(100), 100);
  if (reasons.length) throw new Error(`the page of ${peer.name} breaks the contract: ${reasons.join('; ')}`);
}

/** The peers, begun with another one each round, so that none is always first. */
const turned = (round) => peers.map((_, i) => peers[(i + round) % peers.length]);

for (let round = 0; round < rounds; round++) {
  for (const n of sizes) {
    for (const peer of turned(round)) {
      const load = await measure(browser, served.get(peer).url(n), n, 1000 * round + n);
      run.loads.push({ peer: peer.id, n, round, ...load });
      console.error(`round ${round + 1} of ${rounds}, ${n} rows, ${peer.name}${load.wrong ? `: ${load.wrong}` : ''}`);
    }
  }
}
for (let round = 0; round < Number(flags.paints); round++) {
  for (const peer of turned(round)) {
    run.paints.push({ peer: peer.id, round, ...(await firstPaint(browser, served.get(peer).url(100))) });
    console.error(`first load ${round + 1} of ${flags.paints}, ${peer.name}`);
  }
}

await browser.close();
for (const { close } of served.values()) close();
console.log(report(run, flags.publish));
