// Package atom keeps shared state that can be changed before a server has
// agreed, and taken back exactly when it does not.
//
// An [Atom] is a definition: a root made by [New], a part of another atom's
// value ([Focus], [Key], [At]), or a value computed from others ([Derive]) or
// loaded ([Async]). A [Store] holds the values. Define atoms once, in package
// variables; make a store for each program, test, or request:
//
//	var graph = atom.New(Graph{})
//	var title = atom.Focus(graph, func(g *Graph) *string { return &g.Title })
//
//	title.Set(store, "Relations")
//	graph.Update(store, func(g *Graph) { g.Revision++ })
//	fmt.Println(title.Get(store))
//
// # The Law
//
// Every root atom has a log in every store: a base, and above it the entries
// that are live, in the order in which they were dispatched. One sentence says
// what everyone sees, at any moment:
//
//  1. The value is always the base, then the change of every live entry and
//     write, applied in the order in which they were dispatched.
//
// The rest follows from it:
//
//  2. [Dispatch] makes an entry live. [Entry.Drop] takes it back, and with it
//     nothing else: the value is what it would be had the entry never been
//     dispatched. [Entry.Succeed] confirms it; it is folded into the base once
//     everything that was dispatched before it has left the log, so that the
//     order never changes.
//  3. A plain [Atom.Set] or [Atom.Update] is an entry that has succeeded from
//     the start, and keeps its place.
//  4. A value from the server, [Atom.Sync], replaces the base under all of them.
//     One that says which entries it contains, [Atom.SyncFunc], has those leave
//     with it.
//  5. When something below an entry changes, its edit function is run again on
//     the new value: an increment stays an increment, an append an append. So
//     edit functions are pure: same draft in, same change out.
//  6. An entry that cannot be applied again, because its target is gone or its
//     function panics, is dropped and reported as a [Conflict].
//
// An element that the page has added under a key of its own, and that the server calls
// otherwise, is renamed by [Rekey]; what is pending on it goes on.
//
// # Values
//
// Values are immutable by convention: what Get returns is shared, and is never
// written to. To change one, Update hands out a draft, which is an ordinary Go
// value that can be written to freely until the function returns. What has
// changed is found by comparison and recorded as [draft.Changes]: exact, reversible,
// and rendered as a JSON Patch (RFC 6902). Code that writes to a value outside
// of a draft is found by a store in debug mode, see [Debug].
//
// What means a thing and not a content, such as a service, a task, a func or an
// error, is held as it is, and is the same one in every draft: see [draft.Opaque]. A
// struct with unexported fields alone is such a thing behind a pointer, and a
// value where it stands itself. A lock cannot be part of a value: [New] panics.
//
// # Order and locks
//
// A store may be used from any goroutine. Its changes happen one after the other, under its
// lock; subscribers are called outside of it, once for each [Store.Batch]. What may be done
// in a function that is given to a store is told at [Store].
package atom
