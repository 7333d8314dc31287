// The table of a run: medians, p20 beside ours, ratios against the budgets.
import { limits } from './limits.mjs';

const sorted = (l) => [...l].sort((a, b) => a - b);
const quantile = (l, q) => sorted(l)[Math.floor(q * (l.length - 1))];
export const median = (l) => quantile(l, 0.5);
const digits = (x) => (x >= 100 ? x.toFixed(0) : x >= 10 ? x.toFixed(1) : x.toPrecision(2));

export function table(results, plan) {
  const rows = [
    '| case | n | ours, µs (p20) | mutative | immer | ours / mutative | budget | ours / immer | budget | |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |',
  ];
  const ours = {};
  for (const { name, n, us } of results) {
    const budget = plan.find((p) => p.name === name && p.n === n);
    const [o, m, i] = ['ours', 'mutative', 'immer'].map((s) => median(us[s]));
    ours[`${name} ${n}`] = o;
    const limit = budget.ms ? `${budget.ms} ms` : budget.mutative ?? '';
    rows.push(`| ${name} | ${n} | ${digits(o)} (${digits(quantile(us.ours, 0.2))}) | ${digits(m)} | ${digits(i)} | ${(o / m).toPrecision(2)} | ${limit} | ${(o / i).toPrecision(2)} | ${budget.immer ?? ''} | ${kept(us, budget) ? 'kept' : '**missed**'} |`);
  }
  for (const name of ['list edit', 'map edit'].filter((name) => `${name} 100000` in ours)) {
    const growth = ours[`${name} 100000`] / ours[`${name} 100`];
    rows.push(`| ${name}, 100,000 against 100 | | ${growth.toFixed(1)}x | | | | 4x | | | ${growth <= 4 ? 'kept' : '**missed**'} |`);
  }
  return `${rows.join('\n')}\n`;
}

function kept(us, budget) {
  const [o, m, i] = ['ours', 'mutative', 'immer'].map((s) => median(us[s]));
  return (!budget.mutative || o / m <= budget.mutative) && (!budget.immer || o / i <= budget.immer) && (!budget.ms || o / 1000 <= budget.ms);
}

export function weightTable(weights) {
  const rows = ['| added to a go-app page | KB with gzip | budget | |', '| --- | ---: | ---: | --- |'];
  for (const { name, kb, budget } of weights) {
    rows.push(`| ${name} | ${kb.toFixed(0)} | ${budget ?? ''} | ${!budget ? '' : kb <= budget ? 'kept' : '**missed**'} |`);
  }
  return `${rows.join('\n')}\n`;
}

// missed says of what was missed what limits it.
export function missed(results, plan, weights) {
  const names = new Set();
  for (const { name, n, us } of results) if (!kept(us, plan.find((p) => p.name === name && p.n === n))) names.add(name);
  for (const { name, kb, budget } of weights) if (budget && kb > budget) names.add(name);
  if (names.size === 0) return '';
  return `\nWhat limits the ones that are missed:\n\n${[...names].map((name) => `- **${name}**: ${limits[name] ?? 'not known'}\n`).join('')}`;
}
