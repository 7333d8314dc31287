// Where cookies are blocked, the browser throws at whoever looks at localStorage, and go-app's program ends
// there, at its start. What stands in for it then lasts as long as the page.
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
