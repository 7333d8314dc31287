//go:build gc && !purego && (amd64 || arm64 || wasm)

package goroutine

// Current returns the ID of the calling goroutine: the address at which the
// runtime keeps it, in the register where it finds that itself.
func Current() ID
