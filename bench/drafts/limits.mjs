// What limits a case that misses its budget, as a profile of it shows. Only what is
// missed in a run is printed.
const allocation = 'Half of it is Go\'s allocator and collector, which in wasm run on the one thread there is; ';

export const limits = {
  'list edit': `${allocation}one edit makes 7 allocations (0.7 KB) in 100 elements and 10 (1.1 KB) in 100,000: a draft of the state and of the element, ` +
    'the nodes on the way, the next state and element, and the record. An engine of JavaScript has no path to copy below some thousand elements.',
  'map edit': `${allocation}as a list's edit, and two searches by key.`,
  'insert at 0': `${allocation}as a list's edit.`,
  remove: `${allocation}as a list's edit.`,
  'struct of 10': `${allocation}three allocations: the draft, the next value, the record.`,
  'five levels': 'Anybody may write through a plain pointer, unseen: so all five levels and their slices are copied before the recipe runs, and compared after it ' +
    '(17 allocations, of which 10 are the draft). immer and mutative copy what their proxies see touched. A `List` or a `Map` is how to say where to look.',
  'edit all': `${allocation}per element a draft, the next value, and a record with its path.`,
  iterate: 'Elements are copied out one by one, as `range` over a slice does.',
  'the draft engine alone': 'Go\'s code for wasm: the engine\'s 240 functions are 330 KB before compression, about four times what they are natively, and the tables that ' +
    'the runtime keeps of each function come on top. Without any inlining it would still be 137 KB.',
};
