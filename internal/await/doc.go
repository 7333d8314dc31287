// Package await waits for what the browser promises. It is [promise] below go-app: of
// syscall/js alone, for the packages that have no need of more.
//
// [promise]: https://pkg.go.dev/github.com/atomsaga/atomsaga/saga/promise
package await
