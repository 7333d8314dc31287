// Runs the recorded histories through every peer and writes the table.
//
//   node histories/run.mjs [--only text] [--count n] [--patient] [--show n]
//
// --only     the peers whose name contains text
// --count    the first n histories
// --patient  waits on real timers after every event, much longer: the figures must not change
// --show     the ids of the first n wrong histories of every peer
//
// The committed RESULTS.md is written only by a full run.

process.env.NODE_ENV ??= 'production';

import { parseArgs } from 'node:util';
import { readFileSync } from 'node:fs';
const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    count: { type: 'string' },
    patient: { type: 'boolean', default: false },
    show: { type: 'string', default: '0' },
  },
});

const { patiently, play } = await import('./play.mjs');
const { peers } = await import('./peers/index.mjs');
const { write } = await import('./report.mjs');

const recorded = JSON.parse(readFileSync(new URL('../../internal/history/histories.json', import.meta.url)));
const histories = recorded.histories.slice(0, flags.count ? Number(flags.count) : undefined);
const chosen = peers.filter((peer) => peer.name.toLowerCase().includes(flags.only.toLowerCase()));

const rows = [];
for (const peer of chosen) {
  const row = { name: peer.name, recipe: peer.recipe, packages: peer.packages, refetches: Boolean(peer.refetches) };
  Object.assign(row, { histories: histories.length, events: 0, wrongFinal: 0, wrongOnScreen: 0, wrongEvents: 0, threw: 0 });
  const wrong = [];
  for (const history of histories) {
    const result = await play(peer, history, flags.patient ? patiently : undefined);
    row.events += history.events.length;
    row.wrongFinal += result.wrongFinal;
    row.wrongOnScreen += result.wrongAt.length > 0;
    row.wrongEvents += result.wrongAt.length;
    row.threw += result.threw > 0;
    if (result.wrongAt.length || result.wrongFinal) wrong.push(`${history.id}@${result.wrongAt}${result.wrongFinal ? '!' : ''}`);
  }
  rows.push(row);
  console.log(`${row.name}: ${row.wrongFinal} wrong at the end, ${row.wrongOnScreen} on screen, ${row.threw} with an uncaught exception`);
  if (Number(flags.show)) console.log('  ', wrong.slice(0, Number(flags.show)).join(' '));
}

const full = chosen.length === peers.length && !flags.count;
write(rows, { seed: recorded.seed, full });
process.exit(0);
