package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"syscall/js"
	"time"

	"github.com/atomsaga/atomsaga/internal/wait"
	"github.com/atomsaga/atomsaga/saga"
)

// records is the object store of the records, which are JSON. The key, which IndexedDB numbers, is
// the Order.
const records = "records"

// transact calls f with an object store in a transaction, and waits until that has ended: all that
// f has requested is done, or none of it. f must not block, since a transaction without requests
// ends. If the connection turns out to be closed it is opened again, once.
func (c *connection) transact(ctx context.Context, store, mode, durability string, f func(store js.Value)) error {
	wait.Check("outbox: IndexedDB")
	err := c.transactOnce(ctx, store, mode, durability, f)
	if errors.Is(err, ErrLost) && ctx.Err() == nil {
		err = c.transactOnce(ctx, store, mode, durability, f)
	}
	return err
}

func (c *connection) transactOnce(ctx context.Context, store, mode, durability string, f func(store js.Value)) error {
	database, err := c.open(ctx)
	if err != nil {
		return err
	}
	transaction, err := catch(func() js.Value {
		t := database.Call("transaction", store, mode, map[string]any{"durability": durability})
		f(t.Call("objectStore", store))
		return t
	})
	if err == nil {
		err = waitForEnd(transaction)
	}
	if errors.Is(err, ErrLost) {
		c.lose(database)
	}
	return err
}

// waitForEnd waits for the end of a transaction, and aborts it if that takes too long.
func waitForEnd(transaction js.Value) error {
	ended := make(chan error, 1)
	var all handlers
	all.set(transaction, "oncomplete", func(js.Value) { ended <- nil })
	all.set(transaction, "onabort", func(js.Value) {
		err := transaction.Get("error")
		if err.IsNull() {
			ended <- ErrLost // the browser has aborted it for no fault of its requests
			return
		}
		ended <- errorOf(err)
	})
	timeout := time.NewTimer(transactionTimeout)
	defer timeout.Stop()
	select {
	case err := <-ended:
		all.release()
		return err
	case <-timeout.C:
	}
	if _, err := catch(func() js.Value { return transaction.Call("abort") }); err != nil {
		err := <-ended // it has ended already, and its event is on its way
		all.release()
		return err
	}
	all.release()
	return ErrNoAnswer
}

// Put implements [saga.Outbox].
func (b *browser) Put(ctx context.Context, all []saga.Record) ([]saga.Record, error) {
	kept := make([]saga.Record, len(all))
	requests := make([]js.Value, len(all))
	err := b.records.transact(ctx, records, "readwrite", "strict", func(store js.Value) {
		for n, r := range all {
			kept[n] = r
			r.Order = 0 // it is the key
			text, _ := json.Marshal(r)
			if order := kept[n].Order; order != 0 {
				requests[n] = store.Call("put", string(text), order)
			} else {
				requests[n] = store.Call("add", string(text))
			}
		}
	})
	if err != nil {
		return nil, err
	}
	for n, request := range requests {
		kept[n].Order = int64(request.Get("result").Int())
	}
	return kept, nil
}

// Remove implements [saga.Outbox]. It does not wait for the disk: a record that is there again after
// a crash is sent again, and the server knows it.
func (b *browser) Remove(ctx context.Context, orders ...int64) error {
	return b.records.transact(ctx, records, "readwrite", "relaxed", func(store js.Value) {
		for _, order := range orders {
			store.Call("delete", order)
		}
	})
}

// All implements [saga.Outbox].
func (b *browser) All(ctx context.Context) ([]saga.Record, error) {
	var keys, texts js.Value
	err := b.records.transact(ctx, records, "readonly", "default", func(store js.Value) {
		keys, texts = store.Call("getAllKeys"), store.Call("getAll")
	})
	if err != nil {
		return nil, err
	}
	keys, texts = keys.Get("result"), texts.Get("result")
	all := make([]saga.Record, keys.Length())
	for n := range all {
		all[n] = parseRecord(int64(keys.Index(n).Int()), texts.Index(n))
	}
	return all, nil
}

// Get implements [saga.Outbox].
func (b *browser) Get(ctx context.Context, order int64) (r saga.Record, there bool, err error) {
	var text js.Value
	err = b.records.transact(ctx, records, "readonly", "default", func(store js.Value) {
		text = store.Call("get", order)
	})
	if err != nil {
		return r, false, err
	}
	if text = text.Get("result"); text.IsUndefined() {
		return r, false, nil
	}
	return parseRecord(order, text), true, nil
}

// parseRecord returns the record with a key. One that cannot be read has a Reason.
func parseRecord(order int64, text js.Value) (r saga.Record) {
	if err := json.Unmarshal([]byte(text.String()), &r); err != nil {
		r = saga.Record{ID: fmt.Sprint(order), Reason: "the record cannot be read"}
	}
	r.Order = order
	return r
}

// errorOf returns the error for a value that the browser has thrown, or gives as an error.
func errorOf(v js.Value) error {
	name := ""
	if v.Type() == js.TypeObject {
		name = v.Get("name").String()
	}
	known := map[string]error{
		"QuotaExceededError": ErrFull,
		"SecurityError":      ErrNoStorage,
		"InvalidStateError":  ErrLost,
		"AbortError":         ErrLost,
		"VersionError":       ErrNewer,
	}[name]
	if known != nil {
		return known
	}
	return errors.New(js.Global().Call("String", v).String())
}

// catch calls f and returns what JavaScript throws as an error.
func catch(f func() js.Value) (v js.Value, err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			e, ok := thrown.(js.Error)
			if !ok {
				panic(thrown)
			}
			err = errorOf(e.Value)
		}
	}()
	return f(), nil
}
