// What is measured, and how the peers do it: as their documentation teaches,
// with patches, and with their default settings.

const task = (i) => ({ id: `task-${i}`, name: 'name', done: false, count: 0 });
const tasks = (n) => Array.from({ length: n }, (_, i) => task(i));
const list = (n) => ({ title: 'board', list: tasks(n) });
const map = (n) => ({ title: 'board', map: new Map(tasks(n).map((t) => [t.id, t])) });
const ten = () => ({
  id: 'a', name: 'b', description: '', inverse: '', vocabulary: '', hasDirection: false, hidden: false, version: 0, order: 0, weight: 0,
});
const levels = () => {
  let v = null;
  for (let i = 0; i < 5; i++) v = { name: 'n', tags: ['a', 'b'], a: 1, b: 2, next: v };
  return v;
};

const insert = (d) => { d.list.unshift({ id: 'new', name: 'new', done: false, count: 0 }); };
const remove = (d) => { d.list.splice(Math.floor(d.list.length / 2), 1); };

// An engine is {change: (state, recipe) => [next, patches, inverse], apply: (state, patches) => state}.
const edit = (state, recipe) => (engine, n) => {
  const s = state(n), r = recipe(n);
  return () => {
    const [next, patches] = engine.change(s, r);
    if (next === s || patches.length === 0) throw new Error('nothing changed');
  };
};
const inverse = (recipe) => (engine, n) => {
  const [next, , back] = engine.change(list(n), recipe);
  return () => {
    if (engine.apply(next, back).list.length !== n) throw new Error('not the inverse');
  };
};

export const peers = {
  'list edit': edit(list, (n) => (d) => { const t = d.list[n / 2]; t.done = !t.done; }),
  'map edit': edit(map, (n) => { const key = `task-${n / 2}`; return (d) => { const t = d.map.get(key); t.done = !t.done; }; }),
  'insert at 0': edit(list, () => insert),
  remove: edit(list, () => remove),
  'insert, inverse': inverse(insert),
  'remove, inverse': inverse(remove),
  'struct of 10': edit(ten, () => (d) => { d.hasDirection = !d.hasDirection; }),
  'five levels': edit(levels, () => (d) => { d.next.next.next.next.name = 'x'; }),
  'edit all': edit(list, () => (d) => { for (const t of d.list) t.done = !t.done; }),
  iterate: (_, n) => {
    const s = list(n);
    return () => {
      let count = 0;
      for (const t of s.list) if (!t.done) count++;
      if (count !== n) throw new Error('iterate');
    };
  },
};

// The budgets, as ratios to a peer's median, or as milliseconds.
export const plan = [
  { name: 'list edit', n: 100, mutative: 1.5, immer: 0.35 },
  { name: 'list edit', n: 1000, mutative: 2, immer: 0.08 },
  { name: 'list edit', n: 10000, mutative: 0.7, immer: 0.01 },
  { name: 'list edit', n: 100000, mutative: 0.15, immer: 0.001 },
  { name: 'map edit', n: 100, mutative: 3 },
  { name: 'map edit', n: 1000, mutative: 0.5 },
  { name: 'map edit', n: 10000, mutative: 0.05 },
  { name: 'map edit', n: 100000, mutative: 0.005 },
  { name: 'insert at 0', n: 1000, mutative: 0.06 },
  { name: 'insert at 0', n: 10000, mutative: 0.01 },
  { name: 'remove', n: 1000, mutative: 0.06 },
  { name: 'remove', n: 10000, mutative: 0.01 },
  { name: 'insert, inverse', n: 1000, mutative: 0.01 },
  { name: 'insert, inverse', n: 10000, mutative: 0.001 },
  { name: 'remove, inverse', n: 1000, mutative: 0.01 },
  { name: 'remove, inverse', n: 10000, mutative: 0.001 },
  { name: 'struct of 10', n: 10, mutative: 2 },
  { name: 'five levels', n: 5, mutative: 2, immer: 0.4 },
  { name: 'edit all', n: 1000, mutative: 1.5 },
  { name: 'iterate', n: 10000, ms: 1.2 },
];
