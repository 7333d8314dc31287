// React + TanStack Query, "Optimistic Updates, via the cache": snapshot and change in onMutate,
// restore in onError, invalidate in onSettled. The list is one query, its rows are memoized.
// The query asks a server that lives in the page and answers at once, so that no time of a
// network is in the figures.

import '../start.js';
import { QueryClient, QueryClientProvider, useMutation, useQuery } from '@tanstack/react-query';
import { memo } from 'react';
import { createRoot } from 'react-dom/client';
import { effect, firstRows } from '../rows.js';

const queryKey = ['rows'];

const server = {
  rows: firstRows(),
  list: async () => server.rows.slice(),
  async toggle({ id, done }) {
    await effect(id, { done });
    const index = Number(id.slice(1));
    server.rows[index] = { id, done };
  },
};

const Row = memo(function Row({ row, toggle }) {
  return (
    <li id={`row-${row.id}`} data-testid="row" data-done={row.done}>
      <button id={`toggle-${row.id}`} data-testid="toggle" onClick={() => toggle({ id: row.id, done: !row.done })}>
        {row.id}
      </button>
    </li>
  );
});

function Rows() {
  const { data } = useQuery({ queryKey, queryFn: server.list });
  const { mutate } = useMutation({
    mutationFn: server.toggle,
    onMutate: async (change, context) => {
      await context.client.cancelQueries({ queryKey });
      const previous = context.client.getQueryData(queryKey);
      context.client.setQueryData(queryKey, (rows) => rows.map((row) => (row.id === change.id ? change : row)));
      return { previous };
    },
    onError: (_error, _change, scope, context) => context.client.setQueryData(queryKey, scope.previous),
    onSettled: (_data, _error, _change, _scope, context) => context.client.invalidateQueries({ queryKey }),
  });
  return (
    <ul id="rows">
      {data?.map((row) => (
        <Row key={row.id} row={row} toggle={mutate} />
      ))}
    </ul>
  );
}

createRoot(document.getElementById('app')).render(
  <QueryClientProvider client={new QueryClient()}>
    <Rows />
  </QueryClientProvider>,
);
