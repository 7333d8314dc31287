package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall/js"
	"testing"
	"time"

	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/outbox"
)

// instead puts a value in the place of one of an object's until the test ends, or
// restore is called.
func instead(t *testing.T, object js.Value, name string, value any) (restore func()) {
	object = js.Global().Call("Object", object)
	describe, define := js.Global().Get("Object").Get("getOwnPropertyDescriptor"), js.Global().Get("Object").Get("defineProperty")
	own := describe.Invoke(object, name)
	define.Invoke(object, name, map[string]any{"value": value, "configurable": true, "writable": true})
	done := false
	restore = func() {
		switch {
		case done:
		case own.IsUndefined():
			object.Delete(name)
		default:
			define.Invoke(object, name, own)
		}
		done = true
	}
	t.Cleanup(restore)
	return restore
}

// script returns what a script says; args are its a, b and c.
func script(of string, args ...any) js.Value {
	return js.Global().Get("Function").New("a", "b", "c", "return "+of).Invoke(args...)
}

// without takes something away that browsers have.
func without(t *testing.T, global string) (restore func()) {
	return instead(t, js.Global(), global, js.Undefined())
}

func withoutLocks(t *testing.T) (restore func()) {
	return instead(t, js.Global().Get("navigator"), "locks", js.Undefined())
}

// fresh is the name of an outbox that nobody has used.
func fresh(t *testing.T) string {
	name := fmt.Sprintf("%s %d", t.Name(), time.Now().UnixNano())
	t.Cleanup(func() {
		if factory := js.Global().Get("indexedDB"); factory.Truthy() {
			factory.Call("deleteDatabase", name)
			factory.Call("deleteDatabase", name+" owner")
		}
	})
	return name
}

func two(t *testing.T) (a, b saga.Outbox) {
	name := fresh(t)
	return outbox.Open(name), outbox.Open(name)
}

func TestBrowser(t *testing.T) { testOutbox(t, two) }

// On a page that did not come over https there are no Web Locks, and some browsers
// deny them where they deny storage.
func TestBrowserWithoutLocks(t *testing.T) {
	for reason, locks := range map[string]string{
		"there are none":           `undefined`,
		"they are denied":          `({request: async () => { throw new DOMException("denied", "SecurityError") }, query: async () => ({held: []})})`,
		"asking for one is denied": `({request() { throw new DOMException("denied", "SecurityError") }})`,
	} {
		t.Run(reason, func(t *testing.T) {
			testOutbox(t, func(t *testing.T) (a, b saga.Outbox) {
				instead(t, js.Global().Get("navigator"), "locks", script(locks))
				return two(t)
			})
		})
	}
}

func put(t *testing.T, o saga.Outbox, id string) error {
	t.Helper()
	_, err := o.Put(t.Context(), []saga.Record{{ID: id, Name: "kind.rename", Input: "{}"}})
	return err
}

func wantKept(t *testing.T, o saga.Outbox, ids ...string) {
	t.Helper()
	all, err := o.All(t.Context())
	var got []string
	for _, r := range all {
		got = append(got, r.ID)
	}
	if err != nil || fmt.Sprint(got) != fmt.Sprint(ids) {
		t.Errorf("kept are %q (%v), want %q", got, err, ids)
	}
}

// renewals returns a channel on which the outbox says that all is to be written again.
func renewals(t *testing.T, o saga.Outbox) <-chan bool {
	told := make(chan bool, 10)
	o.Renewed(t.Context(), func() { told <- true })
	return told
}

func TestWithoutStorageNothingIsKeptAndTheRestWorks(t *testing.T) {
	for _, test := range []struct {
		reason, indexedDB string
	}{
		{"there is no IndexedDB", `undefined`},
		{"opening is forbidden", `({open() { throw new DOMException("no", "SecurityError") }})`},
		{"the page says so later", `({open() { const r = {error: new DOMException("no", "SecurityError")}; setTimeout(() => r.onerror(new Event("error"))); return r }})`},
	} {
		t.Run(test.reason, func(t *testing.T) {
			name := fresh(t)
			a, b := outbox.Open(name), outbox.Open(name)
			locks, channel := withoutLocks(t), without(t, "BroadcastChannel")
			storage := instead(t, js.Global(), "indexedDB", script(test.indexedDB))
			for _, o := range []saga.Outbox{a, b} {
				if err := put(t, o, "1"); !errors.Is(err, outbox.ErrNoStorage) {
					t.Errorf("Put: %v", err)
				}
				if _, err := o.All(t.Context()); !errors.Is(err, outbox.ErrNoStorage) {
					t.Errorf("All: %v", err)
				}
				if _, err := o.Own(t.Context()); err != nil {
					t.Errorf("Own: %v: nobody would send what is not kept", err)
				}
			}
			silent := outbox.Open(name)
			silent.Listen(t.Context(), func([]byte) {}, func() {})
			silent.Tell([]byte("hello"))
			locks()
			channel()
			storage()
			if err := put(t, a, "2"); err != nil {
				t.Errorf("when there is storage again: %v", err)
			}
			wantKept(t, b, "2")
		})
	}
}

// Another tab has the database open, does not hear that it is to be deleted, and
// everyone who comes later waits behind that.
func TestAnOpeningThatIsNotAnsweredIsGivenUpAndTakenUpWhenItIs(t *testing.T) {
	outbox.GiveUpOpening(t)
	name := fresh(t)
	other, opened := js.Value{}, make(chan bool)
	got := js.FuncOf(func(js.Value, []js.Value) any { close(opened); return nil })
	request := js.Global().Get("indexedDB").Call("open", name)
	request.Set("onsuccess", got)
	<-opened
	other = request.Get("result")
	js.Global().Get("indexedDB").Call("deleteDatabase", name)

	o := outbox.Open(name)
	renewed := renewals(t, o)
	for range 3 {
		if err := put(t, o, "1"); !errors.Is(err, outbox.ErrNoAnswer) {
			t.Fatalf("Put: %v", err)
		}
	}
	if _, err := o.All(t.Context()); !errors.Is(err, outbox.ErrNoAnswer) {
		t.Errorf("All: %v", err)
	}
	other.Call("close")
	<-renewed
	if err := put(t, o, "2"); err != nil {
		t.Error(err)
	}
	wantKept(t, o, "2")
}

// A database of another version is opened when the tabs that have it open let go of it.
func TestAnOpeningThatAnotherTabBlocksSaysSo(t *testing.T) {
	o := outbox.Open(fresh(t))
	instead(t, js.Global(), "indexedDB",
		script(`({open() { const r = {}; setTimeout(() => r.onblocked(new Event("blocked"))); return r }, deleteDatabase() {}})`))
	if err := put(t, o, "1"); !errors.Is(err, outbox.ErrBlocked) {
		t.Errorf("Put: %v", err)
	}
}

func TestADatabaseThatOthersWantToDeleteIsLetGoAndOpenedAnew(t *testing.T) {
	name := fresh(t)
	o := outbox.Open(name)
	renewed := renewals(t, o)
	before, err := o.Put(t.Context(), []saga.Record{{ID: "1"}})
	if err != nil {
		t.Fatal(err)
	}
	deleted := make(chan string, 1)
	request := js.Global().Get("indexedDB").Call("deleteDatabase", name)
	for _, event := range []string{"onsuccess", "onerror", "onblocked"} {
		request.Set(event, js.FuncOf(func(js.Value, []js.Value) any {
			select {
			case deleted <- event:
			default:
			}
			return nil
		}))
	}
	if how := <-deleted; how != "onsuccess" {
		t.Errorf("deleting: %s", how)
	}
	<-renewed
	wantKept(t, o)
	if err := put(t, o, "2"); err != nil {
		t.Error(err)
	}
	if _, err := o.Put(t.Context(), before); err != nil { // again, in its place
		t.Error(err)
	}
	wantKept(t, o, "1", "2")
}

// databases has close close every database that is opened from now on.
func databases(t *testing.T) (close func(how string)) {
	all := script(`[]`)
	prototype := js.Global().Get("IDBDatabase").Get("prototype")
	instead(t, prototype, "transaction", script(`function (...args) { if (!b.includes(this)) b.push(this); return a.apply(this, args) }`,
		prototype.Get("transaction"), all))
	return func(how string) { script(`a.splice(0).forEach((database) => { `+how+` })`, all) }
}

func TestAConnectionThatTheBrowserHasClosedIsOpenedAnew(t *testing.T) {
	for _, test := range []struct{ reason, how string }{
		{"it says so", `database.close(); database.dispatchEvent(new Event("close"))`},
		{"it turns out when it is used", `database.close()`},
	} {
		t.Run(test.reason, func(t *testing.T) {
			close := databases(t)
			o := outbox.Open(fresh(t))
			renewed := renewals(t, o)
			for _, id := range []string{"1", "2"} {
				if err := put(t, o, id); err != nil {
					t.Fatal(err)
				}
				close(test.how)
			}
			if err := put(t, o, "3"); err != nil {
				t.Error(err)
			}
			<-renewed
			wantKept(t, o, "1", "2", "3")
		})
	}
}

func TestNoRoomIsAnErrorOfThatWrite(t *testing.T) {
	store := js.Global().Get("IDBObjectStore").Get("prototype")
	o := outbox.Open(fresh(t))
	if err := put(t, o, "1"); err != nil {
		t.Fatal(err)
	}
	add := store.Get("add")
	full := instead(t, store, "add", script(`function (v) { const r = a.call(this, v); this.transaction.abort(); Object.defineProperty(this.transaction, "error", {value: new DOMException("", "QuotaExceededError")}); return r }`, add))
	if err := put(t, o, "2"); !errors.Is(err, outbox.ErrFull) {
		t.Fatalf("Put: %v", err)
	}
	wantKept(t, o, "1")
	full()
	if err := put(t, o, "2"); err != nil {
		t.Error(err)
	}
	wantKept(t, o, "1", "2")
}

func TestATransactionThatIsNotAnsweredIsGivenUp(t *testing.T) {
	o := outbox.Open(fresh(t))
	if err := put(t, o, "1"); err != nil {
		t.Fatal(err)
	}
	outbox.GiveUpTransactions(t)
	stuck := instead(t, js.Global().Get("IDBDatabase").Get("prototype"), "transaction",
		script(`() => ({abort() {}, objectStore: () => ({add: () => ({}), delete: () => ({}), getAll: () => ({}), getAllKeys: () => ({})})})`))
	if err := put(t, o, "2"); !errors.Is(err, outbox.ErrNoAnswer) {
		t.Errorf("Put: %v", err)
	}
	if err := o.Remove(t.Context(), 1); !errors.Is(err, outbox.ErrNoAnswer) {
		t.Errorf("Remove: %v", err)
	}
	if _, err := o.All(t.Context()); !errors.Is(err, outbox.ErrNoAnswer) {
		t.Errorf("All: %v", err)
	}
	stuck()
}

// A tab that is gone without a word has the lease until that ends.
func TestALeaseEndsByItself(t *testing.T) {
	withoutLocks(t)
	name := fresh(t)
	first := outbox.Open(name)
	gone, leave := context.WithCancel(t.Context())
	defer leave()
	if _, err := first.Own(gone); err != nil {
		t.Fatal(err)
	}
	outbox.EndLease(t, name)
	if _, err := outbox.Open(name).Own(t.Context()); err != nil {
		t.Error(err)
	}
}

// A tab that has stood still for longer than its lease is for learns, before anything else,
// that another may have it.
func TestALeaseIsOverByTheClock(t *testing.T) {
	withoutLocks(t)
	outbox.RenewLeases(t)
	name := fresh(t)
	first, second := outbox.Open(name), outbox.Open(name)
	owned, err := first.Own(t.Context())
	if err != nil || owned.Err() != nil {
		t.Fatal(err, owned.Err())
	}
	outbox.Freeze(t, outbox.LeaseTime())
	if owned.Err() == nil {
		t.Error("the first owns it still")
	}
	<-owned.Done()
	others, leave := context.WithCancel(t.Context())
	next, err := second.Own(others)
	if err != nil || next.Err() != nil {
		t.Fatal(err, next.Err())
	}
	leave()
	if owned, err = first.Own(t.Context()); err != nil || owned.Err() != nil {
		t.Errorf("the first does not own it again: %v", err)
	}
}

func TestALeaseThatAnotherTabHasTakenEnds(t *testing.T) {
	withoutLocks(t)
	outbox.RenewLeases(t)
	name := fresh(t)
	owned, err := outbox.Open(name).Own(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	outbox.RobLease(t, name)
	<-owned.Done()
}

// A lock can be stolen by any script of the origin.
func TestALockThatIsStolenEnds(t *testing.T) {
	name := fresh(t)
	first := outbox.Open(name)
	owned, err := first.Own(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	script(`navigator.locks.request(a, {steal: true}, () => {})`, name)
	<-owned.Done()
	if owned, err = first.Own(t.Context()); err != nil || owned.Err() != nil {
		t.Errorf("the first does not own it again: %v", err)
	}
}

// In a function that the browser calls none of it can end before that returns.
func TestWhatWouldWaitForEverPanics(t *testing.T) {
	o := outbox.Open(fresh(t))
	for name, call := range map[string]func(){
		"Put":    func() { put(t, o, "1") },
		"Remove": func() { o.Remove(t.Context(), 1) },
		"All":    func() { o.All(t.Context()) },
		"Get":    func() { o.Get(t.Context(), 1) },
		"Own":    func() { o.Own(t.Context()) },
	} {
		var reason any
		called := js.FuncOf(func(js.Value, []js.Value) any {
			defer func() { reason = recover() }()
			call()
			return nil
		})
		called.Invoke()
		called.Release()
		if said, _ := reason.(string); !strings.Contains(said, "may wait for the browser") {
			t.Errorf("%s panicked with %v", name, reason)
		}
	}
}

// BenchmarkGet is what an attempt waits for besides.
func BenchmarkGet(b *testing.B) {
	o := outbox.Open(fmt.Sprintf("bench %d", time.Now().UnixNano()))
	kept, err := o.Put(b.Context(), []saga.Record{{ID: "1", Name: "kind.rename", Input: `{"Name":"was death of"}`}})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, there, err := o.Get(b.Context(), kept[0].Order); !there || err != nil {
			b.Fatal(there, err)
		}
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
