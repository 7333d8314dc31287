// SolidJS: a store, a path set per row, <For>. On failure the row's field is set back.

import '../start.js';
import { createStore } from 'solid-js/store';
import { For, render } from 'solid-js/web';
import { effect, firstRows } from '../rows.js';

const [state, setState] = createStore({ rows: firstRows() });

async function toggle(index) {
  const { id, done } = state.rows[index];
  setState('rows', index, 'done', !done);
  try {
    await effect(id, { done: !done });
  } catch {
    setState('rows', index, 'done', done);
  }
}

function Rows() {
  return (
    <ul id="rows">
      <For each={state.rows}>
        {(row, index) => (
          <li id={`row-${row.id}`} data-testid="row" data-done={String(row.done)}>
            <button id={`toggle-${row.id}`} data-testid="toggle" onClick={() => toggle(index())}>
              {row.id}
            </button>
          </li>
        )}
      </For>
    </ul>
  );
}

render(Rows, document.getElementById('app'));
