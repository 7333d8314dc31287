package outbox

import (
	"context"
	"sync"
	"syscall/js"
	"time"
)

var ( // replaced by tests
	openTimeout        = 5 * time.Second  // after which uses fail until the database is open
	reopenInterval     = 30 * time.Second // after which it is requested once more
	transactionTimeout = 15 * time.Second // after which a transaction is aborted
)

// A connection connects this tab to a database of the browser. It is opened at the first use, and
// again when it was closed: by the browser, when the user clears the data of the page, or by this
// tab, when another one wants to upgrade or delete the database.
type connection struct {
	name     string
	stores   []string // created in a new database, with numbers as keys that increase
	onReopen func()   // called when the database is open after it was closed or could not be opened; it may be empty

	mu       sync.Mutex
	database js.Value // undefined while it is not open
	opening  *opening // the last request to open it; nil when there is none
	failed   bool     // the database was closed, or could not be opened, since it was last open
}

// An opening is a request to open the database.
type opening struct {
	start time.Time
	done  chan struct{} // closed when the request has ended, or takes too long
	err   error         // why there is no database; may be read when done is closed
	over  bool          // done is closed
}

// open returns the database. Its errors are those of this package, ctx's, and the browser's.
func (c *connection) open(ctx context.Context) (js.Value, error) {
	for {
		c.mu.Lock()
		if c.database.Truthy() {
			defer c.mu.Unlock()
			return c.database, nil
		}
		o := c.opening
		if o == nil || o.over && time.Since(o.start) > reopenInterval {
			o = &opening{start: time.Now(), done: make(chan struct{})}
			c.opening = o
			c.request(o)
		}
		c.mu.Unlock()
		select {
		case <-o.done:
			if o.err != nil {
				return js.Value{}, o.err
			}
		case <-ctx.Done():
			return js.Value{}, ctx.Err()
		}
	}
}

// request has the browser open the database. c.mu is held. The functions that the browser calls
// lock it, too, but are called later.
func (c *connection) request(o *opening) {
	request, err := catch(func() js.Value {
		// If it is blocked the browser may throw when it is read, at which Get panics.
		factory := js.Global().Get("Reflect").Call("get", js.Global(), "indexedDB")
		if !factory.Truthy() {
			return js.Undefined()
		}
		return factory.Call("open", c.name, 1)
	})
	switch {
	case err != nil:
		c.fail(o, err)
		return
	case !request.Truthy():
		c.fail(o, ErrNoStorage)
		return
	}
	timeout := time.AfterFunc(openTimeout, func() { c.giveUp(o, ErrNoAnswer) })
	var all handlers
	all.set(request, "onupgradeneeded", func(js.Value) {
		for _, s := range c.stores {
			store := request.Get("result").Call("createObjectStore", s, map[string]any{"autoIncrement": true})
			// Keys begin above those of a database with this name that was cleared, since
			// records of that are written again under their own.
			first := time.Now().UnixMilli()
			catch(func() js.Value {
				store.Call("add", "", first)
				return store.Call("delete", first)
			})
		}
	})
	all.set(request, "onblocked", func(js.Value) { c.giveUp(o, ErrBlocked) })
	all.set(request, "onerror", func(event js.Value) {
		event.Call("preventDefault")
		timeout.Stop()
		all.release()
		c.mu.Lock()
		defer c.mu.Unlock()
		c.fail(o, errorOf(request.Get("error")))
	})
	all.set(request, "onsuccess", func(js.Value) {
		timeout.Stop()
		all.release()
		c.succeed(o, request.Get("result"))
	})
}

// fail ends a request. The next use makes another one.
func (c *connection) fail(o *opening, err error) {
	if c.opening == o {
		c.opening = nil
		c.failed = true
	}
	o.finish(err)
}

func (o *opening) finish(err error) {
	if !o.over {
		o.over, o.err = true, err
		close(o.done)
	}
}

// giveUp ends the waiting for a request: uses fail with err from now on. The browser may still
// open the database later.
func (c *connection) giveUp(o *opening, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.opening == o {
		c.failed = true
		o.finish(err)
	}
}

func (c *connection) succeed(o *opening, database js.Value) {
	c.mu.Lock()
	if c.database.Truthy() { // it was requested twice
		o.finish(nil)
		c.mu.Unlock()
		database.Call("close")
		return
	}
	c.database, c.opening = database, nil
	reopened := c.failed
	c.failed = false
	o.finish(nil)
	c.mu.Unlock()
	var all handlers
	lose := func(js.Value) {
		all.release()
		c.lose(database)
	}
	all.set(database, "onversionchange", lose) // another tab waits for this
	all.set(database, "onclose", lose)         // the browser has closed it
	if reopened {
		go c.onReopen()
	}
}

// lose closes a database, which ends when its transactions have, and opens it again.
func (c *connection) lose(database js.Value) {
	database.Call("close")
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.database.Equal(database) {
		c.database, c.failed = js.Value{}, true
		go c.open(context.Background())
	}
}

// handlers are functions that the browser calls for events of objects.
type handlers struct {
	functions []js.Func
	targets   []js.Value
	events    []string
}

func (h *handlers) set(target js.Value, event string, handle func(event js.Value)) {
	f := js.FuncOf(func(_ js.Value, args []js.Value) any { handle(args[0]); return nil })
	target.Set(event, f)
	h.functions, h.targets, h.events = append(h.functions, f), append(h.targets, target), append(h.events, event)
}

// release removes the handlers. One of them may call it.
func (h *handlers) release() {
	for n, f := range h.functions {
		h.targets[n].Set(h.events[n], nil)
		f.Release()
	}
	*h = handlers{}
}
