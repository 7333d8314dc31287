// TanStack DB, "Mutations": a collection of rows for the items and one for the page's own fields, a
// transaction per change. The handler sends either the row changes that the transaction
// recorded, or the intent; the server's rows are synced back before it returns.
//
// A collection has no order of its own, so a row carries a position, as the list that a live
// query orders by it.

import { createCollection, createTransaction } from '@tanstack/db';

const byPosition = (a, b) => a.position - b.position || (a.id < b.id ? -1 : 1);

/** The position of a row that is to stand at index at among rows. */
function positionAt(rows, at) {
  const before = rows[at - 1]?.position;
  const after = rows[at]?.position;
  if (before === undefined && after === undefined) return 0;
  if (before === undefined) return after - 1;
  if (after === undefined) return before + 1;
  return (before + after) / 2;
}

/** Carries out op on two tables with get, insert, update and delete: the client's, or the server's. */
function change(items, meta, op) {
  const rows = items.rows().sort(byPosition);
  const edit = (recipe) => items.has(op.id) && items.update(op.id, recipe);
  switch (op.op) {
    case 'toggle':
      return edit((row) => void (row.done = !row.done));
    case 'setName':
      return edit((row) => void (row.name = op.name));
    case 'inc':
      return edit((row) => void (row.count += op.by));
    case 'push':
      return items.insert({ ...op.item, position: positionAt(rows, rows.length) });
    case 'insert0':
      return items.insert({ ...op.item, position: positionAt(rows, 0) });
    case 'remove':
      return items.has(op.id) && items.delete(op.id);
    case 'move': {
      const others = rows.filter((row) => row.id !== op.id);
      const position = positionAt(others, Math.min(op.to, others.length));
      return edit((row) => void (row.position = position));
    }
    case 'setTitle':
      return meta.update('meta', (row) => void (row.title = op.title));
    case 'incN':
      return meta.update('meta', (row) => void (row.n += op.by));
  }
}

/** A table of the server: rows by id. */
class Table {
  constructor(rows) {
    this.byId = new Map(rows.map((row) => [row.id, { ...row }]));
  }
  rows = () => [...this.byId.values()];
  has = (id) => this.byId.has(id);
  insert = (row) => this.byId.set(row.id, { ...row });
  update = (id, recipe) => recipe(this.byId.get(id));
  delete = (id) => this.byId.delete(id);
}

/** The start state as rows. */
const tables = (start) => ({
  items: new Table(start.items.map((item, position) => ({ ...item, position }))),
  meta: new Table([{ id: 'meta', ...start.meta }]),
});

/** Applies the row changes of one transaction, as its handler sent them. */
function applyRows(server, mutations) {
  for (const { table: name, type, key, changes, modified } of mutations) {
    const table = server[name];
    if (type === 'insert') table.insert(modified);
    else if (type === 'delete') table.delete(key);
    else if (table.has(key)) Object.assign(table.byId.get(key), changes);
  }
}

/** A collection that the server's table is synced into. */
function synced(rows) {
  let sync;
  const collection = createCollection({
    getKey: (row) => row.id,
    startSync: true,
    gcTime: 0,
    sync: {
      rowUpdateMode: 'full',
      sync(given) {
        sync = given;
        sync.begin();
        for (const value of rows) sync.write({ type: 'insert', value });
        sync.commit();
        sync.markReady();
      },
    },
  });
  let known = new Map(rows.map((row) => [row.id, JSON.stringify(row)]));
  return {
    collection,
    /** Writes what differs between the server's table and the last one synced. */
    sync(table) {
      const next = new Map(table.rows().map((row) => [row.id, JSON.stringify(row)]));
      sync.begin();
      for (const [id, text] of next) {
        if (known.get(id) === text) continue;
        sync.write({ type: known.has(id) ? 'update' : 'insert', value: JSON.parse(text) });
      }
      for (const [id, text] of known) if (!next.has(id)) sync.write({ type: 'delete', value: JSON.parse(text) });
      sync.commit();
      known = next;
    },
    /** The table's verbs, on what is shown. */
    view: {
      rows: () => collection.toArray,
      has: (id) => collection.has(id),
      insert: (row) => collection.insert(row),
      update: (id, recipe) => collection.update(id, recipe),
      delete: (id) => collection.delete(id),
    },
  };
}

function open(start, law, sendsIntents) {
  const first = tables(start);
  const items = synced(first.items.rows());
  const meta = synced(first.meta.rows());
  const sent = new Map(); // what was sent for operation k: its row changes

  // The server applies what it was sent in the order of dispatch, as every peer's server here.
  const syncBack = () => {
    const server = tables(start);
    for (const entry of law.kept()) {
      if (sent.has(entry)) applyRows(server, sent.get(entry));
      else change(server.items, server.meta, entry.op);
    }
    items.sync(server.items);
    meta.sync(server.meta);
  };

  const run = (op, effect) => {
    const entry = law.newest();
    const send = async ({ transaction: { mutations } }) => {
      if (!sendsIntents) sent.set(entry, mutations.map(rowChange));
      await effect();
      syncBack();
    };
    const transaction = createTransaction({ autoCommit: false, mutationFn: send });
    transaction.mutate(() => change(items.view, meta.view, op));
    // A transaction that changed no row never calls its handler; the request is made all the same.
    const sending = transaction.mutations.length ? transaction.commit() : send({ transaction });
    sending.catch(() => {}); // a page shows the failure here
  };
  const rowChange = ({ collection, type, key, changes, modified }) => ({
    table: collection === items.collection ? 'items' : 'meta',
    type,
    key,
    changes: { ...changes },
    modified: { ...modified },
  });
  return {
    start: run,
    plain: (op) => run(op, async () => {}),
    push: syncBack,
    screen() {
      const shown = items.collection.toArray.sort(byPosition).map(({ id, name, done, count }) => ({ id, name, done, count }));
      const { n, title } = meta.collection.get('meta');
      return { items: shown, meta: { n, title } };
    },
    close() {
      items.collection.cleanup();
      meta.collection.cleanup();
    },
  };
}

export const peers = [
  {
    name: 'TanStack DB, row changes sent',
    packages: ['@tanstack/db'],
    recipe: 'a transaction per change whose handler sends `mutation.changes` and syncs the rows back before it returns',
    refetches: true,
    open: (start, law) => open(start, law, false),
  },
  {
    name: 'TanStack DB, intents sent',
    packages: ['@tanstack/db'],
    recipe: 'the same, but the server carries out the operation itself, as `createOptimisticAction` teaches',
    refetches: true,
    open: (start, law) => open(start, law, true),
  },
];
