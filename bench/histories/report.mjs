// Writes what a run found: bench/out/histories.json, bench/out/histories.md, and after a full
// run the committed RESULTS.md. Nothing here depends on the day or the machine, so RESULTS.md
// changes only when a figure or a version does.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const out = new URL('../out/', import.meta.url);
const results = new URL('RESULTS.md', import.meta.url);

const versionOf = (name) =>
  JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url))).version;

/**
 * What atomsaga's own test found, or undefined when it has not run. The file is
 * {"histories": 2000, "wrongFinal": 0, "wrongOnScreen": 0}, each a count of histories.
 */
export function atomsaga(file = new URL('atomsaga.json', out)) {
  if (!existsSync(file)) return undefined;
  const found = JSON.parse(readFileSync(file));
  for (const field of ['histories', 'wrongFinal', 'wrongOnScreen']) {
    if (!Number.isInteger(found[field])) throw new Error(`${file.pathname}: ${field} is not a whole number`);
  }
  return {
    name: '**atomsaga**',
    recipe: '`saga.Update(...).Effect(...)`; the same histories through real atoms and sagas, in Go',
    packages: [],
    refetches: false,
    ...found,
  };
}

const share = (count, of) => `${count} (${((100 * count) / of).toFixed(count && count / of < 0.1 ? 1 : 0)}%)`;

function table(rows) {
  const lines = rows.map((row) => {
    const mark = row.refetches ? ' †' : '';
    const threw = row.threw === undefined ? '–' : row.threw || '0';
    return `| ${row.name}${mark} | ${share(row.wrongFinal, row.histories)} | ${share(row.wrongOnScreen, row.histories)} | ${threw} | ${row.recipe} |`;
  });
  return ['| system | wrong at the end | wrong on screen | threw | recipe |', '| --- | --- | --- | --- | --- |', ...lines].join('\n');
}

const notes = (rows, seed) => `# Overlapping optimistic changes: how often the value is wrong

${rows[0].histories.toLocaleString('en-US')} random histories (\`internal/history/histories.json\`, seed ${seed}) of 2 to 6 optimistic changes that overlap,
half of them failing, some with plain writes and server pushes in between. After every event the page's value is
compared with the Law's: the start state and every change that has not failed, in the order in which they began.

${table(rows)}

- *wrong at the end*: histories whose last value is not the Law's. *wrong on screen*: histories in which the value
  shown was wrong after at least one event, the last included. *threw*: histories in which the recipe ended in an
  exception that nobody caught (an inverse patch whose path is gone).
- † the recipe asks the server for the truth, or has the server's rows synced back, when a request has settled.

Versions: ${versions(rows)}.

## How it was measured

\`make bench-histories\`, in node with jsdom as the document; React peers are rendered by react-dom and read from the
document, the others are read where their React binding reads them (the jotai store, the RTK Query selector, the
QueryObserver, the collection, watchQuery). After every event everything that it set going is let run out before the
value is compared and the next event comes; waiting longer (\`--patient\`) changes no figure.

The operations look items up by id and do nothing when it is absent: toggle, rename, increment, push, insert at 0, remove, move,
set the title, increment a number. Each is run through the recipe that the library's documentation gives for an optimistic change
(the files under \`peers/\` name the page).

The same peers through the same histories with every change settled before the next begins are right at every event:
\`npm test\` checks it. It is the overlap that they get wrong, not the operations.

## Said fairly

- Where a recipe asks the server, the server is a perfect one: it took every request in the order of dispatch and knows
  plain writes too. A recipe that refetches is right at the end because the server hands the truth back; what it shows
  while other changes are in flight is its own.
- Apollo Client with \`cache.modify\` and React's \`useOptimistic\` replay, as the Law does, but put confirmed changes in the order of
  confirmation; they are exact up to that order (\`npm test\` checks that too). \`useOptimistic\` also keeps a failed change on screen until every
  action in flight has ended.
- RTK Query's documentation itself warns of \`undo()\` where requests overlap and advises to invalidate; that is the second of its rows.
  TanStack Query's maintainer advises for concurrent changes to refetch only after the last; that is the third of its rows.
- Most of these pages would have a server round trip in between, and a reload puts any of them right. The
  figures are about the changes that the user sees, not about data that is lost.
- Half of all effects failing is far more than a real day has: the histories are made to tell right from wrong, not to
  say how often it happens.
`;

const versions = (rows) =>
  [...new Set(rows.flatMap((row) => row.packages))].map((name) => `${name} ${versionOf(name)}`).join(', ');

/** Writes the rows of a run; full says that it was every peer on every history. */
export function write(rows, { seed, full }) {
  const ours = full ? atomsaga() : undefined;
  if (ours && ours.histories !== rows[0].histories) {
    throw new Error(`atomsaga.json is of ${ours.histories} histories, not ${rows[0].histories}`);
  }
  const all = ours ? [rows[0], ours, ...rows.slice(1)] : rows;
  mkdirSync(out, { recursive: true });
  writeFileSync(new URL('histories.json', out), JSON.stringify(all, null, 1) + '\n');
  writeFileSync(new URL('histories.md', out), table(all) + '\n');
  if (full) writeFileSync(results, notes(all, seed));
}
