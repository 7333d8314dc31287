// Package await waits for promises of the browser. It is package [promise] without go-app, for
// packages that need no more than syscall/js.
//
// [promise]: https://pkg.go.dev/github.com/atomsaga/atomsaga/saga/promise
package await
