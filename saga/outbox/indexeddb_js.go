package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"syscall/js"

	"github.com/atomsaga/atomsaga/saga"
)

// Records are texts in one object store, under numbers that IndexedDB gives.
const records = "records"

var errNoStorage = errors.New("outbox: this browser has no IndexedDB")

// open opens the database, which it makes the first time.
func (b *browser) open() (js.Value, error) {
	factory := js.Global().Get("indexedDB")
	if !factory.Truthy() {
		return js.Value{}, errNoStorage
	}
	request, err := calling(func() js.Value { return factory.Call("open", b.name, 1) })
	if err != nil {
		return js.Value{}, err
	}
	upgrade := js.FuncOf(func(js.Value, []js.Value) any {
		request.Get("result").Call("createObjectStore", records, map[string]any{"autoIncrement": true})
		return nil
	})
	defer upgrade.Release()
	request.Set("onupgradeneeded", upgrade)
	if err := finish(request, "onsuccess", "onerror", "onblocked"); err != nil {
		return js.Value{}, err
	}
	return request.Get("result"), nil
}

// transact calls f with the object store, and waits until what it has asked for is
// on the disk, or none of it is. f waits for nothing: a transaction ends when
// there is nothing left to do in it.
func (b *browser) transact(ctx context.Context, mode, durability string, f func(store js.Value)) error {
	database, err := b.database()
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return err
	}
	transaction, err := calling(func() js.Value {
		t := database.Call("transaction", records, mode, map[string]any{"durability": durability})
		f(t.Call("objectStore", records))
		return t
	})
	if err != nil {
		return err
	}
	return finish(transaction, "oncomplete", "onerror", "onabort")
}

// Put is [saga.Outbox]'s.
func (b *browser) Put(ctx context.Context, all []saga.Record) ([]saga.Record, error) {
	kept := make([]saga.Record, len(all))
	requests := make([]js.Value, len(all))
	err := b.transact(ctx, "readwrite", "strict", func(store js.Value) {
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
	return b.transact(ctx, "readwrite", "relaxed", func(store js.Value) {
		for _, order := range orders {
			store.Call("delete", order)
		}
	})
}

// All is [saga.Outbox]'s.
func (b *browser) All(ctx context.Context) ([]saga.Record, error) {
	var keys, texts js.Value
	err := b.transact(ctx, "readonly", "default", func(store js.Value) {
		keys, texts = store.Call("getAllKeys"), store.Call("getAll")
	})
	if err != nil {
		return nil, err
	}
	keys, texts = keys.Get("result"), texts.Get("result")
	all := make([]saga.Record, keys.Length())
	for n := range all {
		if err := json.Unmarshal([]byte(texts.Index(n).String()), &all[n]); err != nil {
			all[n] = saga.Record{ID: fmt.Sprint(keys.Index(n).Int()), Reason: "the record cannot be read"}
		}
		all[n].Order = int64(keys.Index(n).Int())
	}
	return all, nil
}

// finish waits for one of the events of a request or a transaction: the first
// says that it has worked.
func finish(target js.Value, worked string, failed ...string) error {
	settled := make(chan error, 1)
	settle := func(err error) {
		select {
		case settled <- err:
		default:
		}
	}
	good := js.FuncOf(func(js.Value, []js.Value) any { settle(nil); return nil })
	bad := js.FuncOf(func(_ js.Value, args []js.Value) any {
		args[0].Call("preventDefault")
		err := target.Get("error")
		if !err.Truthy() {
			err = args[0].Get("target").Get("error")
		}
		settle(reason(err))
		return nil
	})
	defer good.Release()
	defer bad.Release()
	target.Set(worked, good)
	for _, event := range failed {
		target.Set(event, bad)
	}
	err := <-settled
	for _, event := range append(failed, worked) {
		target.Set(event, nil)
	}
	return err
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
