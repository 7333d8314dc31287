// One React root in the document, and what it shows.

import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';

/** Renders element into a root of its own, at once. */
export function mount(element) {
  const place = document.body.appendChild(document.createElement('div'));
  const root = createRoot(place);
  flushSync(() => root.render(element));
  return {
    text: () => place.textContent,
    unmount() {
      root.unmount();
      place.remove();
    },
  };
}
