// SWR, "Optimistic Updates" and "Update Cache After Mutation": mutate with optimisticData as a
// function of the current data, rolled back on error; then either the default revalidation,
// or the answer written to the cache and no revalidation.

import { createElement } from 'react';
import useSWR, { SWRConfig, useSWRConfig } from 'swr';
import { applied } from '../ops.mjs';
import { mount } from './react-root.mjs';

const key = '/page';

function Page({ server, options, handle }) {
  const { data } = useSWR(key, async () => server.truth(), { revalidateOnMount: false, revalidateIfStale: false });
  const { mutate } = useSWRConfig();
  handle.start = (op, effect) => {
    mutate(key, effect().then(() => server.truth()), {
      optimisticData: (current) => applied(current, op),
      rollbackOnError: true,
      ...options(op),
    }).catch(() => {}); // a page shows the failure here
  };
  handle.plain = handle.push = (op) => {
    mutate(key, (current) => applied(current, op), { revalidate: false });
  };
  return JSON.stringify(data);
}

function open(start, server, options) {
  const handle = {};
  const root = mount(
    createElement(
      SWRConfig,
      { value: { provider: () => new Map([[key, { data: start }]]), dedupingInterval: 0 } },
      createElement(Page, { server, options, handle }),
    ),
  );
  return {
    start: (op, effect) => handle.start(op, effect),
    plain: (op) => handle.plain(op),
    push: (op) => handle.push(op),
    screen: () => JSON.parse(root.text()),
    close: root.unmount,
  };
}

export const peers = [
  {
    name: 'SWR, answer to the cache',
    packages: ['swr'],
    recipe: '`mutate` with `optimisticData`, `rollbackOnError`, `populateCache` as a function of answer and data, no revalidation',
    open: (start, server) =>
      open(start, server, (op) => ({
        populateCache: (_answer, current) => applied(current, op),
        revalidate: false,
      })),
  },
  {
    name: 'SWR, revalidate (its default)',
    packages: ['swr'],
    recipe: '`mutate` with `optimisticData` and `rollbackOnError`; the answer is the updated data, and it refetches',
    refetches: true,
    open: (start, server) => open(start, server, () => ({})),
  },
];
