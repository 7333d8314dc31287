// Writes what a run found: bench/out/page.json with every sample, page.md and page.svg; and,
// when it is to be published, bench/page/RESULTS.md and its plot.

import { readFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { budgets, figures, metrics, quantile } from './figures.mjs';
import { BURST, BURSTS, CLICKS, IN_FLIGHT, STORMS } from './measure.mjs';
import { ours } from './peers.mjs';
import { plot } from './plot.mjs';

const out = new URL('../out/', import.meta.url);

const number = (value) => value.toLocaleString('en-US');
const digits = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

function versionOf(name) {
  return JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url))).version;
}

function moduleVersion(name) {
  const gomod = readFileSync(new URL('../../go.mod', import.meta.url), 'utf8');
  return gomod.match(new RegExp(`${name} (v\\S+)`))[1];
}

function versions(peers, browser) {
  const packages = [...new Set(peers.flatMap((peer) => peer.packages))].map((name) => `${name} ${versionOf(name)}`);
  const modules = peers.flatMap((peer) => peer.modules ?? []).map((name) => `${name} ${moduleVersion(name)}`);
  return [...packages, ...modules, `Chromium ${browser}`].join(', ');
}

/** One table of a metric: a line per peer, a column per number of rows. */
function metricTable(metric, peers, sizes, all, reference) {
  const cell = (peer, n) => {
    const found = all.get(`${metric.id}/${peer.id}/${n}`);
    if (!found) return '–';
    if (found.median === null) return metric.none ?? 'never';
    const against = all.get(`${metric.id}/${reference.id}/${n}`)?.median;
    const ratio = against && peer !== reference ? ` · ${digits(found.median / against)}×` : '';
    return `${digits(found.median)} (${digits(found.p20)})${ratio}`;
  };
  return [
    `### ${metric.title}, ${metric.unit}`,
    '',
    `| | ${sizes.map(number).join(' | ')} |`,
    `| --- | ${sizes.map(() => '---:').join(' | ')} |`,
    ...peers.map((peer) => `| ${peer.name} | ${sizes.map((n) => cell(peer, n)).join(' | ')} |`),
    ...(metric.note ? ['', metric.note] : []),
  ].join('\n');
}

function wrongTable(peers, sizes, loads) {
  const of = (peer, n) => loads.filter((load) => load.peer === peer.id && load.n === n);
  const cell = (peer, n) => {
    const wrong = of(peer, n).filter((load) => load.wrong);
    if (!of(peer, n).length) return '–';
    return wrong.length ? `${wrong.length} of ${of(peer, n).length} loads wrong: ${wrong[0].wrong}` : 'right';
  };
  return [
    '### Final DOM after everything above',
    '',
    `| | ${sizes.map(number).join(' | ')} |`,
    `| --- | ${sizes.map(() => '---').join(' | ')} |`,
    ...peers.map((peer) => `| ${peer.name} | ${sizes.map((n) => cell(peer, n)).join(' | ')} |`),
  ].join('\n');
}

function paintTable(peers, paints) {
  const lines = peers.flatMap((peer) => {
    const of = paints.filter((load) => load.peer === peer.id);
    if (!of.length) return [];
    const median = (field) => quantile(of.map((load) => load[field]), 0.5);
    const alive = median('alive');
    const kept = of.filter((load) => load.kept).length;
    const shown = [median('painted'), median('rows'), alive].map((ms) => (ms === null ? 'never' : number(Math.round(ms))));
    return [`| ${peer.name} | ${shown.join(' | ')} | ${kept} of ${of.length} | ${number(Math.round(median('bytes') / 1024))} |`];
  });
  if (!lines.length) return '';
  return [
    '### First load, slow 4G and a quarter of the CPU, 100 rows',
    '',
    '| | first content painted, ms | all rows in the DOM, ms | early click carried out, ms | early clicks kept | KB |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...lines,
  ].join('\n');
}

function budgetTable(all, paints) {
  const text = { true: 'holds', false: '**missed**', null: 'not measured' };
  return [
    '### Budgets',
    '',
    '| what | is | at most | |',
    '| --- | ---: | ---: | --- |',
    ...budgets(all, paints).map(
      ({ what, is, most, holds }) => `| ${what} | ${is === null ? '–' : is.toFixed(3)} | ${Number(most.toFixed(3))} | ${text[holds]} |`,
    ),
  ].join('\n');
}

const method = (run, peers) => `${run.rounds} rounds in one Chromium; in each, every page is loaded once for every number of rows, in an order that turns
from round to round. A load is served cross-origin isolated (clock steps of 5 µs) in a browser context of its own and gives ${CLICKS} clicks
in places and moments from a seed, every second one failing, ${BURSTS} times ${BURST} more for the main thread, and ${STORMS} storms of ${IN_FLIGHT}.
Cells: median (20th percentile) of all samples · ratio of the medians to the reference line. Times come from a MutationObserver in
the page; main-thread time is CPU time of the renderer's main thread, less that of as many idle frames.
${cpus().length} cores, headless.

Versions: ${versions(peers, run.browser)}.`;

/**
 * @param run {{peers, sizes, rounds, browser, loads, paints}}
 * @param publish whether RESULTS.md and its plot are to be replaced as well
 * @returns {string} the report
 */
export function report(run, publish) {
  const { peers, sizes, loads, paints } = run;
  const all = figures(loads);
  const reference = peers.find((peer) => peer.id === ours.id) ?? peers.find((peer) => peer.id === 'solid') ?? peers[0];
  const parts = [
    `Reference of the ratios: ${reference.name}.`,
    ...metrics.map((metric) => metricTable(metric, peers, sizes, all, reference)),
    paintTable(peers, paints),
    wrongTable(peers, sizes, loads),
    reference.id === ours.id ? budgetTable(all, paints) : '',
    '### How it was measured',
    method(run, peers),
  ];
  const text = parts.filter(Boolean).join('\n\n') + '\n';
  const picture = plot(peers, sizes, all);
  mkdirSync(out, { recursive: true });
  writeFileSync(new URL('page.json', out), JSON.stringify({ ...run, figures: Object.fromEntries(all) }, null, 1) + '\n');
  writeFileSync(new URL('page.md', out), text);
  writeFileSync(new URL('page.svg', out), picture);
  if (publish) {
    const title = '# One page, one change, side by side\n\n![Click, reject, storm and main-thread time against the number of rows](page.svg)\n\n';
    writeFileSync(new URL('RESULTS.md', import.meta.url), title + text);
    writeFileSync(new URL('page.svg', import.meta.url), picture);
  }
  return text;
}
