// React, "useOptimistic", with a reducer: an async action shows the change, awaits the effect,
// and sets the state when it has succeeded.

import { createElement, startTransition, useOptimistic, useState } from 'react';
import { applied } from '../ops.mjs';
import { mount } from './react-root.mjs';

function Page({ start, handle }) {
  const [page, setPage] = useState(start);
  const [shown, addOptimistic] = useOptimistic(page, applied);
  handle.start = (op, effect) =>
    startTransition(async () => {
      addOptimistic(op);
      try {
        await effect();
      } catch {
        return;
      }
      startTransition(() => setPage((now) => applied(now, op)));
    });
  handle.plain = handle.push = (op) => setPage((now) => applied(now, op));
  return JSON.stringify(shown);
}

export const peers = [
  {
    name: 'React `useOptimistic`',
    packages: ['react'],
    recipe: 'a reducer in `useOptimistic`; the action sets the state once its effect has succeeded',
    open(start) {
      const handle = {};
      const root = mount(createElement(Page, { start, handle }));
      return {
        start: (op, effect) => handle.start(op, effect),
        plain: (op) => handle.plain(op),
        push: (op) => handle.push(op),
        screen: () => JSON.parse(root.text()),
        close: root.unmount,
      };
    },
  },
];
