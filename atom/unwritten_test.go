package atom

import (
	"errors"
	"strings"
	"testing"
)

func TestWritingOutsideADraftIsFound(t *testing.T) {
	for _, row := range []struct {
		reason string
		write  func(*world)
		path   string
	}{
		{"through a pointer in a list", func(w *world) { w.Refs.At(0).Name = "x" }, "replace /refs/0/name"},
		{"into an element's slice", func(w *world) { w.Items.At(50).Tags[0] = 9 }, "replace /items/50/Tags/0"},
		{"into a Map's value", func(w *world) { v, _ := w.ByInt.Get(1); v.A = 9 }, "replace /byInt/1/a"},
		{"into a plain slice", func(w *world) { w.Each[0].M.Set("a", 9) }, "add /Each/0/M/a"},
		{"through a pointer", func(w *world) { w.In.L.Append(item{}) }, "add /in/L/0"},
		{"not at all", func(w *world) { w.Items.Edit(3).Name = "x"; w.Two[0].Append(1) }, ""}, // a copy's own roots
	} {
		v := &world{Items: *longList(100), Refs: ListOf(&item{ID: "r"}), ByInt: MapOf(map[int8]*part{1: {}}),
			Each: []struct{ M Map[string, int] }{{}}, In: &struct{ L List[item] }{}}
		v.Items.Edit(50).Tags = []int{1}
		v, err := sealed(v)
		if err != nil {
			t.Fatal(err)
		}
		f, err := fingerprintOf(v)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.checkUnwritten(v); err != nil {
			t.Errorf("%s: before anything is written: %v", row.reason, err)
		}
		handed := *v
		row.write(&handed)
		err = f.checkUnwritten(v)
		if row.path == "" && err != nil || row.path != "" && (!errors.Is(err, ErrWritten) || !strings.Contains(err.Error(), row.path)) {
			t.Errorf("%s: error %v, want one with %q", row.reason, err, row.path)
		}
	}
}
