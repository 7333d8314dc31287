package draft

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/internal/cases"
)

func TestRandomEditsOfCollections(t *testing.T) {
	cases.Check(t, func(t *rapid.T) { randomEdits[collectionsEverywhere](t) })
	t.Run("as roots", func(t *testing.T) {
		cases.Check(t, func(t *rapid.T) { randomEdits[List[item]](t) })
		cases.Check(t, func(t *rapid.T) { randomEdits[List[int]](t) })
		cases.Check(t, func(t *rapid.T) { randomEdits[Map[string, row]](t) })
	})
}

// longList is a list of n items, sealed.
func longList(n int) *List[item] {
	l := ListOf[item]()
	for i := range n {
		l.Append(item{ID: strconv.Itoa(i)})
	}
	s, err := Seal(&l)
	if err != nil {
		panic(err)
	}
	return s
}

// Lists of thousands of elements, edited a lot and in one place, against slices.
func TestRandomEditsOfLongLists(t *testing.T) {
	cases.Check(t, func(t *rapid.T) {
		s := newGenerator(t)
		n := []int{0, 5, 33, 300, 1200}[s.n(4, "size")]
		prev := longList(n)
		model := slices.Collect(prev.Values())
		if s.n(1, "indexed") == 1 {
			prev.Index("0")
		}
		next, _ := edited(t, prev, func(d *List[item]) { editLong(s, d, &model) })
		if got := slices.Collect(next.Values()); !slices.EqualFunc(got, model, func(a, b item) bool { return a.ID == b.ID && a.Name == b.Name }) {
			t.Fatalf("got %v, want %v", got, model)
		}
		for i, e := range model {
			if next.Index(e.ID) != i {
				t.Fatalf("Index(%q) = %d, want %d", e.ID, next.Index(e.ID), i)
			}
		}
	})
}

func editLong(s *generator, d *List[item], model *[]item) {
	for k := range s.n(4, "bursts") {
		at, what, n := s.n(100, "where"), s.n(6, "what"), 1+s.n(60, "times")
		for j := range n {
			at := at * len(*model) / 100
			if what == 5 {
				at = j * len(*model) / n
			}
			id := strconv.Itoa(k) + "/" + strconv.Itoa(j)
			if what == 0 || len(*model) == 0 {
				*model = slices.Insert(*model, at, item{ID: id})
				d.Insert(at, item{ID: id})
				continue
			}
			at = min(at, len(*model)-1)
			switch what {
			case 1, 2:
				*model = slices.Delete(*model, at, at+1)
				d.Delete(at)
			case 3:
				to := (at*7 + j*13) % len(*model)
				e := (*model)[at]
				*model = slices.Insert(slices.Delete(*model, at, at+1), to, e)
				d.Move(at, to)
			case 4, 5:
				(*model)[at].Name += "x"
				d.Edit(at).Name += "x"
			case 6:
				(*model)[at] = item{ID: id}
				d.Set(at, item{ID: id})
			}
		}
	}
}

func TestEditPointerSurvivesInserts(t *testing.T) {
	prev := longList(100)
	next, c := edited(t, prev, func(d *List[item]) {
		p := d.Edit(50)
		for i := range 40 {
			d.Insert(i, item{ID: "new" + strconv.Itoa(i)})
		}
		d.Delete(0)
		d.Move(88, 2)
		p.Name = "edited"
		if q := d.Edit(d.Index("50")); p != q {
			t.Errorf("two Edits of one element are two drafts")
		}
		if at := d.Index("50"); at < 0 || d.At(at).Name != "edited" {
			t.Errorf("the draft does not show the edit at %d", at)
		}
	})
	if i := next.Index("50"); next.At(i).Name != "edited" {
		t.Errorf("the edit is lost: %v", next.At(i))
	}
	if strings.Count(patchText(t, c), `"replace"`) != 1 {
		t.Errorf("changes\n%s", c)
	}
}

func TestOneListAssignedToTwoFields(t *testing.T) {
	prev := &collectionsEverywhere{Items: *longList(40), Twin: ListOf(item{ID: "z"})}
	next, _ := edited(t, prev, func(d *collectionsEverywhere) {
		d.Items.Insert(0, item{ID: "first"})
		d.Twin = d.Items // a copy, as of a slice's header and elements both
		d.Items.Insert(0, item{ID: "only in Items"})
		d.Twin.Delete(5)
		d.Items.Edit(3).Name = "only in Items"
		d.Twin.Edit(3).Name = "only in Twin"
	})
	if next.Items.Len() != 42 || next.Twin.Len() != 40 || next.Items.At(0).ID != "only in Items" || next.Twin.At(0).ID != "first" ||
		next.Items.At(4).Name != "" || next.Items.At(3).Name != "only in Items" || next.Twin.At(3).Name != "only in Twin" || next.Twin.At(2).Name != "" {
		t.Errorf("Items %v\nTwin %v", next.Items, next.Twin)
	}
	again, c := edited(t, next, func(d *collectionsEverywhere) { d.Items, d.Twin = d.Twin, d.Items })
	if !Equal(&again.Items, &next.Twin) || !Equal(&again.Twin, &next.Items) || c.Empty() {
		t.Errorf("swapped lists are %v and %v", again.Items, again.Twin)
	}
}

func TestElementPutBackIsADraft(t *testing.T) {
	prev := &collectionsEverywhere{Parts: ListOf(part{C: &part{A: 1}}, part{}), ByInt: MapOf(map[int8]*part{1: {A: 1}})}
	next, _ := edited(t, prev, func(d *collectionsEverywhere) {
		e := d.Parts.At(0)
		d.Parts.Delete(0)
		d.Parts.Insert(1, e)
		d.Parts.Edit(1).C.A = 2
		v, _ := d.ByInt.Get(1)
		d.ByInt.Set(2, v)
		(*d.ByInt.Edit(2)).A = 2
	})
	if next.Parts.At(1).C.A != 2 {
		t.Errorf("the edit is lost: %s", show(next))
	}
}

func TestCopiesOfAListAreIndependent(t *testing.T) {
	a := ListOf(1, 2, 3)
	a.Set(0, 10)
	b := a
	a.Set(1, 20)
	c := b
	b.Append(4)
	a.Delete(0)
	for _, row := range []struct {
		list List[int]
		want string
	}{{a, "[20 3]"}, {b, "[10 2 3 4]"}, {c, "[10 2 3]"}} {
		if got := row.list.String(); got != row.want {
			t.Errorf("got %s, want %s", got, row.want)
		}
	}
}

func TestKeptCollectionCorruptsNothing(t *testing.T) {
	prev := &collectionsEverywhere{Items: *longList(100), ByKey: MapOf(map[string]part{"a": {A: 1}})}
	var kept *collectionsEverywhere
	var elem, added *item
	var entry *part
	next, c := edited(t, prev, func(d *collectionsEverywhere) {
		kept, elem = d, d.Items.Edit(7)
		elem.Name = "x"
		elem.Tags = []int{1}
		d.Items.Append(item{ID: "new", Tags: []int{1}})
		added = d.Items.Edit(100)
		entry = d.ByKey.Edit("a")
		entry.A = 2
	})
	want, text := copyOf(t, next), patchText(t, c)
	elem.Name, elem.Tags[0], added.Tags[0], entry.A = "y", 2, 2, 3
	kept.Items.Edit(8).Name = "y"
	kept.Items.Delete(0)
	kept.Items.Edit(7).Name = "z"
	kept.Items.Insert(0, item{ID: "0'"})
	kept.ByKey.Set("b", part{})
	kept.ByKey.Edit("a").A = 4
	if !Equal(next, want) || patchText(t, c) != text {
		t.Errorf("the next value or the record changed:\n%s\n%s", show(next), c)
	}
	checkChanges(t, prev, next, c)
	n, c2 := edited(t, next, func(d *collectionsEverywhere) { d.Items = kept.Items })
	if n.Items.Len() != 101 || n.Items.At(0).ID != "0'" || c2.Empty() {
		t.Errorf("a kept list that is put into a later draft is %v", n.Items)
	}
}

func TestCollectionsNothingChanged(t *testing.T) {
	prev := &collectionsEverywhere{Items: *longList(100), ByKey: MapOf(map[string]part{"a": {A: 1}, "b": {}})}
	for _, row := range []struct {
		reason string
		edit   func(*collectionsEverywhere)
	}{
		{"Edit without a write", func(d *collectionsEverywhere) { d.Items.Edit(5); d.ByKey.Edit("a") }},
		{"the same set again", func(d *collectionsEverywhere) { d.Items.Set(5, d.Items.At(5)); d.ByKey.Set("a", part{A: 1}) }},
		{"add, then remove", func(d *collectionsEverywhere) {
			d.Items.Append(item{})
			d.Items.Delete(100)
			d.ByKey.Set("c", part{})
			d.ByKey.Delete("c")
		}},
		{"delete, then set, one key", func(d *collectionsEverywhere) { d.ByKey.Delete("a"); d.ByKey.Set("a", part{A: 1}) }},
		{"delete, then insert, one element", func(d *collectionsEverywhere) { e := d.Items.At(3); d.Items.Delete(3); d.Items.Insert(3, e) }},
		{"there and back", func(d *collectionsEverywhere) { d.Items.Move(3, 70); d.Items.Move(70, 3) }},
		{"clear, and all again", func(d *collectionsEverywhere) {
			l := slices.Collect(d.Items.Values())
			d.Items.Clear()
			d.Items.Append(l...)
			m := d.ByKey
			d.ByKey.Clear()
			for k, v := range m.All() {
				d.ByKey.Set(k, v)
			}
		}},
		{"made anew", func(d *collectionsEverywhere) { d.Items = ListOf(slices.Collect(d.Items.Values())...) }},
	} {
		if next, c := edited(t, prev, row.edit); next != prev || !c.Empty() {
			t.Errorf("%s: %s", row.reason, c)
		}
	}
}

func TestEditsOfCollections(t *testing.T) {
	items := func(n int) List[item] { return *longList(n) }
	base := collectionsEverywhere{Items: items(3), ByKey: MapOf(map[string]part{"a": {A: 1}}), Rows: ListOf(row{ID: 1, Named: MapOf(map[string]row0{"x": {}})})}
	for _, row := range []struct {
		reason string
		edit   func(*collectionsEverywhere)
		want   string
	}{
		{"insert at 0", func(d *collectionsEverywhere) { d.Items.Insert(0, item{ID: "x"}) }, `[{"op":"add","path":"/items/0","value":{"ID":"x","name":"","Tags":null}}]`},
		{"remove", func(d *collectionsEverywhere) { d.Items.Delete(1) }, `[{"op":"remove","path":"/items/1"}]`},
		{"move", func(d *collectionsEverywhere) { d.Items.Move(0, 2) }, `[{"op":"move","from":"/items/0","path":"/items/2"}]`},
		{"edit", func(d *collectionsEverywhere) { d.Items.Edit(1).Name = "x" }, `[{"op":"replace","path":"/items/1/name","value":"x"}]`},
		{"set: what is the same stays", func(d *collectionsEverywhere) { d.Items.Set(1, item{ID: "1", Name: "x"}) }, `[{"op":"replace","path":"/items/1/name","value":"x"}]`},
		{"delete then set of one key", func(d *collectionsEverywhere) { d.ByKey.Delete("a"); d.ByKey.Set("a", part{A: 2}) }, `[{"op":"replace","path":"/by~1key/a/a","value":2}]`},
		{"a first entry of what was left out", func(d *collectionsEverywhere) { d.ByInt.Set(1, &part{}) }, `[{"op":"add","path":"/byInt","value":{"1":{"a":0}}}]`},
		{"a list in a map in a list", func(d *collectionsEverywhere) { d.Rows.Edit(0).Named.Edit("x").L.Append(part{A: 1}) }, `[{"op":"add","path":"/rows/0/Named/x/L/0","value":{"a":1}}]`},
		{"keys in order", func(d *collectionsEverywhere) { d.ByKey.Set("~", part{}); d.ByKey.Set("", part{}) },
			`[{"op":"add","path":"/by~1key/","value":{"a":0}},{"op":"add","path":"/by~1key/~0","value":{"a":0}}]`},
		{"text keys", func(d *collectionsEverywhere) { d.ByText.Set(255, []int{}) }, `[{"op":"add","path":"/byText/ff","value":[]}]`},
	} {
		if _, c := edited(t, &base, row.edit); patchText(t, c) != row.want {
			t.Errorf("%s: patch %s\nwant %s", row.reason, patchText(t, c), row.want)
		}
	}
}

func TestRangesSeeASnapshot(t *testing.T) {
	edited(t, longList(100), func(d *List[item]) {
		d.Edit(1).Name = "before"
		first, seen := d.Edit(1), 0
		for i, e := range d.All() {
			if e.ID != strconv.Itoa(i) {
				t.Fatalf("element %d is %s", i, e.ID)
			}
			if i%2 == 0 {
				d.Delete(d.Index(e.ID))
			}
			seen++
		}
		if seen != 100 || d.Len() != 50 {
			t.Errorf("%d seen, %d left", seen, d.Len())
		}
		if d.Edit(0) != first {
			t.Errorf("an Edit pointer is lost by a range")
		}
	})
}
