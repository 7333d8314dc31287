package atom

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/atomsaga/atomsaga/atom/draft"
)

type (
	service struct{ self *service } // contains itself
	guarded struct {
		Mu sync.Mutex
		N  int
	} // contains a lock, as it may
	counted  struct{ Hits atomic.Int64 }
	crowd    [2]sync.Mutex
	declared struct{ Name string } // says that it is opaque
	refusal  struct{ Code int }    // an error
)

func (*declared) AtomOpaque()  {}
func (*refusal) Error() string { return "refused" }

func newService() *service {
	s := new(service)
	s.self = s
	return s
}

// things is one of everything that an atom holds as it is.
type things struct {
	Name     string
	Service  *service
	Services []*service
	ByName   map[string]*service
	List     List[*service]
	Any      any
	Guarded  *guarded
	Counted  *counted
	Crowd    *crowd
	Declared *declared
	Err      error
	Sentinel error
	Client   *http.Client
	Request  *http.Request
	Timer    *time.Timer
	Ticker   *time.Ticker
	Context  context.Context
	Type     reflect.Type
	Value    reflect.Value
	Call     func()
	Done     chan int
	Unsafe   unsafe.Pointer
	Once     *sync.Once
	Pool     *sync.Pool
	Atom     *Atom[int]
	Async    *AsyncAtom[int]
	Store    *Store
	Named    *declared
	User     *url.URL
}

// A context is not looked into, whatever it is made of.
type ownContext struct {
	context.Context
	Values map[string]any
}

func allThings() things {
	s := newService()
	request, _ := http.NewRequest("GET", "http://localhost", nil)
	own := &ownContext{Context: context.Background(), Values: map[string]any{}}
	own.Values["itself"] = own
	n := 1
	return things{
		Service: s, Services: []*service{s, newService()}, ByName: map[string]*service{"a": s}, List: draft.ListOf(s, newService()), Any: s,
		Guarded: &guarded{N: 1}, Counted: new(counted), Crowd: new(crowd), Declared: &declared{"x"},
		Err: errors.New("x"), Sentinel: &refusal{409}, Client: &http.Client{Timeout: 1}, Request: request,
		Timer: time.NewTimer(time.Hour), Ticker: time.NewTicker(time.Hour), Context: own,
		Type: reflect.TypeFor[int](), Value: reflect.ValueOf(&n), Call: func() {}, Done: make(chan int), Unsafe: unsafe.Pointer(&n),
		Once: new(sync.Once), Pool: new(sync.Pool), Atom: New(1), Async: Async(func(context.Context, Reader) (int, error) { return 1, nil }), Store: NewStore(),
		User: &url.URL{Host: "localhost", User: url.UserPassword("a", "b")},
	}
}

func TestAnAtomHoldsThingsAsTheyAre(t *testing.T) {
	all := allThings()
	defer all.Timer.Stop()
	defer all.Ticker.Stop()
	s, a := NewStore(), New(things{})
	if err := a.Set(s, all); err != nil {
		t.Fatal(err)
	}
	if err := a.Update(s, func(d *things) { d.Name, d.Named = "x", all.Declared }); err != nil {
		t.Fatal(err)
	}
	want := all
	want.Name, want.Named = "x", all.Declared
	sameThings(t, "after an update", a.Get(s), want)
	e, err := Dispatch(s, a.Edit(func(d *things) { d.Service, d.Err = d.Services[1], fs.ErrExist }))
	if err != nil {
		t.Fatal(err)
	}
	if got := a.Get(s); got.Service != all.Services[1] || got.Err != fs.ErrExist {
		t.Error("another service than was set is there")
	}
	if n := e.Patch(s, 0).Len(); n != 2 {
		t.Errorf("%d changes, want 2: %s", n, e.Patch(s, 0))
	}
	e.Drop(s)
	sameThings(t, "after a drop", a.Get(s), want)
	if kept := New(all).Get(s); !errors.Is(kept.Sentinel, all.Sentinel) || kept.Guarded != all.Guarded {
		t.Error("New has copied a thing")
	}
}

// sameThings compares what must be one thing by identity.
func sameThings(t *testing.T, when string, got, want things) {
	t.Helper()
	x, y := reflect.ValueOf(got), reflect.ValueOf(want)
	for i := range x.NumField() {
		switch name := x.Type().Field(i).Name; name {
		case "Services", "ByName", "List", "User", "Value": // values, of things
		case "Call":
			if x.Field(i).UnsafePointer() != y.Field(i).UnsafePointer() {
				t.Errorf("%s: another func", when)
			}
		default:
			if !x.Field(i).Equal(y.Field(i)) {
				t.Errorf("%s: %s is another one", when, name)
			}
		}
	}
	if got.Services[1] != want.Services[1] || got.ByName["a"] != want.ByName["a"] || got.List.At(1) != want.List.At(1) || got.User.User != want.User.User {
		t.Errorf("%s: things in a collection are others", when)
	}
}

// A thing may be in use while atoms that hold it are read and written; -race tells.
func TestAThingIsNotReadByAnUpdate(t *testing.T) {
	g, c := &guarded{}, &counted{}
	s, a := NewStore(), New(things{Guarded: g, Counted: c})
	var wg sync.WaitGroup
	wg.Go(func() {
		for range 100 {
			g.Mu.Lock()
			g.N++
			g.Mu.Unlock()
			c.Hits.Add(1)
		}
	})
	for range 100 {
		if err := a.Update(s, func(d *things) { d.Name += "x" }); err != nil {
			t.Fatal(err)
		}
	}
	wg.Wait()
	if a.Get(s).Guarded != g || g.N != 100 {
		t.Error("another one is in the atom")
	}
}

func TestAToastListOfTasksThatPointToEachOther(t *testing.T) {
	s, toasts := NewStore(), New([]*service(nil))
	one, two := newService(), newService()
	one.self, two.self = two, one
	for _, x := range []*service{one, two} {
		if err := toasts.Update(s, func(l *[]*service) { *l = append(*l, x) }); err != nil {
			t.Fatal(err)
		}
	}
	if got := toasts.Get(s); len(got) != 2 || got[0] != one || got[1] != two {
		t.Errorf("%v", got)
	}
}

func TestATypeThatCannotBeDraftedIsRefusedAtOnce(t *testing.T) {
	type inMap struct {
		M map[string]struct{ L List[int] }
	}
	type inSlice struct{ L []guarded }
	for name, define := range map[string]func(){
		"New": func() { New(inMap{}) }, "Async": func() { Async(func(context.Context, Reader) (v inMap, err error) { return }) },
		"New of a lock": func() { New(inSlice{}) },
	} {
		if err := panicked(define); !errors.Is(err, draft.ErrType) {
			t.Errorf("%s panics with %v", name, err)
		}
	}
}

// panicked is what f panics with, as an error.
func panicked(f func()) (err error) {
	defer func() { err, _ = recover().(error) }()
	f()
	return nil
}
