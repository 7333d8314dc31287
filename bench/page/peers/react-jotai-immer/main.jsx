// React + jotai + immer: one root atom with everything in it, a derived atom per row from a
// family, and a hook that applies a recipe at once, awaits the effect, and applies the inverse
// patches when it fails.

import '../start.js';
import { applyPatches, enablePatches, produceWithPatches } from 'immer';
import { atom, useAtomValue, useSetAtom } from 'jotai';
import { atomFamily } from 'jotai-family';
import { memo, useCallback } from 'react';
import { createRoot } from 'react-dom/client';
import { effect, firstRows } from '../rows.js';

enablePatches();

const rows = firstRows();
const pageAtom = atom({ ids: rows.map((row) => row.id), byId: Object.fromEntries(rows.map((row) => [row.id, row])) });
const idsAtom = atom((get) => get(pageAtom).ids);
const rowAtom = atomFamily((id) => atom((get) => get(pageAtom).byId[id]));

const sagaAtom = atom(null, async (get, set, recipe, request) => {
  const [next, , inverse] = produceWithPatches(get(pageAtom), recipe);
  set(pageAtom, next);
  try {
    await request(next);
  } catch {
    set(pageAtom, (now) => applyPatches(now, inverse));
  }
});

/** Toggles a row: shown at once, sent, and taken back when that fails. */
function useToggle(id) {
  const run = useSetAtom(sagaAtom);
  return useCallback(
    () =>
      run(
        (page) => {
          page.byId[id].done = !page.byId[id].done;
        },
        (page) => effect(id, { done: page.byId[id].done }),
      ),
    [id, run],
  );
}

const Row = memo(function Row({ id }) {
  const { done } = useAtomValue(rowAtom(id));
  const toggle = useToggle(id);
  return (
    <li id={`row-${id}`} data-testid="row" data-done={done}>
      <button id={`toggle-${id}`} data-testid="toggle" onClick={toggle}>
        {id}
      </button>
    </li>
  );
});

function Rows() {
  const ids = useAtomValue(idsAtom);
  return (
    <ul id="rows">
      {ids.map((id) => (
        <Row key={id} id={id} />
      ))}
    </ul>
  );
}

createRoot(document.getElementById('app')).render(<Rows />);
