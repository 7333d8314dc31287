// No library: the row's element is the state, one listener for all rows.

import '../start.js';
import { effect, firstRows } from '../rows.js';

const list = document.createElement('ul');
list.id = 'rows';
for (const { id } of firstRows()) {
  const row = document.createElement('li');
  row.id = `row-${id}`;
  row.dataset.testid = 'row';
  row.dataset.done = 'false';
  const button = document.createElement('button');
  button.id = `toggle-${id}`;
  button.dataset.testid = 'toggle';
  button.textContent = id;
  row.append(button);
  list.append(row);
}

const set = (row, done) => {
  row.dataset.done = String(done);
};

list.addEventListener('click', async ({ target }) => {
  const button = target.closest('button');
  if (!button) return;
  const row = button.parentElement;
  const before = row.dataset.done === 'true';
  set(row, !before);
  try {
    await effect(row.id.slice('row-'.length), { done: !before });
  } catch {
    set(row, before);
  }
});

document.getElementById('app').append(list);
