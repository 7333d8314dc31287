// The table of a run: medians, p20 beside ours, ratios against the budgets.
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
    const kept = (!budget.mutative || o / m <= budget.mutative) && (!budget.immer || o / i <= budget.immer) && (!budget.ms || o / 1000 <= budget.ms);
    const limit = budget.ms ? `${budget.ms} ms` : budget.mutative ?? '';
    rows.push(`| ${name} | ${n} | ${digits(o)} (${digits(quantile(us.ours, 0.2))}) | ${digits(m)} | ${digits(i)} | ${(o / m).toPrecision(2)} | ${limit} | ${(o / i).toPrecision(2)} | ${budget.immer ?? ''} | ${kept ? 'kept' : '**missed**'} |`);
  }
  for (const name of ['list edit', 'map edit'].filter((name) => `${name} 100000` in ours)) {
    const growth = ours[`${name} 100000`] / ours[`${name} 100`];
    rows.push(`| ${name}, 100,000 against 100 | | ${growth.toFixed(1)}x | | | | 4x | | | ${growth <= 4 ? 'kept' : '**missed**'} |`);
  }
  return `${rows.join('\n')}\n`;
}
