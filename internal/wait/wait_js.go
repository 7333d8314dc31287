package wait

import (
	"runtime"
	"slices"
	"syscall/js"
)

func check(what string) {
	if called() {
		panic(what + " may wait for the browser, and was called in a function that the browser calls, as a handler of hook.On is: " +
			"until that returns the browser does nothing, and both would wait for ever; call it in an effect, or in a goroutine: go func() { ... }()")
	}
}

// called reports whether the browser has called what runs here: whether package
// syscall/js, which calls what the browser wants to be called, is on the stack.
func called() bool {
	var stack [64]uintptr
	for skip := 3; ; skip += len(stack) {
		n := runtime.Callers(skip, stack[:])
		if slices.Contains(stack[:n], caller) {
			return true
		}
		if n < len(stack) {
			return false
		}
	}
}

// caller is where package syscall/js calls a function. It is asked for before anything
// runs: a test may first ask in a bubble of testing/synctest, where it cannot be found out.
var caller = findCaller()

func findCaller() (at uintptr) {
	look := js.FuncOf(func(js.Value, []js.Value) any {
		var stack [1]uintptr
		runtime.Callers(2, stack[:])
		at = stack[0]
		return nil
	})
	defer look.Release()
	look.Invoke()
	return at
}
