package atom_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/atomsaga/atomsaga/atom"
)

type Graph struct {
	Title string
	Kinds map[string]Kind
}

type Kind struct {
	Name         string
	HasDirection bool
}

// The definitions of an application: package variables.
var (
	graph    = atom.New(Graph{Title: "Relations", Kinds: map[string]Kind{"knows": {Name: "knows"}}})
	title    = atom.Focus(graph, func(g *Graph) *string { return &g.Title })
	kinds    = atom.Focus(graph, func(g *Graph) *map[string]Kind { return &g.Kinds })
	kindByID = atom.NewFamily(func(id string) *atom.Atom[Kind] { return atom.Key(kinds, id) })
	count    = atom.Derive(func(r atom.Reader) int { return len(kinds.Get(r)) })
)

func Example() {
	store := atom.NewStore()
	stop := store.Subscribe(title, func() { fmt.Println("the title is", title.Get(store)) })
	defer stop()

	graph.Update(store, func(g *Graph) {
		g.Title = "Kinds of relations"
		g.Kinds["owns"] = Kind{Name: "owns", HasDirection: true}
	})
	fmt.Println(count.Get(store), "kinds")
	// Output:
	// the title is Kinds of relations
	// 2 kinds
}

// Two changes overlap. The first fails, and the second stays.
func ExampleDispatch() {
	store := atom.NewStore()
	votes := atom.New(10)

	mine, _ := atom.Dispatch(store, votes.Edit(func(n *int) { *n++ }))
	yours, _ := atom.Dispatch(store, votes.Edit(func(n *int) { *n += 5 }))
	fmt.Println("both show:", votes.Get(store))

	yours.Succeed(store)
	mine.Drop(store)
	fmt.Println("mine has failed:", votes.Get(store))
	// Output:
	// both show: 16
	// mine has failed: 15
}

func ExampleAtom_Sync() {
	store := atom.NewStore()
	votes := atom.New(10)

	mine, _ := atom.Dispatch(store, votes.Edit(func(n *int) { *n++ }))
	votes.Sync(store, 20) // the server says that it is 20
	fmt.Println("mine is still there:", votes.Get(store))

	mine.Drop(store)
	fmt.Println("mine has failed:", votes.Get(store))
	// Output:
	// mine is still there: 21
	// mine has failed: 20
}

func ExampleFocus() {
	store := atom.NewStore()
	title.Set(store, "One place")
	fmt.Println(graph.Get(store).Title)
	// Output: One place
}

func ExampleKey() {
	store := atom.NewStore()
	knows, nothing := kindByID.Of("knows"), kindByID.Of("nothing")

	knows.Update(store, func(k *Kind) { k.HasDirection = true })
	fmt.Println(graph.Get(store).Kinds["knows"])

	_, exists := nothing.Lookup(store)
	err := nothing.Set(store, Kind{})
	fmt.Println(exists, errors.Is(err, atom.ErrMissing))
	// Output:
	// {knows true}
	// false true
}

func ExampleAt() {
	type Task struct {
		ID   string `atom:"key"`
		Done bool
	}
	store := atom.NewStore()
	tasks := atom.New([]Task{{ID: "a"}, {ID: "b"}})
	b := atom.At(tasks, "b")

	b.Update(store, func(t *Task) { t.Done = true })
	tasks.Update(store, func(ts *[]Task) { *ts = append([]Task{{ID: "new"}}, *ts...) })
	fmt.Println(b.Get(store), tasks.Get(store))
	// Output: {b true} [{new false} {a false} {b true}]
}

func ExampleStore_Batch() {
	store := atom.NewStore()
	defer store.Subscribe(count, func() { fmt.Println("told once:", count.Get(store)) })()

	store.Batch(func(b *atom.Batch) {
		kinds.Update(b, func(m *map[string]Kind) { (*m)["x"] = Kind{} })
		kinds.Update(b, func(m *map[string]Kind) { (*m)["y"] = Kind{} })
	})
	// Output: told once: 3
}

func ExampleDerive() {
	store := atom.NewStore()
	directed := atom.Derive(func(r atom.Reader) (n int) {
		for _, k := range kinds.Get(r) {
			if k.HasDirection {
				n++
			}
		}
		return n
	})
	fmt.Println(directed.Get(store))
	kindByID.Of("knows").Update(store, func(k *Kind) { k.HasDirection = true })
	fmt.Println(directed.Get(store))
	// Output:
	// 0
	// 1
}

func ExampleAsync() {
	store := atom.NewStore()
	user := atom.New("ada")
	greeting := atom.Async(func(ctx context.Context, r atom.Reader) (string, error) {
		return "hello " + user.Get(r), nil // a request, which ctx aborts
	})

	text, err := greeting.Load(context.Background(), store)
	fmt.Println(text, err)

	greeting.Value().Update(store, func(s *string) { *s += "!" }) // everyone sees it
	fmt.Println(greeting.Get(store).Value)
	// Output:
	// hello ada <nil>
	// hello ada!
}

func ExampleAtom_SetInitial() {
	store := atom.NewStore()
	dark := atom.New(true)

	fmt.Println(dark.Get(store))
	// The query has loaded: false is a value as good as any.
	dark.SetInitial(store, false)
	fmt.Println(dark.Get(store))
	// Once only: what comes later belongs to Sync.
	dark.SetInitial(store, true)
	fmt.Println(dark.Get(store))
	// Output:
	// true
	// false
	// false
}

func ExampleDebug() {
	store, words := atom.NewStore(), atom.New(map[string]int{"one": 1})
	atom.Debug(store)

	words.Get(store)["two"] = 2 // not in an update: nobody is told

	defer func() { fmt.Println(errors.Is(recover().(error), atom.ErrWritten)) }()
	title.Set(store, "Relations") // panics: ... atom 7, a map[string]int: add /two 2
	// Output: true
}
