// Where cookies are blocked, the browser throws when localStorage is read, which ends go-app's program at its
// start. It then gets a storage that lasts as long as the page.
(() => {
  function storage() {
    const items = new Map();
    return {
      get length() {
        return items.size;
      },
      key: (i) => Array.from(items.keys())[i] ?? null,
      getItem: (key) => items.get(String(key)) ?? null,
      setItem: (key, value) => void items.set(String(key), String(value)),
      removeItem: (key) => void items.delete(String(key)),
      clear: () => items.clear(),
    };
  }

  for (const name of ["localStorage", "sessionStorage"]) {
    try {
      window[name];
    } catch {
      Object.defineProperty(window, name, { value: storage(), configurable: true });
    }
  }
})();
