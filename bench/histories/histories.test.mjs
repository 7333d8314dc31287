// The checker and the peers, checked: the Law's value against the recorded one, the reference
// against the Law, the counting against peers that are wrong on purpose, and every peer against
// histories in which nothing overlaps, where each recipe must be right at every event.

process.env.NODE_ENV ??= 'production';

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';
import { Law, expected } from './law.mjs';
import { atomsaga } from './report.mjs';

const { play } = await import('./play.mjs');
const { peers } = await import('./peers/index.mjs');
const { histories } = JSON.parse(readFileSync(new URL('../../internal/history/histories.json', import.meta.url)));

test('the Law ends every recorded history with its recorded state', () => {
  for (const history of histories) {
    const law = new Law(history.start);
    for (const event of history.events) law.note(event);
    assert.deepEqual(law.value(), expected(history), `history ${history.id}`);
  }
});

test('a server change lies below the oldest pending entry, not below later ones', () => {
  const start = { items: [], meta: { n: 0, title: '' } };
  const setTitle = (title) => ({ op: 'setTitle', title });
  const law = new Law(start);
  law.note({ ev: 'start', k: 0, op: setTitle('mine') });
  law.note({ ev: 'server', op: setTitle('pushed') });
  assert.equal(law.value().meta.title, 'mine');
  assert.equal(law.truth().meta.title, 'pushed');
  law.note({ ev: 'settle', k: 0, ok: false });
  assert.equal(law.value().meta.title, 'pushed');
});

test('base + replay is right at every event of every recorded history', async () => {
  for (const history of histories) {
    const { wrongFinal, wrongAt, threw } = await play(peers[0], history);
    assert.deepEqual({ wrongFinal, wrongAt, threw }, { wrongFinal: false, wrongAt: [], threw: 0 }, `history ${history.id}`);
  }
});

test('a page that never changes is counted wrong, and one that throws is counted', async () => {
  const history = histories[0];
  const frozen = {
    open: (start) => ({ start: (_op, effect) => void effect().catch(() => {}), plain() {}, push() {}, screen: () => start }),
  };
  const result = await play(frozen, history);
  assert.equal(result.wrongFinal, true);
  assert.deepEqual(result.wrongAt, history.events.map((_, at) => at));
  const throwing = {
    open: (start) => ({
      start() {
        throw new Error('no');
      },
      screen: () => start,
    }),
  };
  const starts = history.events.filter(({ ev }) => ev === 'start').length;
  // Each start throws, and nobody takes the answers that fail.
  const refused = history.events.filter(({ ev, ok }) => ev === 'settle' && !ok).length;
  assert.equal((await play(throwing, history)).threw, starts + refused);
});

test("atomsaga's row is what its own test wrote, or is not there", (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-histories-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = pathToFileURL(join(folder, 'atomsaga.json'));
  assert.equal(atomsaga(file), undefined);
  writeFileSync(file, '{"histories": 2000, "wrongFinal": 1, "wrongOnScreen": 2}');
  const { histories: of, wrongFinal, wrongOnScreen } = atomsaga(file);
  assert.deepEqual([of, wrongFinal, wrongOnScreen], [2000, 1, 2]);
  writeFileSync(file, '{"histories": 2000, "wrongFinal": 0}');
  assert.throws(() => atomsaga(file), /wrongOnScreen is not a whole number/);
});

/** The history with every change settled before the next begins, and the final state that follows. */
function withoutOverlap(history) {
  const settles = new Map(history.events.filter(({ ev }) => ev === 'settle').map((event) => [event.k, event]));
  const events = history.events.flatMap((event) => {
    if (event.ev === 'settle') return [];
    return event.ev === 'start' ? [event, settles.get(event.k)] : [event];
  });
  const law = new Law(history.start);
  for (const event of events) law.note(event);
  return { id: history.id, start: history.start, events, expect: law.value() };
}

for (const peer of peers) {
  test(`${peer.name}: right at every event when nothing overlaps`, async () => {
    for (const history of histories.slice(0, 200).map(withoutOverlap)) {
      const { wrongFinal, wrongAt, threw } = await play(peer, history);
      assert.deepEqual({ wrongFinal, wrongAt, threw }, { wrongFinal: false, wrongAt: [], threw: 0 }, `history ${history.id}`);
    }
  });
}

const confirmationOrder = histories.filter((history) => history.expectSettleOrder);

for (const name of ['Apollo Client, `cache.modify`', 'React `useOptimistic`']) {
  test(`${name}: exact up to the order of confirmation`, async () => {
    const peer = peers.find((peer) => peer.name === name);
    for (const history of confirmationOrder) {
      assert.deepEqual((await play(peer, history)).last, history.expectSettleOrder, `history ${history.id}`);
    }
  });
}
