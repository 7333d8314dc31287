//go:build js && wasm && benchdrafts

// The draft engine's side of the benchmark: it gives the page one function
// that runs a case a number of times and returns how long it took.
package main

import (
	"fmt"
	"strconv"
	"syscall/js"
	"time"

	"github.com/atomsaga/atomsaga/atom/draft"
)

type task struct {
	ID    string `atom:"key"`
	Name  string
	Done  bool
	Count int
}

type board struct {
	Title string
	List  draft.List[task]
	Map   draft.Map[string, task]
}

type ten struct {
	ID, Name, Description, Inverse, Vocabulary string
	HasDirection, Hidden                       bool
	Version, Order                             int64
	Weight                                     float64
}

type level struct {
	Name string
	Tags []string
	A, B int
	Next *level
}

// A run is one case: it is repeated, and what it leaves is checked.
type run func()

// cases are made for n elements when they are first asked for.
var cases = map[string]func(n int) run{
	"list edit": func(n int) run {
		v := newBoard(n, true)
		return func() { change(v, func(d *board) { t := d.List.Edit(n / 2); t.Done = !t.Done }, 1) }
	},
	"map edit": func(n int) run {
		v, key := newBoard(n, false), "task-"+strconv.Itoa(n/2)
		return func() { change(v, func(d *board) { t := d.Map.Edit(key); t.Done = !t.Done }, 1) }
	},
	"insert at 0": func(n int) run {
		v := newBoard(n, true)
		return func() { change(v, insert, 1) }
	},
	"remove": func(n int) run {
		v := newBoard(n, true)
		return func() { change(v, remove, 1) }
	},
	"insert, inverse": func(n int) run { return inverse(n, insert) },
	"remove, inverse": func(n int) run { return inverse(n, remove) },
	"struct of 10": func(int) run {
		v := &ten{ID: "a", Name: "b"}
		return func() { change(v, func(d *ten) { d.HasDirection = !d.HasDirection }, 1) }
	},
	"five levels": func(int) run {
		var v *level
		for range 5 {
			v = &level{Name: "n", Tags: []string{"a", "b"}, A: 1, B: 2, Next: v}
		}
		return func() { change(v, func(d *level) { d.Next.Next.Next.Next.Name = "x" }, 1) }
	},
	"edit all": func(n int) run {
		v := newBoard(n, true)
		return func() {
			change(v, func(d *board) {
				for i := range d.List.Len() {
					t := d.List.Edit(i)
					t.Done = !t.Done
				}
			}, n)
		}
	},
	"iterate": func(n int) run {
		v := newBoard(n, true)
		return func() {
			count := 0
			for _, t := range v.List.All() {
				if !t.Done {
					count++
				}
			}
			must(count == n, "iterate")
		}
	},
}

func newBoard(n int, list bool) *board {
	v := &board{Title: "board"}
	tasks, m := make([]task, n), map[string]task{}
	for i := range tasks {
		tasks[i] = task{ID: "task-" + strconv.Itoa(i), Name: "name"}
		m[tasks[i].ID] = tasks[i]
	}
	if list {
		v.List = draft.ListOf(tasks...)
	} else {
		v.Map = draft.MapOf(m)
	}
	return v
}

func insert(d *board) { d.List.Insert(0, task{ID: "new", Name: "new"}) }
func remove(d *board) { d.List.Delete(d.List.Len() / 2) }

func change[T any](v *T, edit func(*T), want int) (*T, draft.Changes) {
	next, c, err := draft.UpdateForBench(v, edit)
	must(err == nil && c.Len() == want && next != v, "changes")
	return next, c
}

func inverse(n int, edit func(*board)) run {
	v := newBoard(n, true)
	next, c := change(v, edit, 1)
	back := c.Inverse()
	return func() {
		was, err := draft.ApplyForBench(next, back)
		must(err == nil && was.List.Len() == n, "inverse")
	}
}

func must(ok bool, what string) {
	if !ok {
		panic(what)
	}
}

func main() {
	made := map[string]run{}
	js.Global().Set("measureOurs", js.FuncOf(func(_ js.Value, args []js.Value) any {
		name, n, times := args[0].String(), args[1].Int(), args[2].Int()
		key := fmt.Sprint(name, n)
		if made[key] == nil {
			made[key] = cases[name](n)
		}
		run := made[key]
		start := time.Now()
		for range times {
			run()
		}
		return float64(time.Since(start).Nanoseconds()) / 1e6
	}))
	js.Global().Set("forgetOurs", js.FuncOf(func(js.Value, []js.Value) any {
		clear(made)
		return nil
	}))
	js.Global().Call("oursIsReady")
	select {}
}
