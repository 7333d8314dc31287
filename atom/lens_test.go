package atom_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
)

type tabs struct {
	Second bool
	X, Y   string
	Ptrs   map[string]*tabs
}

func TestALensThatChoosesByContentIsFoundOut(t *testing.T) {
	s, root := atom.NewStore(), atom.New(tabs{})
	shown := atom.Focus(root, func(v *tabs) *string {
		if v.Second {
			return &v.Y
		}
		return &v.X
	})
	if err := shown.Set(s, "x"); err != nil {
		t.Fatal(err)
	}
	above, err := atom.Dispatch(s, shown.Edit(func(v *string) { *v += "!" }))
	if err != nil {
		t.Fatal(err)
	}
	below, _ := atom.Dispatch(s, atom.Focus(root, func(v *tabs) *string { return &v.Y }).Edit(func(v *string) { *v = "y" }))
	root.Update(s, func(v *tabs) { v.Second = true })
	for name, err := range map[string]error{
		"Set": shown.Set(s, "y"), "Update": shown.Update(s, func(v *string) { *v = "y" }), "Sync": func() error {
			root.SyncUpdate(s, func(v *tabs) { v.Second = true })
			return shown.Sync(s, "y")
		}(),
		"Dispatch": func() error { _, err := atom.Dispatch(s, shown.Edit(func(v *string) { *v = "y" })); return err }(),
	} {
		if !errors.Is(err, atom.ErrLens) || !strings.Contains(err.Error(), "/X") {
			t.Errorf("%s: error %v, want one that names /X", name, err)
		}
	}
	below.Drop(s)
	if got := root.Get(s); got.X != "x!" && got.X != "x" || got.Y != "" {
		t.Errorf("%+v", got)
	}
	above.Drop(s)
	if got := root.Get(s); got.X != "x" || got.Y != "" {
		t.Errorf("%+v", got)
	}
}

func TestALensThatIsNotTheSameInACopyIsFoundOut(t *testing.T) {
	s, root := atom.NewStore(), atom.New(tabs{Ptrs: map[string]*tabs{"a": {X: "a"}, "b": {X: "b"}}})
	turn := "a"
	odd := atom.Focus(root, func(v *tabs) *string {
		at := &v.Ptrs[turn].X
		turn = map[string]string{"a": "b", "b": "a"}[turn]
		return at
	})
	if err := odd.Set(s, "x"); !errors.Is(err, atom.ErrLens) {
		t.Errorf("error %v, want ErrLens", err)
	}
	elsewhere := ""
	out := atom.Focus(root, func(*tabs) *string { return &elsewhere })
	if err := out.Set(s, "x"); !errors.Is(err, atom.ErrLens) {
		t.Errorf("out of the value: error %v, want ErrLens", err)
	}
	if got := root.Get(s); got.Ptrs["a"].X != "a" || got.Ptrs["b"].X != "b" {
		t.Errorf("%+v", got)
	}
	even := atom.Focus(root, func(v *tabs) *string { return &v.Ptrs["b"].X })
	if err := even.Set(s, "x"); err != nil || even.Get(s) != "x" {
		t.Errorf("a lens through a map: %v", err)
	}
}

func TestAStoreTellsOfWritesThatFailed(t *testing.T) {
	s, root := atom.NewStore(), atom.New(map[string]any{})
	var told []string
	remove := s.OnError(func(a atom.Target, err error) { told = append(told, a.String()+": "+err.Error()) })
	loop := map[string]any{}
	loop["loop"] = loop
	gone := atom.Key(root, "gone")
	s.Batch(func(b *atom.Batch) {
		root.Set(b, loop)
		gone.Set(b, 1)
		if len(told) > 0 {
			t.Error("told inside the batch")
		}
	})
	root.Sync(s, loop)
	root.Update(s, func(*map[string]any) { panic("no") })
	if len(told) != 4 || !strings.Contains(told[0], draft.ErrCycle.Error()) || !strings.Contains(told[1], "/gone: ") || !strings.Contains(told[3], "no") {
		t.Errorf("told %q", told)
	}
	remove()
	if gone.Set(s, 1); len(told) != 4 {
		t.Error("told after it was removed")
	}
}
