import { apply, create } from 'mutative';
import { applyPatches, enableMapSet, enablePatches, produceWithPatches } from 'immer';
import { peers, plan } from './cases.mjs';

enablePatches();
enableMapSet();

const engines = {
  mutative: { change: (s, recipe) => create(s, recipe, { enablePatches: true }), apply },
  immer: { change: produceWithPatches, apply: applyPatches },
};

const params = new URLSearchParams(location.search);
const chosen = plan.filter(({ name }) => name.includes(params.get('only')));
const go = new Go();
go.env.GOGC = params.get('gogc');
const ready = new Promise((resolve) => { globalThis.oursIsReady = resolve; });
const { instance } = await WebAssembly.instantiateStreaming(fetch('/drafts.wasm'), go.importObject);
go.run(instance);
await ready;

// measured(system, name, n) returns a function that does the case some times
// and returns the milliseconds that took.
function measured(system, name, n) {
  if (system === 'ours') return (times) => globalThis.measureOurs(name, n, times);
  const run = peers[name](engines[system], n);
  return (times) => {
    const start = performance.now();
    for (let i = 0; i < times; i++) run();
    return performance.now() - start;
  };
}

const rounds = Number(params.get('rounds')), batch = Number(params.get('batch'));
const systems = ['ours', 'mutative', 'immer'];
const results = [];

// Both engines are compiled better once they have run for a while: not the
// first case should pay for that. All cases, whichever are chosen: an engine of
// JavaScript that has seen one shape of data alone is faster than in a page.
for (const { name, n } of plan) {
  for (const system of systems) {
    const run = measured(system, name, Math.min(n, 1000));
    for (const end = performance.now() + 150; performance.now() < end;) run(10);
  }
}
globalThis.forgetOurs();

for (const { name, n } of chosen) {
  const cells = systems.map((system) => {
    const run = measured(system, name, n);
    let times = 1;
    run(1);
    for (let ms = run(times); ms < batch; ms = run(times)) times = Math.max(times + 1, Math.ceil(times * Math.min(8, (1.2 * batch) / Math.max(ms, 0.01))));
    return { system, run, times, samples: [] };
  });
  for (let round = 0; round < rounds; round++) {
    for (let k = 0; k < cells.length; k++) { // another one first in each round
      const c = cells[(k + round) % cells.length];
      c.samples.push((1000 * c.run(c.times)) / c.times);
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
  globalThis.forgetOurs();
  results.push({ name, n, us: Object.fromEntries(cells.map((c) => [c.system, c.samples])) });
  await fetch('/progress', { method: 'POST', body: `${name} ${n}` });
}
await fetch('/done', { method: 'POST', body: JSON.stringify({ agent: navigator.userAgent, results }) });
