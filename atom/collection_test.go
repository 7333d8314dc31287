package atom

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// world has collections in every place where they may stand.
type world struct {
	Items  List[item]        `json:"items"`
	Parts  List[part]        `json:"parts,omitzero"`
	Nums   List[int]         `json:"nums"`
	Refs   List[*item]       `json:"refs"`
	ByKey  Map[string, part] `json:"by/key"`
	ByInt  Map[int8, *part]  `json:"byInt,omitzero"`
	ByText Map[hex, []int]   `json:"byText"`
	Rows   List[row]         `json:"rows"`
	Deep   Map[string, Map[uint16, List[int]]]
	In     *struct{ L List[item] } `json:"in,omitempty"`
	Each   []struct{ M Map[string, int] }
	Two    [2]List[int]
	Twin   List[item] `json:"-"`
}

type row struct {
	ID    int `atom:"key"`
	Cells List[item]
	Named Map[string, row0]
	Tags  []string
}

type row0 struct{ L List[part] }

func (l *List[E]) fill(s *scramble) {
	*l = List[E]{}
	for range s.n(max(0, 4-s.depth), "len") {
		var e E
		s.fill(reflect.ValueOf(&e).Elem())
		l.Append(e)
	}
}

func (l *List[E]) change(s *scramble) {
	n := l.Len()
	value := func() (e E) {
		s.fill(reflect.ValueOf(&e).Elem())
		return e
	}
	switch what := s.n(19, "edit"); {
	case what == 0:
		s.fill(reflect.ValueOf(l).Elem())
	case what == 1:
		l.Clear()
	case what < 6 || n == 0:
		l.Insert(s.n(n, "at"), value())
	case what < 9:
		l.Delete(s.n(n-1, "at"))
	case what < 11:
		l.Move(s.n(n-1, "from"), s.n(n-1, "to"))
	case what < 13:
		l.Set(s.n(n-1, "at"), value())
	case what == 13:
		i := s.n(n-1, "at")
		e := l.At(i)
		l.Delete(i)
		l.Insert(s.n(n-1, "to"), e)
	default:
		s.change(reflect.ValueOf(l.Edit(s.n(n-1, "at"))).Elem())
	}
}

func (m *Map[K, V]) fill(s *scramble) {
	*m = Map[K, V]{}
	for range s.n(max(0, 4-s.depth), "len") {
		var k K
		var v V
		s.fill(reflect.ValueOf(&k).Elem())
		s.fill(reflect.ValueOf(&v).Elem())
		m.Set(k, v)
	}
}

func (m *Map[K, V]) change(s *scramble) {
	var k K
	var v V
	s.fill(reflect.ValueOf(&k).Elem())
	if n := m.Len(); n > 0 && s.n(2, "existing") > 0 {
		k = slices.Collect(m.Keys())[s.n(n-1, "which")]
	}
	switch what := s.n(9, "edit"); {
	case what == 0:
		s.fill(reflect.ValueOf(m).Elem())
	case what == 1:
		m.Clear()
	case what < 4:
		m.Delete(k)
	case what < 6 || !m.Has(k):
		s.fill(reflect.ValueOf(&v).Elem())
		m.Set(k, v)
	default:
		s.change(reflect.ValueOf(m.Edit(k)).Elem())
	}
}

func TestRandomEditsOfCollections(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { randomEdits[world](t) })
	t.Run("as roots", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) { randomEdits[List[item]](t) })
		rapid.Check(t, func(t *rapid.T) { randomEdits[List[int]](t) })
		rapid.Check(t, func(t *rapid.T) { randomEdits[Map[string, row]](t) })
	})
}

// longList is a list of n items, sealed.
func longList(n int) *List[item] {
	l := ListOf[item]()
	for i := range n {
		l.Append(item{ID: strconv.Itoa(i)})
	}
	s, err := sealed(&l)
	if err != nil {
		panic(err)
	}
	return s
}

// Lists of thousands of elements, edited a lot and in one place, against slices.
func TestRandomEditsOfLongLists(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := scrambleOf(t)
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

func editLong(s *scramble, d *List[item], model *[]item) {
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

// The tree itself: it holds what a slice would, it stays a tree, and versions
// do not see each other's edits.
func TestTreesAgainstSlices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type version struct {
			list  List[int]
			model []int
		}
		start := rapid.IntRange(0, 2000).Draw(t, "start")
		var v version
		for i := range start {
			v.model = append(v.model, i)
		}
		v.list = ListOf(v.model...)
		versions := []version{v}
		for range rapid.IntRange(1, 12).Draw(t, "rounds") {
			v := versions[rapid.IntRange(0, len(versions)-1).Draw(t, "version")]
			v.model = slices.Clone(v.model)
			edits := rapid.SliceOfN(rapid.IntRange(0, 1<<30), 1, 200).Draw(t, "edits")
			for _, e := range edits {
				n := len(v.model)
				switch at := e / 4; {
				case e%4 == 0 || n == 0:
					at %= n + 1
					v.model = slices.Insert(v.model, at, e)
					v.list.Insert(at, e)
				case e%4 == 1:
					v.model[at%n] = e
					v.list.Set(at%n, e)
				default: // twice as many, so that trees shrink
					v.model = slices.Delete(v.model, at%n, at%n+1)
					v.list.Delete(at % n)
				}
			}
			versions = append(versions, v)
		}
		for i, v := range versions {
			if got := slices.Collect(v.list.Values()); !slices.Equal(got, v.model) {
				t.Fatalf("version %d is %v, want %v", i, got, v.model)
			}
			checkTree(t, v.list.root.current(), true)
		}
	})
}

// checkTree checks what must hold of a node and all below it.
func checkTree(t failer, n *treeNode, top bool) {
	t.Helper()
	if n == nil {
		return
	}
	if n.n == 0 || top && n.height > 0 && n.n < 2 {
		t.Fatalf("a node of height %d has %d slots", n.height, n.n)
	}
	size := int32(0)
	for i, s := range n.slots {
		switch {
		case i >= int(n.n):
			if s != nil || n.own>>i&1 == 1 {
				t.Fatalf("slot %d of %d is in use", i, n.n)
			}
		case n.height == 0:
			size++
		default:
			if n.kid(i).height != n.height-1 {
				t.Fatalf("a node of height %d in one of height %d", n.kid(i).height, n.height)
			}
			checkTree(t, n.kid(i), false)
			size += n.kid(i).size
		}
	}
	if size != n.size {
		t.Fatalf("a node of %d elements counts %d", size, n.size)
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
	prev := &world{Items: *longList(40), Twin: ListOf(item{ID: "z"})}
	next, _ := edited(t, prev, func(d *world) {
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
	again, c := edited(t, next, func(d *world) { d.Items, d.Twin = d.Twin, d.Items })
	if !equal(&again.Items, &next.Twin) || !equal(&again.Twin, &next.Items) || c.Empty() {
		t.Errorf("swapped lists are %v and %v", again.Items, again.Twin)
	}
}

func TestElementPutBackIsADraft(t *testing.T) {
	prev := &world{Parts: ListOf(part{C: &part{A: 1}}, part{}), ByInt: MapOf(map[int8]*part{1: {A: 1}})}
	next, _ := edited(t, prev, func(d *world) {
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
	prev := &world{Items: *longList(100), ByKey: MapOf(map[string]part{"a": {A: 1}})}
	var kept *world
	var elem, added *item
	var entry *part
	next, c := edited(t, prev, func(d *world) {
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
	if !equal(next, want) || patchText(t, c) != text {
		t.Errorf("the next value or the record changed:\n%s\n%s", show(next), c)
	}
	checkChanges(t, prev, next, c)
	n, c2 := edited(t, next, func(d *world) { d.Items = kept.Items })
	if n.Items.Len() != 101 || n.Items.At(0).ID != "0'" || c2.Empty() {
		t.Errorf("a kept list that is put into a later draft is %v", n.Items)
	}
}

func TestCollectionsNothingChanged(t *testing.T) {
	prev := &world{Items: *longList(100), ByKey: MapOf(map[string]part{"a": {A: 1}, "b": {}})}
	for _, row := range []struct {
		reason string
		edit   func(*world)
	}{
		{"Edit without a write", func(d *world) { d.Items.Edit(5); d.ByKey.Edit("a") }},
		{"the same set again", func(d *world) { d.Items.Set(5, d.Items.At(5)); d.ByKey.Set("a", part{A: 1}) }},
		{"add, then remove", func(d *world) {
			d.Items.Append(item{})
			d.Items.Delete(100)
			d.ByKey.Set("c", part{})
			d.ByKey.Delete("c")
		}},
		{"delete, then set, one key", func(d *world) { d.ByKey.Delete("a"); d.ByKey.Set("a", part{A: 1}) }},
		{"delete, then insert, one element", func(d *world) { e := d.Items.At(3); d.Items.Delete(3); d.Items.Insert(3, e) }},
		{"there and back", func(d *world) { d.Items.Move(3, 70); d.Items.Move(70, 3) }},
		{"clear, and all again", func(d *world) {
			l := slices.Collect(d.Items.Values())
			d.Items.Clear()
			d.Items.Append(l...)
			m := d.ByKey
			d.ByKey.Clear()
			for k, v := range m.All() {
				d.ByKey.Set(k, v)
			}
		}},
		{"made anew", func(d *world) { d.Items = ListOf(slices.Collect(d.Items.Values())...) }},
	} {
		if next, c := edited(t, prev, row.edit); next != prev || !c.Empty() {
			t.Errorf("%s: %s", row.reason, c)
		}
	}
}

func TestEditsOfCollections(t *testing.T) {
	items := func(n int) List[item] { return *longList(n) }
	base := world{Items: items(3), ByKey: MapOf(map[string]part{"a": {A: 1}}), Rows: ListOf(row{ID: 1, Named: MapOf(map[string]row0{"x": {}})})}
	for _, row := range []struct {
		reason string
		edit   func(*world)
		want   string
	}{
		{"insert at 0", func(d *world) { d.Items.Insert(0, item{ID: "x"}) }, `[{"op":"add","path":"/items/0","value":{"ID":"x","name":"","Tags":null}}]`},
		{"remove", func(d *world) { d.Items.Delete(1) }, `[{"op":"remove","path":"/items/1"}]`},
		{"move", func(d *world) { d.Items.Move(0, 2) }, `[{"op":"move","from":"/items/0","path":"/items/2"}]`},
		{"edit", func(d *world) { d.Items.Edit(1).Name = "x" }, `[{"op":"replace","path":"/items/1/name","value":"x"}]`},
		{"set: what is the same stays", func(d *world) { d.Items.Set(1, item{ID: "1", Name: "x"}) }, `[{"op":"replace","path":"/items/1/name","value":"x"}]`},
		{"delete then set of one key", func(d *world) { d.ByKey.Delete("a"); d.ByKey.Set("a", part{A: 2}) }, `[{"op":"replace","path":"/by~1key/a/a","value":2}]`},
		{"a first entry of what was left out", func(d *world) { d.ByInt.Set(1, &part{}) }, `[{"op":"add","path":"/byInt","value":{"1":{"a":0}}}]`},
		{"a list in a map in a list", func(d *world) { d.Rows.Edit(0).Named.Edit("x").L.Append(part{A: 1}) }, `[{"op":"add","path":"/rows/0/Named/x/L/0","value":{"a":1}}]`},
		{"keys in order", func(d *world) { d.ByKey.Set("~", part{}); d.ByKey.Set("", part{}) },
			`[{"op":"add","path":"/by~1key/","value":{"a":0}},{"op":"add","path":"/by~1key/~0","value":{"a":0}}]`},
		{"text keys", func(d *world) { d.ByText.Set(255, []int{}) }, `[{"op":"add","path":"/byText/ff","value":[]}]`},
	} {
		if _, c := edited(t, &base, row.edit); patchText(t, c) != row.want {
			t.Errorf("%s: patch %s\nwant %s", row.reason, patchText(t, c), row.want)
		}
	}
}

func TestCollectionsElsewhereAreAnError(t *testing.T) {
	type named List[int]
	type inMap struct {
		M map[string]struct{ L List[int] }
	}
	type inSlice struct{ S [][]List[int] }
	type pointed struct{ P *List[int] }
	type behind struct {
		L List[map[string]Map[string, int]]
	}
	type nested struct{ L List[List[int]] }
	for _, row := range []struct {
		reason, where string
		err           error
	}{
		{"in a plain map", "the value.M[]", try[inMap]()},
		{"in a slice", "the value.S[][]", try[inSlice]()},
		{"behind a pointer", "the value.P", try[pointed]()},
		{"in a map in a list", "the value.L[][]", try[behind]()},
		{"a type of its own", "declare it", try[named]()},
		{"a key that JSON does not know", "key", try[Map[float64, int]]()},
	} {
		if !errors.Is(row.err, ErrType) || !strings.Contains(row.err.Error(), row.where) {
			t.Errorf("%s: error %v, want one with %q", row.reason, row.err, row.where)
		}
	}
	if err := try[nested](); err != nil {
		t.Errorf("a list of lists: %v", err)
	}
	for _, v := range []any{List[int]{}, map[string]any{"a": Map[string, int]{}}, []any{struct{ L List[int] }{}}} {
		if _, _, err := update(&v, func(*any) {}); !errors.Is(err, ErrType) || !strings.Contains(err.Error(), "interface") {
			t.Errorf("%T behind an interface: %v", v, err)
		}
	}
}

func try[T any]() error {
	_, _, err := update(new(T), func(*T) {})
	return err
}

func TestEmbeddedList(t *testing.T) {
	type T struct {
		List[int] `json:"list"`
		N         int
	}
	// It has the list's methods, so encoding/json takes it for the list.
	_, c := edited(t, &T{}, func(d *T) { d.Append(1); d.N = 2 })
	if got, want := patchText(t, c), `[{"op":"replace","path":"","value":[1]}]`; got != want {
		t.Errorf("patch %s, want %s", got, want)
	}
}

func TestCollectionsAsJSON(t *testing.T) {
	w := world{Items: *longList(2), ByInt: MapOf(map[int8]*part{2: {}, 10: {}, -1: nil}), ByText: MapOf(map[hex][]int{10: {1}, 9: nil})}
	b := marshal(t, &w)
	for _, want := range []string{`"byInt":{"-1":null,"2":{"a":0},"10":{"a":0}}`, `"byText":{"9":null,"a":[1]}`, `"nums":[]`, `"by/key":{}`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("%s is not in %s", want, b)
		}
	}
	if strings.Contains(string(b), "parts") {
		t.Errorf("an empty list is not left out by omitzero: %s", b)
	}
	var back world
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if !equal(&w, &back) {
		t.Errorf("comes back as %s, was %s", show(&back), b)
	}
	if err := json.Unmarshal([]byte(`{"items":null,"nums":[1,"x"]}`), &back); err == nil {
		t.Errorf("a string is taken for a number")
	}
	if back.Items.Len() != 0 {
		t.Errorf("null is not the empty list")
	}
	var m Map[int8, int]
	if err := json.Unmarshal([]byte(`{"300":1}`), &m); err == nil {
		t.Errorf("300 is taken for an int8")
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

func TestPersistentEditsForLenses(t *testing.T) {
	m := MapOf(map[string]part{"a": {A: 1}})
	two := m.with("b", &part{A: 2}).with("a", &part{A: 3})
	if p, ok := two.get("b"); !ok || p.A != 2 || two.Len() != 2 || m.Len() != 1 {
		t.Errorf("got %v from %v", two, m)
	}
	if v, _ := m.Get("a"); v.A != 1 || two.without("a").Has("a") || two.without("x").Len() != 2 {
		t.Errorf("got %v from %v", two, m)
	}
	l := *longList(1000)
	if i := l.Index("777"); i != 777 {
		t.Fatalf("Index = %d", i)
	}
	n := l.withAt(777, &item{ID: "777", Name: "x"})
	if n.root.tree.index.Load() == nil || n.Index("777") != 777 || n.at(777).Name != "x" || l.at(777).Name != "" {
		t.Errorf("got %v", n.At(777))
	}
	if o := n.withAt(777, &item{ID: "other"}); o.Index("777") != -1 || o.Index("other") != 777 {
		t.Errorf("another identity is not seen")
	}
}

func TestElementsAreFoundByIdentityInLists(t *testing.T) {
	base := longList(200)
	moved, _ := edited(t, base, func(d *List[item]) {
		d.Insert(0, item{ID: "x"}, item{ID: "y"})
		d.Move(50, 150)
		d.Delete(100)
	})
	for _, row := range []struct {
		reason string
		edit   func(*List[item])
		err    error
		check  func(List[item]) bool
	}{
		{"renamed where it is now", func(d *List[item]) { d.Edit(48).Name = "new" }, nil, func(l List[item]) bool { return l.At(149).Name == "new" }},
		{"inserted behind the one it was behind", func(d *List[item]) { d.Insert(49, item{ID: "n"}) }, nil, func(l List[item]) bool { return l.At(150).ID == "n" }},
		{"removed where it is now", func(d *List[item]) { d.Delete(48) }, nil, func(l List[item]) bool { return l.Index("48") == -1 && l.Len() == 200 }},
		{"gone", func(d *List[item]) { d.Edit(99).Name = "new" }, ErrPath, nil},
		{"moved behind the one it was moved behind", func(d *List[item]) { d.Move(0, 48) }, nil, func(l List[item]) bool { return l.At(149).ID == "0" && l.At(148).ID == "48" }},
	} {
		_, c := edited(t, base, row.edit)
		got, err := Apply(*moved, c)
		if !errors.Is(err, row.err) || row.err == nil && !row.check(got) {
			t.Errorf("%s: %v, %s", row.reason, err, show(got))
		}
	}
}

func TestIndexIsOfTheFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := scrambleOf(t)
		id := func() string { return strconv.Itoa(s.n(59, "id")) } // some are there twice
		l := longList(40)
		first := func(l *List[item], id string) int {
			return slices.IndexFunc(slices.Collect(l.Values()), func(e item) bool { return e.ID == id })
		}
		check := func(l *List[item], where string) {
			for range 3 {
				if id := id(); l.Index(id) != first(l, id) {
					t.Fatalf("%s: Index(%q) = %d, want %d in %v", where, id, l.Index(id), first(l, id), l)
				}
			}
		}
		for range 1 + s.n(3, "updates") {
			if s.n(1, "indexed") == 1 {
				check(l, "the value")
			}
			next, c := edited(t, l, func(d *List[item]) {
				for range s.n(6, "edits") {
					n := d.Len()
					switch s.n(4, "what") {
					case 0:
						d.Insert(s.n(n, "at"), item{ID: id()})
					case 1:
						d.Delete(s.n(n-1, "at"))
					case 2:
						d.Move(s.n(n-1, "from"), s.n(n-1, "to"))
					case 3:
						d.Edit(s.n(n-1, "at")).ID = id()
					case 4:
						d.Set(s.n(n-1, "at"), item{ID: id()})
					}
					check(d, "the draft")
				}
			})
			applied, err := Apply(*l, c)
			if err != nil {
				t.Fatalf("%v", err)
			}
			check(&applied, "what the changes lead to")
			l = next
		}
	})
}
