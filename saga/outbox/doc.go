// Package outbox has outboxes for durable sagas, which are kept through the end
// of a page: see [saga.Define] and [saga.Keep].
//
// In a browser it is the one of the page's origin: records are in IndexedDB,
// written to disk before a saga's effect starts; a Web Lock names the one tab
// that sends them; tabs tell each other over a BroadcastChannel. For tests, and
// for programs that are not in a browser, there is a [Memory].
package outbox
