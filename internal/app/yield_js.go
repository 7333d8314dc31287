package app

import (
	"sync"
	"syscall/js"
)

// yieldToBrowser returns when the browser has had its turn. A sleep does not give it one: it is
// over before Go has done what else there is to do, and then Go goes on. What comes
// through a channel of the browser comes when Go has let go of the thread, and in a
// page that is hidden as soon as in another.
func yieldToBrowser() {
	wake := make(chan struct{})
	r := sharedYieldQueue()
	r.mu.Lock()
	r.waiting = append(r.waiting, wake)
	r.mu.Unlock()
	r.port.Call("postMessage", 0)
	<-wake
}

var sharedYieldQueue = sync.OnceValue(func() *yieldQueue {
	r, channel := new(yieldQueue), js.Global().Get("MessageChannel").New()
	channel.Get("port1").Set("onmessage", js.FuncOf(func(js.Value, []js.Value) any {
		r.mu.Lock()
		defer r.mu.Unlock()
		close(r.waiting[0])
		r.waiting = r.waiting[1:]
		return nil
	}))
	r.port = channel.Get("port2")
	return r
})

// yieldQueue are those who wait for the browser, a message each.
type yieldQueue struct {
	mu      sync.Mutex
	waiting []chan struct{}
	port    js.Value
}
