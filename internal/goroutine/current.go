// Package goroutine tells goroutines apart.
//
// Go gives goroutines no names, for good reasons: state that belongs to one is
// better passed along. A lock that has to notice that its own holder asks for it
// again cannot be passed along through a function of the user, though.
package goroutine

// An ID names a goroutine among those that run: another one may have the same
// ID after it has ended. The zero ID names none.
type ID uintptr
