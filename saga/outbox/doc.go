// Package outbox has outboxes for durable sagas, which are kept through the end
// of a page: see [saga.Define] and [saga.Keep].
//
// In a browser it is the one of the page's origin: records are in IndexedDB,
// written to disk before a saga's effect starts; a Web Lock names the one tab
// that sends them; tabs tell each other over a BroadcastChannel. For tests, and
// for programs that are not in a browser, there is a [Memory].
//
// What the browser lacks, or denies the page, costs no more than what it is for:
//
//	without                    what is different
//	storage, or room in it     nothing is kept: each tab sends what is run in it
//	Web Locks                  who sends is a lease in the storage, which others look at every second;
//	                           it is for 10 s, and a tab that stood still for longer has lost it
//	BroadcastChannel           a tab learns of what others have run when it is opened
//
// Storage that does not answer is given up after some seconds, and taken up when it
// does; a database that was closed is opened anew. [saga.Renewing] tells of both.
package outbox
