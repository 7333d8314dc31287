// From the raw measurements to one figure per peer, number of rows and metric.

import { ours as oursPeer } from './peers.mjs';

/** The q-th quantile of values, interpolated; null when there is none or one never came. */
export function quantile(values, q) {
  if (!values.length || values.some((value) => value === null)) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const below = Math.floor(at);
  return sorted[below] + (sorted[Math.min(below + 1, sorted.length - 1)] - sorted[below]) * (at - below);
}

/** A storm is shown and half of it taken back; never back is never over. */
const total = ({ shown, back }) => (shown === null || back === null ? null : shown + back);

/**
 * What is reported of a load, in the order of the report: samples gives the values of one load, none
 * says what it means when one of them never came.
 */
export const metrics = [
  { id: 'click', title: 'Click to changed DOM', unit: 'ms', samples: (load) => load.shown },
  { id: 'reject', title: 'Rejected effect to DOM rolled back', unit: 'ms', samples: (load) => load.back },
  { id: 'mainThread', title: 'Main-thread time per click, settled and painted', unit: 'ms', samples: (load) => load.mainThread },
  { id: 'first', title: 'First click to changed DOM', unit: 'ms', samples: (load) => [load.first] },
  {
    id: 'storm',
    title: 'Storm: 50 in flight, half rolled back at once',
    unit: 'ms',
    none: 'never',
    note: '*never*: the refused half was not taken back, and only it, while the others were still in flight.',
    samples: (load) => load.storms.map(total),
  },
  {
    id: 'mount',
    title: 'Mount of all rows, from the start of main',
    unit: 'ms',
    none: 'prerendered',
    samples: (load) => [load.mount],
  },
  {
    id: 'memory',
    title: 'Memory with all rows mounted: JS heap and wasm',
    unit: 'MB',
    samples: (load) => [(load.heap + load.wasm) / 2 ** 20],
  },
];

/** @returns {{median: number | null, p20: number | null, count: number}} of metric over loads */
export function figure(loads, metric) {
  const values = loads.flatMap(metric.samples);
  return { median: quantile(values, 0.5), p20: quantile(values, 0.2), count: values.length };
}

/**
 * All figures of a run.
 * @param loads [{peer, n, ...}] as measure gives them
 * @returns {Map<string, {median, p20, count}>} under "metric/peer/n"
 */
export function figures(loads) {
  const all = new Map();
  const keys = new Set(loads.map(({ peer, n }) => `${peer}/${n}`));
  for (const key of keys) {
    const of = loads.filter(({ peer, n }) => `${peer}/${n}` === key);
    for (const metric of metrics) all.set(`${metric.id}/${key}`, figure(of, metric));
  }
  return all;
}

const BASE = 'react-jotai-immer';

/**
 * The budgets that a run can tell, each {what, is, most, holds}; is and holds are null where the run
 * did not measure it.
 */
export function budgets(all, paints) {
  const ours = oursPeer.id;
  const median = (metric, peer, n) => all.get(`${metric}/${peer}/${n}`)?.median ?? null;
  const over = (a, b) => (a === null || b === null ? null : a / b);
  const ratio = (metric, peer, n) => over(median(metric, ours, n), median(metric, peer, n));
  const paint = (peer) => quantile(paints.filter((load) => load.peer === peer).map((load) => load.painted), 0.5);
  const rows = [
    ...[100, 1000, 10000].map((n) => ({ what: `click, ${n} rows, against SolidJS`, is: ratio('click', 'solid', n), most: 4 })),
    { what: 'click, 10,000 rows against 100', is: over(median('click', ours, 10000), median('click', ours, 100)), most: 1.3 },
    { what: 'click, 1,000 rows, against React + jotai + immer', is: ratio('click', BASE, 1000), most: 1 / 5 },
    { what: 'click, 10,000 rows, against React + jotai + immer', is: ratio('click', BASE, 10000), most: 1 / 40 },
    { what: 'click, 1,000 rows, against go-app alone', is: ratio('click', 'goapp', 1000), most: 1 / 10 },
    { what: 'main thread, 1,000 rows, against React + jotai + immer', is: ratio('mainThread', BASE, 1000), most: 1 / 5 },
    { what: 'storm, 1,000 rows, against React + jotai + immer', is: ratio('storm', BASE, 1000), most: 1 / 20 },
    { what: 'reject, 1,000 rows, against React + jotai + immer', is: ratio('reject', BASE, 1000), most: 1 / 20 },
    { what: 'first paint on slow 4G, against React + jotai + immer', is: over(paint(ours), paint(BASE)), most: 1.2 },
  ];
  return rows.map((row) => ({ ...row, holds: row.is === null ? null : row.is <= row.most }));
}
