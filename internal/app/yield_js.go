package app

import (
	"sync"
	"syscall/js"
)

// yieldToBrowser lets the browser run, and returns when it has. It posts a message to
// itself through a MessageChannel: the browser delivers it after other events that
// wait, and as soon in a hidden page. runtime.Gosched and a short sleep would not leave
// the thread to the browser.
func yieldToBrowser() {
	wake := make(chan struct{})
	q := sharedYieldQueue()
	q.mu.Lock()
	q.waiting = append(q.waiting, wake)
	q.mu.Unlock()
	q.port.Call("postMessage", 0)
	<-wake
}

// sharedYieldQueue returns the queue of the page.
var sharedYieldQueue = sync.OnceValue(func() *yieldQueue {
	q, channel := new(yieldQueue), js.Global().Get("MessageChannel").New()
	channel.Get("port1").Set("onmessage", js.FuncOf(func(js.Value, []js.Value) any {
		q.mu.Lock()
		defer q.mu.Unlock()
		close(q.waiting[0])
		q.waiting = q.waiting[1:]
		return nil
	}))
	q.port = channel.Get("port2")
	return q
})

// A yieldQueue has the goroutines that wait for the browser, one for each message.
type yieldQueue struct {
	mu      sync.Mutex
	waiting []chan struct{}
	port    js.Value
}
