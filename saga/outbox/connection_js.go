package outbox

import (
	"context"
	"sync"
	"syscall/js"
	"time"
)

// How long the browser may take to open a database, and for one transaction. What
// takes longer is given up, and what was to be kept is not. After openingAgain it is
// asked for the database once more.
var (
	openingLimit     = 5 * time.Second
	openingAgain     = 30 * time.Second
	transactionLimit = 15 * time.Second
)

// A connection is this tab's to a database of the browser's. It is opened at the first
// use, and anew when it was closed: by the browser, when the user clears what the page
// has kept, or by this tab, when another one wants to change or delete the database.
type connection struct {
	name   string
	stores []string // made in a new database, their keys numbers that rise
	opened func()   // called when it is open again, or at last: what was in it may be gone

	mu       sync.Mutex
	database js.Value // undefined while it is not open
	opening  *opening // nil while nobody has asked for it
	before   bool     // it was wanted before, and did not come or was closed
}

// An opening is what comes of one request to open the database.
type opening struct {
	asked time.Time
	done  chan struct{} // closed when it has come to an end, or takes too long
	err   error         // why there is no database; read when done is closed
	over  bool          // done is closed
}

// open returns the database.
func (c *connection) open(ctx context.Context) (js.Value, error) {
	for {
		c.mu.Lock()
		if c.database.Truthy() {
			defer c.mu.Unlock()
			return c.database, nil
		}
		o := c.opening
		if o == nil || o.over && time.Since(o.asked) > openingAgain {
			o = &opening{asked: time.Now(), done: make(chan struct{})}
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

// request asks the browser for the database. It is called under the lock; what the
// browser calls takes it, too, but comes later.
func (c *connection) request(o *opening) {
	request, err := calling(func() js.Value {
		// Browsers that block it may throw at whoever looks, which Get does not survive.
		factory := js.Global().Get("Reflect").Call("get", js.Global(), "indexedDB")
		if !factory.Truthy() {
			return js.Undefined()
		}
		return factory.Call("open", c.name, 1)
	})
	switch {
	case err != nil:
		c.end(o, err)
		return
	case !request.Truthy():
		c.end(o, ErrNoStorage)
		return
	}
	limit := time.AfterFunc(openingLimit, func() { c.giveUp(o, ErrNoAnswer) })
	var all handlers
	all.set(request, "onupgradeneeded", func(js.Value) {
		for _, s := range c.stores {
			store := request.Get("result").Call("createObjectStore", s, map[string]any{"autoIncrement": true})
			// Numbers go on from here, above those of a database of this name that was
			// cleared: what was in that is written again under its own.
			from := time.Now().UnixMilli()
			calling(func() js.Value {
				store.Call("add", "", from)
				return store.Call("delete", from)
			})
		}
	})
	all.set(request, "onblocked", func(js.Value) { c.giveUp(o, ErrBlocked) })
	all.set(request, "onerror", func(event js.Value) {
		event.Call("preventDefault")
		limit.Stop()
		all.release()
		c.mu.Lock()
		defer c.mu.Unlock()
		c.end(o, reason(request.Get("error")))
	})
	all.set(request, "onsuccess", func(js.Value) {
		limit.Stop()
		all.release()
		c.succeed(o, request.Get("result"))
	})
}

// end has the next use ask again.
func (c *connection) end(o *opening, err error) {
	if c.opening == o {
		c.opening = nil
		c.before = true
	}
	o.finish(err)
}

func (o *opening) finish(err error) {
	if !o.over {
		o.over, o.err = true, err
		close(o.done)
	}
}

// giveUp has nobody wait for the opening any more: those who ask are told err at
// once. The browser may open the database later all the same.
func (c *connection) giveUp(o *opening, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.opening == o {
		c.before = true
		o.finish(err)
	}
}

func (c *connection) succeed(o *opening, database js.Value) {
	c.mu.Lock()
	if c.database.Truthy() { // it was asked for twice
		o.finish(nil)
		c.mu.Unlock()
		database.Call("close")
		return
	}
	c.database, c.opening = database, nil
	again := c.before
	c.before = false
	o.finish(nil)
	c.mu.Unlock()
	var all handlers
	lose := func(js.Value) {
		all.release()
		c.lose(database)
	}
	all.set(database, "onversionchange", lose) // another tab waits for it
	all.set(database, "onclose", lose)         // the browser has closed it
	if again {
		go c.opened()
	}
}

// lose closes a database, which goes on to the end of its transactions, and opens it
// anew.
func (c *connection) lose(database js.Value) {
	database.Call("close")
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.database.Equal(database) {
		c.database, c.before = js.Value{}, true
		go c.open(context.Background())
	}
}

// handlers are functions that the browser calls for an object's events.
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

// release may be called by one of them.
func (h *handlers) release() {
	for n, f := range h.functions {
		h.targets[n].Set(h.events[n], nil)
		f.Release()
	}
	*h = handlers{}
}
