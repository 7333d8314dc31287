package wait

import (
	"runtime"
	"slices"
	"syscall/js"
)

func check(name string) {
	if calledByBrowser() {
		panic(name + " may wait for the browser, and was called in a function that the browser calls, as a handler of hook.On is: " +
			"until that returns the browser does nothing, and both would wait for ever; call it in an effect, or in a goroutine: go func() { ... }()")
	}
}

// calledByBrowser reports whether the place where syscall/js calls functions for the browser is
// on the stack.
func calledByBrowser() bool {
	var stack [64]uintptr
	for skip := 3; ; skip += len(stack) {
		n := runtime.Callers(skip, stack[:])
		if slices.Contains(stack[:n], callSite) {
			return true
		}
		if n < len(stack) {
			return false
		}
	}
}

// callSite is where syscall/js calls a function for the browser. It is found at start, since
// that is not possible in a bubble of testing/synctest.
var callSite = findCallSite()

func findCallSite() (pc uintptr) {
	f := js.FuncOf(func(js.Value, []js.Value) any {
		var stack [1]uintptr
		runtime.Callers(2, stack[:])
		pc = stack[0]
		return nil
	})
	defer f.Release()
	f.Invoke()
	return pc
}
