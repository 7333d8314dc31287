// The peers of the page bench: what each is called in the table, and the packages whose
// versions it stands for.

export const peers = [
  { id: 'plain-dom', name: 'plain DOM', packages: [] },
  { id: 'solid', name: 'SolidJS store', packages: ['solid-js'] },
  { id: 'react-jotai-immer', name: 'React + jotai + immer', packages: ['react', 'jotai', 'jotai-family', 'immer'] },
  { id: 'react-query', name: 'React + TanStack Query', packages: ['react', '@tanstack/react-query'] },
  { id: 'goapp', name: 'go-app alone', packages: [], go: true, modules: ['github.com/maxence-charriere/go-app/v10'] },
  { id: 'goapp-dom', name: 'go-app, DOM by hand', packages: [], go: true },
  { id: 'go-dom', name: 'Go, DOM by hand', packages: [], go: true },
];

/** Ours: written with the public API, unless the command line says where another one is. */
export const ours = { id: 'atomsaga', name: 'atomsaga', packages: [], go: true };
