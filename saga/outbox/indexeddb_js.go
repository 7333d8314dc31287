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

// Records are texts in one object store, under numbers that IndexedDB gives.
const records = "records"

// transact calls f with an object store, and waits until what it has asked for is
// on the disk, or none of it is. f waits for nothing: a transaction ends when
// there is nothing left to do in it. If the connection turns out to be closed it is
// opened anew, once.
func (c *connection) transact(ctx context.Context, store, mode, durability string, f func(store js.Value)) error {
	wait.Check("outbox: IndexedDB")
	err := c.try(ctx, store, mode, durability, f)
	if errors.Is(err, ErrLost) && ctx.Err() == nil {
		err = c.try(ctx, store, mode, durability, f)
	}
	return err
}

func (c *connection) try(ctx context.Context, store, mode, durability string, f func(store js.Value)) error {
	database, err := c.open(ctx)
	if err != nil {
		return err
	}
	transaction, err := calling(func() js.Value {
		t := database.Call("transaction", store, mode, map[string]any{"durability": durability})
		f(t.Call("objectStore", store))
		return t
	})
	if err == nil {
		err = finish(transaction)
	}
	if errors.Is(err, ErrLost) {
		c.lose(database)
	}
	return err
}

// finish waits for the end of a transaction. One that takes too long is aborted.
func finish(transaction js.Value) error {
	ended := make(chan error, 1)
	var all handlers
	all.set(transaction, "oncomplete", func(js.Value) { ended <- nil })
	all.set(transaction, "onabort", func(js.Value) {
		err := transaction.Get("error")
		if err.IsNull() {
			ended <- ErrLost // the browser has aborted it, and nothing in it is to blame
			return
		}
		ended <- reason(err)
	})
	limit := time.NewTimer(transactionLimit)
	defer limit.Stop()
	select {
	case err := <-ended:
		all.release()
		return err
	case <-limit.C:
	}
	if _, err := calling(func() js.Value { return transaction.Call("abort") }); err != nil {
		err := <-ended // it is over already, and what it has come to is on its way
		all.release()
		return err
	}
	all.release()
	return ErrNoAnswer
}

// Put is [saga.Outbox]'s.
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

// Remove is [saga.Outbox]'s. A record that comes back with a crash is sent again,
// and known to the server, so this waits for no disk.
func (b *browser) Remove(ctx context.Context, orders ...int64) error {
	return b.records.transact(ctx, records, "readwrite", "relaxed", func(store js.Value) {
		for _, order := range orders {
			store.Call("delete", order)
		}
	})
}

// All is [saga.Outbox]'s.
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
		all[n] = read(int64(keys.Index(n).Int()), texts.Index(n))
	}
	return all, nil
}

// Get is [saga.Outbox]'s.
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
	return read(order, text), true, nil
}

// read returns the record that a text is.
func read(order int64, text js.Value) (r saga.Record) {
	if err := json.Unmarshal([]byte(text.String()), &r); err != nil {
		r = saga.Record{ID: fmt.Sprint(order), Reason: "the record cannot be read"}
	}
	r.Order = order
	return r
}

// reason is the error for what the browser gives as the reason.
func reason(v js.Value) error {
	name := ""
	if v.Type() == js.TypeObject {
		name = v.Get("name").String()
	}
	kind := map[string]error{
		"QuotaExceededError": ErrFull,
		"SecurityError":      ErrNoStorage,
		"InvalidStateError":  ErrLost,
		"AbortError":         ErrLost,
		"VersionError":       ErrNewer,
	}[name]
	if kind != nil {
		return kind
	}
	return errors.New(js.Global().Call("String", v).String())
}

// calling turns what JavaScript throws into an error.
func calling(f func() js.Value) (v js.Value, err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			e, ok := thrown.(js.Error)
			if !ok {
				panic(thrown)
			}
			err = reason(e.Value)
		}
	}()
	return f(), nil
}
