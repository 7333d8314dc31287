// jotai + immer (immer, "Patches"): one root atom; a write atom that applies the recipe, remembers the inverse
// patches, and applies them to whatever is there when the effect fails.

import { applyPatches, enablePatches, produce, produceWithPatches } from 'immer';
import { atom, createStore } from 'jotai';
import { apply } from '../ops.mjs';

enablePatches();

export const peers = [
  {
    name: 'jotai + immer, inverse patches',
    packages: ['jotai', 'immer'],
    recipe: '`produceWithPatches`, and `applyPatches` of the inverse when the effect fails',
    open(start) {
      const store = createStore();
      const page = atom(start);
      const saga = atom(null, async (get, set, op, effect) => {
        const [next, , inverse] = produceWithPatches(get(page), (draft) => apply(draft, op));
        set(page, next);
        try {
          await effect();
        } catch {
          set(page, (now) => applyPatches(now, inverse));
        }
      });
      const write = (op) => store.set(page, (now) => produce(now, (draft) => apply(draft, op)));
      const stop = store.sub(page, () => {});
      return {
        start: (op, effect) => store.set(saga, op, effect),
        plain: write,
        push: write,
        screen: () => store.get(page),
        close: stop,
      };
    },
  },
];
