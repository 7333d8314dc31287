//go:build !(gc && !purego && (amd64 || arm64 || wasm))

package goroutine

import (
	"bytes"
	"runtime"
)

// Current returns the ID of the calling goroutine: the number that its stack
// trace begins with, "goroutine 7 [running]:". It takes about a microsecond.
func Current() (id ID) {
	var buf [40]byte
	text, _ := bytes.CutPrefix(buf[:runtime.Stack(buf[:], false)], []byte("goroutine "))
	for _, digit := range text {
		if digit < '0' || digit > '9' {
			break
		}
		id = 10*id + ID(digit-'0')
	}
	return id
}
