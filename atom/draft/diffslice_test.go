package draft

import (
	"slices"
	"testing"
)

func TestEditsOfPlainSlices(t *testing.T) {
	keyed := func(ids ...string) (l []item) {
		for _, id := range ids {
			l = append(l, item{ID: id, Name: id})
		}
		return l
	}
	for _, row := range []struct {
		reason string
		from   []item
		edit   func(*[]item)
		want   string
	}{
		{"insert at 0 is one operation", keyed("a", "b", "c"), func(d *[]item) { *d = slices.Insert(*d, 0, item{ID: "x"}) },
			`[{"op":"add","path":"/0","value":{"ID":"x","name":"","Tags":null}}]`},
		{"remove is one operation", keyed("a", "b", "c"), func(d *[]item) { *d = slices.Delete(*d, 0, 1) }, `[{"op":"remove","path":"/0"}]`},
		{"a move", keyed("a", "b", "c"), func(d *[]item) { (*d)[0], (*d)[1], (*d)[2] = (*d)[2], (*d)[0], (*d)[1] }, `[{"op":"move","from":"/2","path":"/0"}]`},
		{"moved and edited", keyed("a", "b"), func(d *[]item) { slices.Reverse(*d); (*d)[0].Name = "x" },
			`[{"op":"move","from":"/1","path":"/0"},{"op":"replace","path":"/0/name","value":"x"}]`},
		{"another identity is another element", keyed("a"), func(d *[]item) { (*d)[0].ID = "b" },
			`[{"op":"remove","path":"/0"},{"op":"add","path":"/0","value":{"ID":"b","name":"a","Tags":null}}]`},
		{"one identity twice", keyed("a", "a", "b"), func(d *[]item) { (*d)[1].Name = "x"; slices.Reverse(*d) },
			`[{"op":"move","from":"/2","path":"/0"},{"op":"replace","path":"/1/name","value":"x"}]`},
	} {
		_, c := edited(t, &row.from, row.edit)
		if got := patchText(t, c); got != row.want {
			t.Errorf("%s: patch %s\nwant %s", row.reason, got, row.want)
		}
	}
	plain := []part{{A: 1}, {A: 2}, {A: 3}, {A: 4}}
	for _, row := range []struct {
		reason string
		edit   func(*[]part)
		want   string
	}{
		{"insert at 0", func(d *[]part) { *d = slices.Insert(*d, 0, part{}) }, `[{"op":"add","path":"/0","value":{"a":0}}]`},
		{"remove two apart", func(d *[]part) { *d = []part{(*d)[1], (*d)[3]} }, `[{"op":"remove","path":"/2"},{"op":"remove","path":"/0"}]`},
		{"two edited in place", func(d *[]part) { (*d)[0].A, (*d)[2].A = 7, 8 }, `[{"op":"replace","path":"/0/a","value":7},{"op":"replace","path":"/2/a","value":8}]`},
		{"edited and inserted", func(d *[]part) { (*d)[3].B = "x"; *d = slices.Insert(*d, 1, part{A: 9}) },
			`[{"op":"add","path":"/1","value":{"a":9}},{"op":"add","path":"/4/b","value":"x"}]`},
	} {
		if _, c := edited(t, &plain, row.edit); patchText(t, c) != row.want {
			t.Errorf("%s: patch %s\nwant %s", row.reason, patchText(t, c), row.want)
		}
	}
}

// Changes are re-applied to values that are not the one they were made from.
func TestElementsAreFoundByIdentity(t *testing.T) {
	base := []item{{ID: "a"}, {ID: "b"}, {ID: "c"}}
	rename := func(d *[]item) { (*d)[1].Name = "new" }
	insert := func(d *[]item) { *d = slices.Insert(*d, 2, item{ID: "x"}) }
	remove := func(d *[]item) { *d = slices.Delete(*d, 1, 2) }
	move := func(d *[]item) { e := (*d)[0]; *d = append((*d)[1:], e) }
	for _, row := range []struct {
		reason string
		edit   func(*[]item)
		on     []item
		want   string // the ids, or "" for an error; a renamed one in brackets
	}{
		{"renamed where it is now", rename, []item{{ID: "x"}, {ID: "a"}, {ID: "b"}}, "x a [b]"},
		{"renamed, but gone", rename, []item{{ID: "a"}, {ID: "c"}}, ""},
		{"inserted behind the one it was behind", insert, []item{{ID: "b"}, {ID: "c"}, {ID: "d"}, {ID: "a"}}, "b x c d a"},
		{"inserted where that one is gone", insert, []item{{ID: "a"}, {ID: "c"}, {ID: "d"}}, "a c x d"},
		{"inserted into nothing", insert, nil, "x"},
		{"removed where it is now", remove, []item{{ID: "b"}, {ID: "a"}}, "a"},
		{"removed, but gone", remove, []item{{ID: "a"}, {ID: "c"}}, ""},
		{"moved from where it is now", move, []item{{ID: "x"}, {ID: "c"}, {ID: "a"}, {ID: "b"}}, "x c a b"},
	} {
		_, c := edited(t, &base, row.edit)
		got, err := Apply(row.on, c)
		ids := ""
		for i, e := range got {
			if i > 0 {
				ids += " "
			}
			if e.Name != "" {
				e.ID = "[" + e.ID + "]"
			}
			ids += e.ID
		}
		if row.want == "" && err == nil || row.want != "" && (err != nil || ids != row.want) {
			t.Errorf("%s: %q, %v, want %q", row.reason, ids, err, row.want)
		}
	}
}
