package outbox_test

import (
	"fmt"
	"syscall/js"
	"testing"
	"time"

	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/outbox"
)

func TestBrowser(t *testing.T) {
	testOutbox(t, func(t *testing.T) (a, b saga.Outbox) {
		name := fmt.Sprintf("%s %d", t.Name(), time.Now().UnixNano())
		t.Cleanup(func() { js.Global().Get("indexedDB").Call("deleteDatabase", name) })
		return outbox.Open(name), outbox.Open(name)
	})
}

func TestBrowserWithoutStorage(t *testing.T) {
	for _, row := range []struct{ reason, script string }{
		{"there is no IndexedDB", `Object.defineProperty(globalThis, "indexedDB", {value: undefined, configurable: true})`},
		{"opening is forbidden", `Object.defineProperty(globalThis, "indexedDB", {value: {open() { throw new Error("forbidden") }}, configurable: true})`},
	} {
		real := js.Global().Get("Object").Call("getOwnPropertyDescriptor", js.Global(), "indexedDB")
		js.Global().Call("eval", row.script)
		o := outbox.Open(t.Name() + row.reason)
		if _, err := o.Put(t.Context(), []saga.Record{{ID: "1"}}); err == nil {
			t.Errorf("%s: no error", row.reason)
		}
		js.Global().Get("Object").Call("defineProperty", js.Global(), "indexedDB", real)
	}
}

// BenchmarkPut is what a saga waits for before its effect starts.
func BenchmarkPut(b *testing.B) {
	o := outbox.Open(fmt.Sprintf("bench %d", time.Now().UnixNano()))
	for b.Loop() {
		if _, err := o.Put(b.Context(), []saga.Record{{ID: "1", Name: "kind.rename", Input: `{"Name":"was death of"}`}}); err != nil {
			b.Fatal(err)
		}
	}
}
