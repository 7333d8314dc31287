// Package outbox keeps durable sagas when their page is closed: see [saga.Define] and
// [saga.UseOutbox].
//
// [Open] returns the outbox of a page's origin in a browser. Its records are in IndexedDB, on
// disk before the effect of a saga starts. A Web Lock selects the tab that sends them, and a
// BroadcastChannel connects the tabs. For tests, and for programs outside of a browser, there
// is a [Memory].
//
// Without something that the browser lacks, or denies the page, the rest works:
//
//	without                    what is different
//	storage, or room in it     nothing is kept: each tab sends what is run in it
//	Web Locks                  a lease in the storage selects the tab that sends, for 10 s at a time;
//	                           others check it every second
//	BroadcastChannel           a tab learns of what others have run when it is opened
//
// If the storage does not respond for some seconds the outbox goes on without it until it does.
// A database that the browser has closed is opened again. [saga.Outbox] reports both by Renewed.
package outbox
