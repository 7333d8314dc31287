// Plays one history through one peer and says after which events the screen was wrong.

import { isDeepStrictEqual } from 'node:util';
import { Law, expected } from './law.mjs';

const turn = () => new Promise((done) => setImmediate(done));
const timer = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * Waits until nothing that the last event set going is still to be done: the peers run on
 * promises and React on setImmediate. One turn lets every promise of that turn run out.
 */
async function quiet() {
  for (let i = 0; i < 8; i++) await turn();
}

/** The same for a peer that notifies on a timer of 0 ms. */
async function quietOnTimers() {
  await quiet();
  await timer(0);
  await quiet();
}

/** The same, an order of magnitude longer for every peer: it must not change a figure. */
export async function patiently() {
  for (let i = 0; i < 5; i++) {
    await quiet();
    await timer(2);
  }
}

/** The order of an object's keys is not part of its value; isDeepStrictEqual agrees. */
const same = (a, b) => isDeepStrictEqual(a, b);

/**
 * @param peer    see peers/index.mjs
 * @param history a record of histories.json
 * @param wait    by default as long as the peer needs; else patiently
 * @returns {{wrongFinal: boolean, wrongAt: number[], threw: number, last: object}} the indexes of
 *   the events after which the screen was wrong, how many exceptions nobody caught, and the
 *   value shown at the end
 */
export async function play(peer, history, wait = peer.onTimers ? quietOnTimers : quiet) {
  const law = new Law(history.start);
  const inFlight = new Map();
  const wrongAt = [];
  let threw = 0;
  const onThrow = () => threw++;
  process.on('unhandledRejection', onThrow);

  const page = await peer.open(structuredClone(history.start), law);
  await wait();
  for (const [at, event] of history.events.entries()) {
    law.note(event);
    try {
      switch (event.ev) {
        case 'start': {
          const answer = {};
          answer.promise = new Promise((resolve, reject) => Object.assign(answer, { resolve, reject }));
          inFlight.set(event.k, answer);
          page.start(event.op, () => answer.promise, event.k);
          break;
        }
        case 'settle':
          if (event.ok) inFlight.get(event.k).resolve();
          else inFlight.get(event.k).reject(new Error('refused'));
          break;
        case 'plain':
          page.plain(event.op);
          break;
        case 'server':
          page.push(event.op);
          break;
      }
    } catch {
      threw++;
    }
    await wait();
    if (!same(page.screen(), law.value())) wrongAt.push(at);
  }
  if (!same(law.value(), expected(history))) {
    throw new Error(`history ${history.id}: the Law and the record disagree on the final state`);
  }
  const last = page.screen();
  const wrongFinal = !same(last, expected(history));
  page.close?.();
  await wait();
  process.off('unhandledRejection', onThrow);
  return { wrongFinal, wrongAt, threw, last };
}
