package promise_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"syscall/js"
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/saga/promise"
)

// The value of a promise that is fulfilled, and the reason of one that is rejected.
func Example() {
	answer, err := promise.Await(context.Background(), app.Window().Get("Promise").Call("resolve", "yes"))
	fmt.Println(answer, err)

	no := app.Window().Get("Error").New("not now")
	_, err = promise.Await(context.Background(), app.Window().Get("Promise").Call("reject", no))
	fmt.Println(err)

	// Output:
	// yes <nil>
	// not now
}

// resolved and rejected are promises with that value.
func resolved(v any) js.Value { return js.Global().Get("Promise").Call("resolve", v) }
func rejected(v any) js.Value { return js.Global().Get("Promise").Call("reject", v) }

// held is a promise that is settled by hand.
func held() (p js.Value, fulfill, reject func(v any)) {
	w := js.Global().Get("Promise").Call("withResolvers")
	return w.Get("promise"), func(v any) { w.Call("resolve", v) }, func(v any) { w.Call("reject", v) }
}

func TestRejectedError(t *testing.T) {
	for _, test := range []struct {
		reason string
		with   any
		want   string
	}{
		{"an Error", js.Global().Get("TypeError").New("no such thing"), "no such thing"},
		{"a text", "just so", "just so"},
		{"an Error that says nothing", js.Global().Get("RangeError").New(), "RangeError"},
		{"nothing at all", js.Undefined(), "undefined"},
		{"an object", map[string]any{"code": 7}, "[object Object]"},
	} {
		_, err := promise.AwaitJS(t.Context(), rejected(test.with))
		if r, ok := errors.AsType[*promise.Rejected](err); !ok || r.Error() != test.want || !r.Reason.Equal(app.ValueOf(test.with)) && test.reason != "an object" {
			t.Errorf("%s: %v, want %q", test.reason, err, test.want)
		}
	}
}

func TestAThenable(t *testing.T) {
	thenable := js.Global().Get("Function").New("return {then(fulfill) { fulfill() }}").Invoke()
	if v, err := promise.AwaitJS(t.Context(), thenable); err != nil || !v.IsUndefined() {
		t.Errorf("got %v, %v", v, err)
	}
}

func TestAPromiseThatSettlesAfterTheContext(t *testing.T) {
	why := errors.New("the user is gone")
	for _, test := range []struct {
		reason string
		end    func(fulfill, reject func(any))
	}{
		{"it is fulfilled later", func(fulfill, _ func(any)) { fulfill("late") }},
		{"it is rejected later", func(_, reject func(any)) { reject("late") }},
		{"it is never settled", func(func(any), func(any)) {}},
	} {
		ctx, cancel := context.WithCancelCause(t.Context())
		p, fulfill, reject := held()
		go cancel(why)
		if _, err := promise.AwaitJS(ctx, p); err != why {
			t.Errorf("%s: %v", test.reason, err)
		}
		test.end(fulfill, reject)
		promise.AwaitJS(t.Context(), resolved(nil)) // by now it has called, if it ever does
		for range 3 {                               // what is late is told to nobody else
			if v, err := promise.AwaitJS(t.Context(), resolved("mine")); err != nil || v.String() != "mine" {
				t.Errorf("%s: another promise got %v, %v", test.reason, v, err)
			}
		}
	}
	done, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	for range 20 { // whichever is seen first
		if v, err := promise.AwaitJS(done, resolved("x")); err != why && v.String() != "x" {
			t.Errorf("both at once: %v, %v", v, err)
		}
	}
}

// Many wait at once, more than are kept for later, and each gets its own.
func TestManyPromises(t *testing.T) {
	const n = 500
	for range 3 {
		var all sync.WaitGroup
		var ends [n]func(any)
		for i := range n {
			p, fulfill, reject := held()
			ends[i] = fulfill
			if i%3 == 0 {
				ends[i] = reject
			}
			all.Go(func() {
				v, err := promise.AwaitJS(t.Context(), p)
				got, want := fmt.Sprint(v, err), fmt.Sprintf("<number: %d> <nil>", i)
				if i%3 == 0 {
					want = fmt.Sprintf("<undefined> %d", i)
				}
				if got != want {
					t.Errorf("the %d-th got %s, want %s", i, got, want)
				}
			})
		}
		for i := range n {
			ends[(i*7)%n](i * 7 % n)
		}
		all.Wait()
	}
}

// Until a function that it calls has returned the browser keeps no promise.
func TestAwaitInAHandlerPanics(t *testing.T) {
	for name, wait := range map[string]func(){
		"Await":   func() { promise.Await(t.Context(), app.ValueOf(resolved(1))) },
		"AwaitJS": func() { promise.AwaitJS(t.Context(), resolved(1)) },
	} {
		var reason any
		called := js.FuncOf(func(js.Value, []js.Value) any {
			defer func() { reason = recover() }()
			wait()
			return nil
		})
		called.Invoke()
		called.Release()
		if said, _ := reason.(string); !strings.HasPrefix(said, "promise: "+name+" may wait for the browser") {
			t.Errorf("%s panicked with %v", name, reason)
		}
	}
}
