package atom_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
)

type page struct {
	Title string
	Meta  struct{ N int }
	Rows  []line
	Next  *page
}

type line struct {
	ID   int `atom:"key"`
	Text string
}

// counter counts notifications.
func counter[T any](t *testing.T, s *atom.Store, a atom.Readable[T]) *int {
	n := new(int)
	t.Cleanup(s.Subscribe(a, func() { *n++ }))
	return n
}

func TestOnlyThoseAreToldWhoseValueChanged(t *testing.T) {
	s, root := atom.NewStore(), atom.New(page{Rows: []line{{ID: 1}, {ID: 2}}})
	rows := atom.Focus(root, func(p *page) *[]line { return &p.Rows })
	title := counter(t, s, atom.Focus(root, func(p *page) *string { return &p.Title }))
	n := counter(t, s, atom.Focus(root, func(p *page) *int { return &p.Meta.N }))
	one, two := counter(t, s, atom.At(rows, 1)), counter(t, s, atom.At(rows, 2))
	whole := counter(t, s, root)

	for _, step := range []struct {
		reason string
		do     func() error
		want   [5]int // title, n, one, two, whole
	}{
		{"a field", func() error { return root.Update(s, func(p *page) { p.Title = "x" }) }, [5]int{1, 0, 0, 0, 1}},
		{"the same value again", func() error { return root.Update(s, func(p *page) { p.Title = "x" }) }, [5]int{1, 0, 0, 0, 1}},
		{"a nested field", func() error { return root.Update(s, func(p *page) { p.Meta.N++ }) }, [5]int{1, 1, 0, 0, 2}},
		{"an element by its atom", func() error { return atom.At(rows, 2).Set(s, line{2, "b"}) }, [5]int{1, 1, 0, 1, 3}},
		{"an element by the root", func() error { return root.Update(s, func(p *page) { p.Rows[0].Text = "a" }) }, [5]int{1, 1, 1, 1, 4}},
		{"insert above", func() error {
			return rows.Update(s, func(r *[]line) { *r = slices.Insert(*r, 0, line{ID: 9}) })
		}, [5]int{1, 1, 1, 1, 5}},
		{"remove an element", func() error { return rows.Update(s, func(r *[]line) { *r = (*r)[:2] }) }, [5]int{1, 1, 1, 2, 6}},
		{"everything", func() error { return root.Set(s, page{}) }, [5]int{2, 2, 2, 2, 7}},
	} {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		if got := [5]int{*title, *n, *one, *two, *whole}; got != step.want {
			t.Errorf("%s: told %v, want %v", step.reason, got, step.want)
		}
	}
}

func TestABatchIsSeenAsOne(t *testing.T) {
	s, a, b := atom.NewStore(), atom.New(0), atom.New(0)
	sum := atom.Derive(func(r atom.Reader) int { return a.Get(r) + b.Get(r) })
	told := counter(t, s, sum)
	s.Batch(func(w *atom.Batch) {
		a.Set(w, 1)
		if a.Get(w) != 1 || sum.Get(w) != 1 {
			t.Error("a batch must see its own writes")
		}
		b.Set(w, 2)
	})
	if *told != 1 || sum.Get(s) != 3 {
		t.Errorf("told %d times of %d, want once of 3", *told, sum.Get(s))
	}
}

func TestABatchThatPanicsKeepsWhatWasWritten(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	told := counter(t, s, a)
	func() {
		defer func() { recover() }()
		s.Batch(func(w *atom.Batch) { a.Set(w, 1); panic("no") })
	}()
	if a.Get(s) != 1 || *told != 1 {
		t.Errorf("the value is %d, told %d times", a.Get(s), *told)
	}
}

func TestWritesOfACallbackAreDeliveredAfterIt(t *testing.T) {
	s, a, b := atom.NewStore(), atom.New(0), atom.New(0)
	var order []string
	s.Subscribe(a, func() {
		order = append(order, "a begins")
		b.Set(s, a.Get(s))
		order = append(order, "a ends")
	})
	s.Subscribe(b, func() { order = append(order, "b") })
	a.Set(s, 1)
	if got, want := fmt.Sprint(order), "[a begins a ends b]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestACallbackThatPanicsDoesNotSilenceTheOthers(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	told := 0
	for range 2 {
		s.Subscribe(a, func() { told++; panic("no") })
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic must reach the writer")
			}
		}()
		a.Set(s, 1)
	}()
	if told != 2 {
		t.Errorf("%d of 2 were told", told)
	}
}

func TestStopInsideACallback(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	told := 0
	var stop func()
	stop = s.Subscribe(a, func() { told++; stop(); stop() })
	a.Set(s, 1)
	a.Set(s, 2)
	if told != 1 {
		t.Errorf("told %d times", told)
	}
}

func TestTheStoreInsideAnUpdateIsAnErrorAndNoDeadlock(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	for reason, use := range map[string]func(){
		"read":  func() { a.Get(s) },
		"write": func() { a.Set(s, 1) },
		"batch": func() { s.Batch(func(*atom.Batch) {}) },
	} {
		err := a.Update(s, func(n *int) { *n = 5; use() })
		if !errors.Is(err, draft.ErrUpdatePanicked) || a.Get(s) != 0 {
			t.Errorf("%s: err %v, value %d", reason, err, a.Get(s))
		}
	}
	other := atom.Derive(func(atom.Reader) int { return a.Get(s) })
	func() {
		defer func() {
			if got := recover(); got != atom.ErrReentered {
				t.Errorf("panic %v, want ErrReentered", got)
			}
		}()
		other.Get(s)
	}()
}

func TestConcurrentUse(t *testing.T) {
	s, n := atom.NewStore(), atom.New(0)
	double := atom.Derive(func(r atom.Reader) int { return 2 * n.Get(r) })
	told := counter(t, s, double)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for i := range 200 {
				e, err := atom.Dispatch(s, n.Edit(func(n *int) { *n++ }))
				if err != nil {
					t.Error(err)
				}
				if i%2 == 0 {
					e.Succeed(s)
				} else {
					e.Drop(s)
				}
				if double.Get(s)%2 != 0 {
					t.Error("odd")
				}
			}
		})
	}
	group.Wait()
	if n.Get(s) != 800 || double.Get(s) != 1600 || n.Pending(s) != 0 {
		t.Errorf("%d, double %d, pending %d", n.Get(s), double.Get(s), n.Pending(s))
	}
	if *told == 0 {
		t.Error("nobody was told")
	}
}

func TestNothingIsSharedBetweenStores(t *testing.T) {
	a := atom.New([]int{1})
	s1, s2 := atom.NewStore(), atom.NewStore()
	a.Update(s1, func(v *[]int) { (*v)[0] = 5; *v = append(*v, 6) })
	if fmt.Sprint(a.Get(s1), a.Get(s2)) != "[5 6] [1]" {
		t.Errorf("%v and %v", a.Get(s1), a.Get(s2))
	}
}

func TestWatchTellsOfEntriesThatChangeNothing(t *testing.T) {
	s, root := atom.NewStore(), atom.New(page{Rows: []line{{ID: 1}, {ID: 2}}})
	rows := atom.Focus(root, func(p *page) *[]line { return &p.Rows })
	one, two := atom.At(rows, 1), atom.At(rows, 2)
	told := map[string]int{}
	for name, a := range map[string]*atom.Atom[line]{"one": one, "two": two} {
		defer s.Watch(a, func() { told[name] += a.Pending(s)*10 + 1 })()
	}
	e, _ := atom.Dispatch(s, one.Edit(func(*line) {}))
	if told["one"] != 11 || told["two"] != 0 {
		t.Errorf("told %v", told)
	}
	e.Succeed(s)
	if told["one"] != 12 || told["two"] != 0 {
		t.Errorf("told %v", told)
	}
}
