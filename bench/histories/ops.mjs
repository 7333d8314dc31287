// The nine operations of a history, as intents: each looks its item up by id
// and does nothing when the id is absent (internal/history/README.md).

/**
 * Carries out op on state by writing to it: on a copy of one's own, or on a draft.
 */
export function apply(state, op) {
  const { items, meta } = state;
  const at = items.findIndex((item) => item.id === op.id);
  switch (op.op) {
    case 'push':
      items.push({ ...op.item });
      return;
    case 'insert0':
      items.unshift({ ...op.item });
      return;
    case 'setTitle':
      meta.title = op.title;
      return;
    case 'incN':
      meta.n += op.by;
      return;
  }
  if (at < 0) return;
  switch (op.op) {
    case 'toggle':
      items[at].done = !items[at].done;
      return;
    case 'setName':
      items[at].name = op.name;
      return;
    case 'inc':
      items[at].count += op.by;
      return;
    case 'remove':
      items.splice(at, 1);
      return;
    case 'move': {
      const [item] = items.splice(at, 1);
      items.splice(Math.min(op.to, items.length), 0, item);
      return;
    }
    default:
      throw new Error(`unknown operation ${op.op}`);
  }
}

/** The state after op; the given one is left as it is. */
export function applied(state, op) {
  const next = structuredClone(state);
  apply(next, op);
  return next;
}
