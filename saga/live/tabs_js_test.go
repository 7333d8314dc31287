package live

import (
	"context"
	"syscall/js"
	"testing"
)

// A tab that is denied the lock follows by itself, as where there are no locks.
func TestATabThatIsDeniedTheLockFollowsByItself(t *testing.T) {
	navigator, define := js.Global().Get("navigator"), js.Global().Get("Object").Get("defineProperty")
	for reason, locks := range map[string]string{
		"there are none":          `undefined`,
		"it is denied":            `({request: async () => { throw new DOMException("denied", "SecurityError") }})`,
		"to ask for it is denied": `({request() { throw new DOMException("denied", "SecurityError") }})`,
	} {
		t.Run(reason, func(t *testing.T) {
			define.Invoke(navigator, "locks", map[string]any{"value": js.Global().Call("eval", locks), "configurable": true})
			defer navigator.Delete("locks")
			opened := make(chan string, 1)
			source := js.Global().Get("EventSource")
			js.Global().Set("EventSource", js.FuncOf(func(_ js.Value, args []js.Value) any {
				opened <- args[0].String()
				return js.Global().Call("eval", `({addEventListener() {}, close() {}})`)
			}))
			defer js.Global().Set("EventSource", source)
			ctx, leave := context.WithCancel(t.Context())
			over := make(chan error)
			go func() {
				over <- follow(ctx, "/events of "+t.Name(), func() position { return position{7, "ab"} }, func(message) {})
			}()
			<-opened
			leave()
			<-over
		})
	}
}
