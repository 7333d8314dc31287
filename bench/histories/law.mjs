// What is right: the Law, told the events of one history as they happen.
//
// The value is the start state folded with every entry that has not failed, in the order of
// dispatch; a change pushed by the server lies just below the oldest entry that was pending
// when it arrived (the base is below every live entry). It knows no base and no replay: it
// folds everything anew after each event, so nothing it does can go stale.

import { apply } from './ops.mjs';

export class Law {
  #start;
  #log = []; // {k, op, state: 'pending' | 'kept' | 'failed'}

  constructor(start) {
    this.#start = start;
  }

  /** Takes in the next event of the history. */
  note(event) {
    switch (event.ev) {
      case 'start':
        this.#log.push({ k: event.k, op: event.op, state: 'pending' });
        break;
      case 'plain':
        this.#log.push({ op: event.op, state: 'kept' });
        break;
      case 'server': {
        const oldest = this.#log.findIndex((entry) => entry.state === 'pending');
        const at = oldest < 0 ? this.#log.length : oldest;
        this.#log.splice(at, 0, { op: event.op, state: 'kept' });
        break;
      }
      case 'settle':
        this.#log.find((entry) => entry.k === event.k).state = event.ok ? 'kept' : 'failed';
        break;
      default:
        throw new Error(`unknown event ${event.ev}`);
    }
  }

  /** What anyone must see now. */
  value() {
    return this.#fold((entry) => entry.state !== 'failed');
  }

  /** What the server holds now: the value without the entries whose answer is still to come. */
  truth() {
    return this.#fold((entry) => entry.state === 'kept');
  }

  /** The entry of the operation dispatched last. */
  newest() {
    return this.#log.at(-1);
  }

  /** The entries that the server holds now, oldest first. */
  kept() {
    return this.#log.filter((entry) => entry.state === 'kept');
  }

  #fold(counts) {
    const state = structuredClone(this.#start);
    for (const entry of this.#log) if (counts(entry)) apply(state, entry.op);
    return state;
  }
}

/** The recorded final state: server pushes below what was pending, in the order of dispatch. */
export const expected = (history) => history.expectServerFirst ?? history.expect;
