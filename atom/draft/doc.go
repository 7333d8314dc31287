// Package draft edits Go values without modifying them, and records what has changed.
//
// [Update] calls a function with a draft of a value: an ordinary Go value that the function
// may write to until it returns. The original value stays as it was. The draft is compared
// with it afterwards:
//
//	next, changes, err := draft.Update(kind, func(k *Kind) { k.Name = "knows" })
//
// [Changes] are exact and invertible. [Apply] applies them to a value, [Changes.Inverse]
// returns those that lead back, and [Changes.JSONPatch] writes them as a JSON Patch (RFC
// 6902).
//
// # Elements
//
// An element of a slice or a [List] has an identity if its struct has a field tagged
// `atom:"key"`. Changes find it by its identity wherever it is, and one that has moved is
// recorded as a move. Elements without an identity are matched by their values.
//
// # Large collections
//
// An edited slice or map is copied, but not what its elements refer to. A [List] or [Map] is
// a persistent tree: an edit of one element of 100,000 copies a few nodes, and the comparison
// skips what the two trees share.
//
// # Patches from outside
//
// [ApplyPatch] and [ApplyMergePatch] apply a JSON Patch (RFC 6902) or a JSON Merge Patch
// (RFC 7396) to a value, within [Limits]. If an operation fails the whole patch does, with an
// error that says which operation failed and why.
//
// # Types
//
// Structs, slices, arrays, maps, pointers, interfaces and basic types can be drafted. A value
// that stands for a thing, such as a service, a func or an error, is held as it is, see
// [Opaque]. A type that cannot be drafted, such as a struct that contains a lock, is an error
// that wraps [ErrType].
//
// # Values over time
//
// Package atom keeps values over time by means of this package. What only such a package needs
// says so: functions on pointers to immutable values ([Revise], [Adopt], [Diff], [Seal],
// [Reapply], [Graft], [Snapshot]), paths of lenses ([FieldPath], [KeyStep], [ElementStep],
// [AnywhereStep], [IdentityOf]) and renamed elements ([Rename]).
package draft
