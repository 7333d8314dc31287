// A translator replaces text nodes of the page by <font> elements. The program knows only its nodes: it would
// write a new value to one that is not on the page, and fail when it removes that. So a text that is written
// to is put back, to be translated again, and removing or replacing it removes or replaces its <font>.
(() => {
  const fonts = new WeakMap(); // text -> the <font> that replaces it

  const isFont = (node) => node?.localName === "font";

  new MutationObserver((records) => {
    for (const { removedNodes, addedNodes, previousSibling, nextSibling } of records) {
      for (const text of removedNodes) {
        if (text.nodeType !== Node.TEXT_NODE || text.isConnected) continue;
        const font = [...addedNodes, previousSibling, nextSibling].find(isFont);
        if (!font) continue;
        fonts.set(text, font);
        written.observe(text, { characterData: true });
      }
    }
  }).observe(document, { childList: true, subtree: true });

  const written = new MutationObserver((records) => {
    for (const { target: text } of records) {
      if (!text.isConnected) fonts.get(text)?.replaceWith(text);
    }
  });

  for (const method of ["removeChild", "replaceChild"]) {
    const original = Node.prototype[method];
    Node.prototype[method] = function (...nodes) {
      const child = nodes.at(-1);
      const font = child.parentNode !== this && fonts.get(child);
      return original.call(this, ...nodes.slice(0, -1), font?.parentNode === this ? font : child);
    };
  }
})();
