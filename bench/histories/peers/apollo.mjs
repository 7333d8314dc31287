// Apollo Client, "Optimistic mutation results": an optimisticResponse and an update function.
// Once with every change made by cache.modify in update (a layer that is run again when one
// below it goes), and once with the changed entities in the response, which the cache
// normalizes, and cache.modify only for the list, as the documentation's examples do.

import { ApolloClient, ApolloLink, InMemoryCache, Observable, gql } from '@apollo/client';
import { apply, applied } from '../ops.mjs';

const PAGE = gql`
  query Page {
    items { id name done count }
    meta { id n title }
  }
`;
const CHANGE = gql`
  mutation Change($op: Op!) {
    change(op: $op) { item { id name done count } meta { id n title } }
  }
`;
const ITEM = gql`
  fragment Fields on Item { id name done count }
`;

const itemOf = (item) => ({ __typename: 'Item', ...item });
const metaOf = (meta) => ({ __typename: 'Meta', id: 'meta', ...meta });
const pageOf = (state) => ({ items: state.items.map(itemOf), meta: metaOf(state.meta) });
const stateOf = ({ items, meta }) => ({
  items: items.map(({ id, name, done, count }) => ({ id, name, done, count })),
  meta: { n: meta.n, title: meta.title },
});

/** The list part of op: the items' references, changed by cache.modify. */
function modifyList(cache, op) {
  if (!['push', 'insert0', 'remove', 'move'].includes(op.op)) return;
  cache.modify({
    fields: {
      items(refs = [], { readField }) {
        const list = refs.map((ref) => ({ id: readField('id', ref), ref }));
        if (op.item) {
          const ref = cache.writeFragment({ fragment: ITEM, data: itemOf(op.item) });
          apply({ items: list }, { ...op, item: { id: op.item.id, ref } });
        } else {
          apply({ items: list }, op);
        }
        return list.map(({ ref }) => ref);
      },
    },
  });
}

/** The fields part of op: one field of one entity, changed by cache.modify from what is there. */
function modifyFields(cache, op) {
  const id = cache.identify({ __typename: 'Item', id: op.id });
  const meta = cache.identify({ __typename: 'Meta', id: 'meta' });
  switch (op.op) {
    case 'toggle':
      return cache.modify({ id, fields: { done: (done) => !done } });
    case 'setName':
      return cache.modify({ id, fields: { name: () => op.name } });
    case 'inc':
      return cache.modify({ id, fields: { count: (count) => count + op.by } });
    case 'setTitle':
      return cache.modify({ id: meta, fields: { title: () => op.title } });
    case 'incN':
      return cache.modify({ id: meta, fields: { n: (n) => n + op.by } });
  }
}

/** The answer that carries the entities op touches, as they are in state. */
function answer(state, op) {
  const item = state.items.find(({ id }) => id === op.id || id === op.item?.id);
  const metaToo = op.op === 'setTitle' || op.op === 'incN';
  return {
    change: {
      __typename: 'Change',
      item: item && op.op !== 'remove' && op.op !== 'move' ? itemOf(item) : null,
      meta: metaToo ? metaOf(state.meta) : null,
    },
  };
}

const NOTHING = { change: { __typename: 'Change', item: null, meta: null } };

function open(start, server, { optimistic, answered, update }) {
  const link = new ApolloLink(
    ({ variables: { op }, getContext }) =>
      new Observable((observer) => {
        getContext()
          .effect()
          .then(() => ({ data: answered(server.truth(), op) }))
          .then(
            (result) => {
              observer.next(result);
              observer.complete();
            },
            (error) => observer.error(error),
          );
      }),
  );
  const cache = new InMemoryCache();
  const client = new ApolloClient({ cache, link });
  cache.writeQuery({ query: PAGE, data: pageOf(start) });
  const page = client.watchQuery({ query: PAGE, fetchPolicy: 'cache-only' });
  let shown = start;
  const subscription = page.subscribe(({ data, dataState }) => {
    if (dataState === 'complete') shown = stateOf(data);
  });
  const write = (op) => {
    cache.batch({
      update() {
        modifyFields(cache, op);
        modifyList(cache, op);
      },
    });
  };
  return {
    start(op, effect) {
      client
        .mutate({
          mutation: CHANGE,
          variables: { op },
          context: { effect },
          optimisticResponse: optimistic(shown, op),
          update: (layer) => update(layer, op),
        })
        .catch(() => {}); // a page shows the failure here
    },
    plain: write,
    push: write,
    screen: () => shown,
    close() {
      subscription.unsubscribe();
      client.stop();
    },
  };
}

export const peers = [
  {
    name: 'Apollo Client, `cache.modify`',
    packages: ['@apollo/client'],
    onTimers: true,
    recipe: '`optimisticResponse`, and `update` makes the whole change with `cache.modify`',
    open: (start, server) =>
      open(start, server, {
        optimistic: () => NOTHING,
        answered: () => NOTHING,
        update(cache, op) {
          modifyFields(cache, op);
          modifyList(cache, op);
        },
      }),
  },
  {
    name: 'Apollo Client, entities in the response',
    packages: ['@apollo/client'],
    onTimers: true,
    recipe: '`optimisticResponse` with the changed entity as the page predicts it, the answer with the server\'s; `update` changes the list',
    refetches: true,
    open: (start, server) =>
      open(start, server, {
        optimistic: (shown, op) => answer(applied(shown, op), op),
        answered: answer,
        update: modifyList,
      }),
  },
];
