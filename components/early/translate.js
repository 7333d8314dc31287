// A translator of pages takes text nodes off the page and puts <font> elements in their places. The program
// knows only its nodes: it would write a new value where nobody sees it, beside the translation of the old
// one, and end when it removes a node that is not there. So a text that is written to comes back, to be
// translated again, and what is done to a text that is away is done to what stands in for it.
(() => {
  const standIns = new WeakMap(); // text -> the <font> in its place

  const isFont = (node) => node?.localName === "font";

  new MutationObserver((records) => {
    for (const { removedNodes, addedNodes, previousSibling, nextSibling } of records) {
      for (const text of removedNodes) {
        if (text.nodeType !== Node.TEXT_NODE || text.isConnected) continue;
        const font = [...addedNodes, previousSibling, nextSibling].find(isFont);
        if (!font) continue;
        standIns.set(text, font);
        written.observe(text, { characterData: true });
      }
    }
  }).observe(document, { childList: true, subtree: true });

  const written = new MutationObserver((records) => {
    for (const { target: text } of records) {
      if (!text.isConnected) standIns.get(text)?.replaceWith(text);
    }
  });

  for (const method of ["removeChild", "replaceChild"]) {
    const original = Node.prototype[method];
    Node.prototype[method] = function (...nodes) {
      const child = nodes.at(-1);
      const font = child.parentNode !== this && standIns.get(child);
      return original.call(this, ...nodes.slice(0, -1), font?.parentNode === this ? font : child);
    };
  }
})();
