// Package draft edits Go values without writing to them, and says what has changed.
//
// [Update] hands a function a draft of a value: an ordinary Go value that may be written to
// until the function returns. The value itself stays as it was. What has changed is found by
// comparison:
//
//	next, changes, err := draft.Update(kind, func(k *Kind) { k.Name = "knows" })
//
// [Changes] are exact and lead back ([Changes.Inverse]); [Apply] makes them of a value, and
// [Changes.JSONPatch] writes them as a JSON Patch (RFC 6902).
//
// # Elements
//
// An element of a slice or a [List] has an identity when its struct has a field tagged
// `atom:"key"`. It is found by that wherever it is, and one that has moved is told as moved.
// Elements without an identity are told apart by their values.
//
// # Large collections
//
// A slice or a map is copied as a whole when it is edited, though not what is in it. A
// [List] and a [Map] are persistent trees: an edit of one element of 100,000 copies a few
// nodes, and is found without comparing the rest.
//
// # Patches from outside
//
// [ApplyPatch] and [ApplyMergePatch] apply JSON Patch (RFC 6902) and JSON Merge Patch
// (RFC 7396) to a value, within [Limits]: all of a patch, or nothing and an error that
// says which operation failed and why.
//
// # Types
//
// Structs, slices, arrays, maps, pointers, interfaces and plain values can be drafted. What
// means a thing and not a content, such as a service, a func or an error, is held as it is:
// see [Opaque]. A type that cannot be drafted, such as a struct that contains a lock, is an
// error that wraps [ErrType].
//
// Package atom keeps values over time with this package. What only such a package needs
// takes pointers, and says so: [Revise], [Adopt], [Diff], [Seal], [Equal], [Reapply], [Graft].
package draft
