// TanStack Query, "Optimistic Updates, via the cache": snapshot in onMutate, restore in
// onError, and invalidate in onSettled; and the maintainer's recipe for concurrent ones,
// which refetches only when the last mutation settles.

import { MutationObserver, QueryClient, QueryObserver, notifyManager } from '@tanstack/query-core';
import { applied } from '../ops.mjs';

notifyManager.setScheduler(queueMicrotask);

const queryKey = ['page'];
const mutationKey = ['page'];

async function onMutate({ op }, context) {
  await context.client.cancelQueries({ queryKey });
  const previous = context.client.getQueryData(queryKey);
  context.client.setQueryData(queryKey, (old) => applied(old, op));
  return { previous };
}

function onError(_error, _variables, scope, context) {
  context.client.setQueryData(queryKey, scope.previous);
}

function open(start, server, recipe) {
  const client = new QueryClient({ defaultOptions: { queries: { gcTime: Infinity }, mutations: { gcTime: Infinity } } });
  const page = new QueryObserver(client, {
    queryKey,
    queryFn: async () => server.truth(),
    initialData: start,
    staleTime: Infinity,
  });
  const stop = page.subscribe(() => {});
  const change = new MutationObserver(client, {
    mutationKey,
    mutationFn: ({ effect }) => effect(),
    ...recipe(client),
  });
  const write = (op) => client.setQueryData(queryKey, (old) => applied(old, op));
  return {
    start: (op, effect) => {
      change.mutate({ op, effect }).catch(() => {}); // as useMutation's mutate: the failure is onError's
    },
    plain: write,
    push: write,
    screen: () => page.getCurrentResult().data,
    close() {
      stop();
      client.clear();
    },
  };
}

export const peers = [
  {
    name: 'TanStack Query, snapshot and restore',
    packages: ['@tanstack/query-core'],
    recipe: '`onMutate` takes a snapshot, `onError` puts it back',
    open: (start, server) => open(start, server, () => ({ onMutate, onError })),
  },
  {
    name: 'TanStack Query, snapshot, restore, refetch on settle',
    packages: ['@tanstack/query-core'],
    recipe: 'the same, with `invalidateQueries` in `onSettled`',
    refetches: true,
    open: (start, server) =>
      open(start, server, (client) => ({
        onMutate,
        onError,
        onSettled: () => client.invalidateQueries({ queryKey }),
      })),
  },
  {
    name: 'TanStack Query, refetch when the last one settles',
    packages: ['@tanstack/query-core'],
    recipe: 'no restore; `invalidateQueries` in `onSettled` only if `isMutating() === 1`',
    refetches: true,
    open: (start, server) =>
      open(start, server, (client) => ({
        onMutate,
        onSettled: () =>
          client.isMutating({ mutationKey }) === 1 ? client.invalidateQueries({ queryKey }) : undefined,
      })),
  },
];
