package atom_test

import (
	"errors"
	"fmt"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
)

// One atom for each row, made when somebody asks for it.
func ExampleFamily() {
	store := atom.NewStore()
	kinds := atom.New(map[string]string{"knows": "knows"})
	kindByID := atom.NewFamily(func(id string) *atom.Atom[string] { return atom.Key(kinds, id) })

	knows := kindByID.Of("knows")
	fmt.Println(kindByID.Of("knows") == knows)
	knows.Set(store, "is known by")
	fmt.Println(kinds.Get(store))
	// Output:
	// true
	// map[knows:is known by]
}

// A Map of many rows: a write to one of them copies little.
func ExampleMapKey() {
	store := atom.NewStore()
	rows := atom.New(draft.MapOf(map[string]int{"a": 1, "b": 2}))
	a := atom.MapKey(rows, "a")

	a.Update(store, func(n *int) { *n += 10 })
	fmt.Println(a.Get(store), rows.Get(store))
	// Output:
	// 11 map[a:11 b:2]
}

// An element of a List stays itself when others come and go.
func ExampleListAt() {
	type row struct {
		ID   string `atom:"key"`
		Name string
	}
	store := atom.NewStore()
	rows := atom.New(draft.ListOf(row{"a", "Ada"}, row{"b", "Bob"}))
	bob := atom.ListAt(rows, "b")

	rows.Update(store, func(l *atom.List[row]) { l.Delete(0) })
	bob.Update(store, func(r *row) { r.Name = "Robert" })
	fmt.Println(rows.Get(store))
	// Output:
	// [{b Robert}]
}

// An element that is not there is missing: it can be read, and not written.
func ExampleAtom_Lookup() {
	store := atom.NewStore()
	a := atom.Key(atom.New(map[string]int{}), "a")

	value, ok := a.Lookup(store)
	fmt.Println(value, ok)
	fmt.Println(errors.Is(a.Set(store, 1), atom.ErrMissing))
	// Output:
	// 0 false
	// true
}

// The server's value says which changes it has: they are not made again.
func ExampleAtom_SyncFunc() {
	store, count := atom.NewStore(), atom.New(0)
	mine, _ := atom.Dispatch(store, count.Edit(func(n *int) { *n++ }))
	atom.Dispatch(store, count.Edit(func(n *int) { *n += 10 }))
	fmt.Println("before:", count.Get(store))

	count.SyncFunc(store, func(int) (int, error) { return 101, nil }, mine) // 100, and mine
	fmt.Println("after: ", count.Get(store))
	// Output:
	// before: 11
	// after:  111
}

// Subscribers are called once for a batch, and only when the value is another one.
func ExampleStore_Subscribe() {
	store, count := atom.NewStore(), atom.New(0)
	stop := store.Subscribe(count, func() { fmt.Println("it is", count.Get(store)) })

	count.Set(store, 1)
	count.Set(store, 1)
	store.Batch(func(b *atom.Batch) {
		count.Set(b, 2)
		count.Set(b, 3)
	})
	stop()
	count.Set(store, 4)
	// Output:
	// it is 1
	// it is 3
}

// Watch tells of the state of changes as well: here that one is no longer pending.
func ExampleStore_Watch() {
	store, done := atom.NewStore(), atom.New(false)
	store.Watch(done, func() { fmt.Println(done.Get(store), done.Pending(store), "pending") })

	entry, _ := atom.Dispatch(store, done.Edit(func(d *bool) { *d = true }))
	entry.Succeed(store)
	// Output:
	// true 1 pending
	// true 0 pending
}

// Dropping an entry takes back what it did, and nothing else.
func ExampleEntry_Drop() {
	store, words := atom.NewStore(), atom.New([]string{})
	appended := func(word string) *atom.Edit {
		return words.Edit(func(w *[]string) { *w = append(*w, word) })
	}
	one, _ := atom.Dispatch(store, appended("one"))
	atom.Dispatch(store, appended("two"))
	fmt.Println(words.Get(store), one.Live(store))

	one.Drop(store)
	fmt.Println(words.Get(store), one.Live(store))
	fmt.Println(errors.Is(one.Succeed(store), atom.ErrDropped))
	// Output:
	// [one two] true
	// [two] false
	// true
}

// The patch of an entry is what a server is sent.
func ExampleEntry_Patch() {
	type kind struct {
		Name string `json:"name"`
	}
	store, knows := atom.NewStore(), atom.New(kind{"knows"})
	entry, _ := atom.Dispatch(store, knows.Edit(func(k *kind) { k.Name = "is known by" }))

	patch, _ := entry.Patch(store, 0).JSONPatch()
	fmt.Println(string(patch))
	// Output:
	// [{"op":"replace","path":"/name","value":"is known by"}]
}

// A change whose target has gone cannot be applied again.
func ExampleStore_OnConflict() {
	store, rows := atom.NewStore(), atom.New(map[string]int{"a": 1})
	store.OnConflict(func(c atom.Conflict) { fmt.Println(c.Path, "had become", c.Mine, "and", c.Err) })
	atom.Dispatch(store, atom.Key(rows, "a").Edit(func(n *int) { *n = 2 }))

	rows.Sync(store, map[string]int{}) // as the server has it
	fmt.Println(rows.Get(store))
	// Output:
	// /a had become 2 and atom: no such element: /a
	// map[]
}

// A write that has changed nothing is not lost without a word.
func ExampleStore_OnError() {
	store, rows := atom.NewStore(), atom.New(map[string]int{})
	store.OnError(func(_ atom.Target, err error) { fmt.Println(err) })

	atom.Key(rows, "a").Set(store, 1)
	// Output:
	// atom: no such element: /a
}

// A package that builds on atoms keeps what belongs to a store with the store.
func ExampleStoreValue() {
	type cacheKey struct{}
	cacheOf := func(r atom.Reader) *[]string {
		return atom.StoreValue(r, cacheKey{}, func() *[]string { return new([]string) })
	}
	one, other := atom.NewStore(), atom.NewStore()
	*cacheOf(one) = append(*cacheOf(one), "kept")
	fmt.Println(*cacheOf(one), *cacheOf(other))
	// Output:
	// [kept] []
}

// A whole overlaps its parts, and two parts do not overlap each other.
func ExampleOverlap() {
	rows := atom.New(map[string]int{})
	a, b := atom.Key(rows, "a"), atom.Key(rows, "b")
	fmt.Println(atom.Overlap(rows, a), atom.Overlap(a, b))
	// Output:
	// true false
}
