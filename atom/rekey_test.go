package atom_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
)

type errand struct {
	ID   string `json:"id" atom:"key"`
	Name string `json:"name"`
	Done bool   `json:"done"`
}

// A page adds a row under a temporary key, and edits it. The feed has the row under its
// real one, and the edit goes on there; when it fails, it alone is taken back.
func ExampleRekey() {
	rows := atom.New([]errand{{ID: "1", Name: "first"}})
	s := atom.NewStore()
	show := func(what string) { fmt.Println(what, rows.Get(s)) }

	add, _ := atom.Dispatch(s, rows.Edit(func(all *[]errand) { *all = append(*all, errand{ID: "tmp", Name: "new"}) }))
	row := atom.At(rows, "tmp") // which a component shows
	done, _ := atom.Dispatch(s, row.Edit(func(t *errand) { t.Done = true }))
	show("shown:")

	s.Batch(func(b *atom.Batch) {
		atom.Rekey(b, rows, "tmp", "2")
		rows.SyncFunc(b, func(base []errand) ([]errand, error) {
			return append(slices.Clone(base), errand{ID: "2", Name: "New"}), nil
		}, add)
	})
	show("known:")
	fmt.Println("the row:", row.Get(s))
	fmt.Println("pending:", row.Pending(s))

	done.Drop(s) // its effect has failed
	show("failed:")

	// Output:
	// shown: [{1 first false} {tmp new true}]
	// known: [{1 first false} {2 New true}]
	// the row: {2 New true}
	// pending: 1
	// failed: [{1 first false} {2 New false}]
}

func TestRekeyDoesNothingASecondTime(t *testing.T) {
	s, rows := atom.NewStore(), atom.New([]errand{{ID: "tmp"}, {ID: "b"}})
	for range 2 {
		if err := atom.Rekey(s, rows, "tmp", "a"); err != nil {
			t.Fatal(err)
		}
	}
	if got := fmt.Sprint(rows.Get(s)); got != "[{a  false} {b  false}]" {
		t.Error(got)
	}
	for _, to := range []string{"b", "tmp"} {
		if err := atom.Rekey(s, rows, "a", to); !errors.Is(err, atom.ErrKeyTaken) {
			t.Errorf("to %s: %v", to, err)
		}
	}
	if err := atom.Rekey(s, rows, 1, 2); !errors.Is(err, draft.ErrType) {
		t.Error(err)
	}
}

// What a server is told of an entry that was dispatched before names the new key, also
// when it is the element itself that the entry has added.
func TestWhatIsSentNamesTheNewKey(t *testing.T) {
	s, rows := atom.NewStore(), atom.New([]errand{{ID: "1"}})
	add, _ := atom.Dispatch(s, rows.Edit(func(all *[]errand) { *all = append(*all, errand{ID: "tmp"}) }))
	do, _ := atom.Dispatch(s, rows.Edit(func(all *[]errand) {
		if i := slices.IndexFunc(*all, func(e errand) bool { return e.ID == "tmp" }); i >= 0 {
			(*all)[i].Done = true
		}
	}))
	add.PinPatch(s)
	if err := atom.Rekey(s, rows, "tmp", "2"); err != nil {
		t.Fatal(err)
	}
	for e, want := range map[*atom.Entry]string{
		add: `[{"op":"test","path":"/0/id","value":"1"},{"op":"add","path":"/1","value":{"id":"2","name":"","done":false}}]`,
		do:  `[{"op":"test","path":"/1/id","value":"2"},{"op":"replace","path":"/1/done","value":true}]`,
	} {
		got, err := e.Patch(s, 0).GuardedPatch(e.Before(s, 0))
		if err != nil || string(got) != want {
			t.Errorf("sent is %s, %v, want\n%s", got, err, want)
		}
	}
}

// One atom may be in several stores, and is renamed in one of them.
func TestRekeyIsOfOneStore(t *testing.T) {
	rows := atom.New([]errand{{ID: "tmp"}})
	s, other, row := atom.NewStore(), atom.NewStore(), atom.At(rows, "tmp")
	if err := atom.Rekey(s, rows, "tmp", "2"); err != nil {
		t.Fatal(err)
	}
	if got, there := row.Get(s), row.Get(other); got.ID != "2" || there.ID != "tmp" {
		t.Errorf("it is %v, and %v in the other store", got, there)
	}
	if got := atom.Current(s, row).String(); got != atom.At(rows, "2").String() || atom.Current(other, row) != atom.Target(row) {
		t.Errorf("it is called %s", got)
	}
}

// Elements that are pointers have atoms, as others have.
func TestAnElementThatIsAPointerHasAnAtom(t *testing.T) {
	s, rows := atom.NewStore(), atom.New([]*errand{{ID: "a", Name: "one"}})
	if got := atom.At(rows, "a").Get(s); got == nil || got.Name != "one" {
		t.Errorf("it is %v", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("a key of another type is taken")
		}
	}()
	atom.At(rows, 1)
}
