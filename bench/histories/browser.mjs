// A document for React to render into, and for the libraries to find that they run in a
// browser. Imported before any of them.

import { JSDOM } from 'jsdom';

const { window } = new JSDOM('<!doctype html><body></body>', { url: 'http://localhost/' });
globalThis.window = window;
globalThis.document = window.document;
// Node has a navigator of its own from version 21 on, and does not let it be assigned.
Object.defineProperty(globalThis, 'navigator', { value: window.navigator, configurable: true });
