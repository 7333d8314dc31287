// The rows that every peer begins with: ?n=N of them, none done.

export const n = Number(new URLSearchParams(location.search).get('n') ?? 100);

export const firstRows = () => Array.from({ length: n }, (_, i) => ({ id: `e${i}`, done: false }));

/** The request of a change; the harness put it there before any script of the page. */
export const effect = (id, change) => window.__lab.effect(id, change);
