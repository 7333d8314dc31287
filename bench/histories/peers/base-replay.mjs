// The reference: a base and a log of live entries, replayed. This is the Law as a page would
// carry it out (fold the oldest when it has succeeded, drop what failed), not as law.mjs
// checks it.

import { apply } from '../ops.mjs';

export const peers = [
  {
    name: 'base + replay (the Law)',
    packages: [],
    recipe: 'a base and the live entries above it; a failed entry leaves, the oldest folds into the base once it has succeeded',
    open(start) {
      let base = start;
      let log = [];
      const fold = () => {
        while (log.length && log[0].done) apply(base, log.shift().op);
      };
      return {
        start(op, effect) {
          const entry = { op, done: false };
          log.push(entry);
          effect().then(
            () => {
              entry.done = true;
              fold();
            },
            () => {
              log = log.filter((other) => other !== entry);
              fold();
            },
          );
        },
        plain(op) {
          log.push({ op, done: true });
          fold();
        },
        push: (op) => apply(base, op),
        screen() {
          const shown = structuredClone(base);
          for (const { op } of log) apply(shown, op);
          return shown;
        },
      };
    },
  },
];
