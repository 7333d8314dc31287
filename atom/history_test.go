package atom_test

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
)

// The recorded histories: 2,000 random sequences of overlapping changes. See
// testdata/README.md.
//
//go:embed testdata/histories.json
var historiesJSON []byte

type (
	state struct {
		Items []item `json:"items"`
		Meta  meta   `json:"meta"`
	}
	item struct {
		ID    string `json:"id" atom:"key"`
		Name  string `json:"name"`
		Done  bool   `json:"done"`
		Count int    `json:"count"`
	}
	meta struct {
		N     int    `json:"n"`
		Title string `json:"title"`
	}
	operation struct {
		Op    string `json:"op"`
		ID    string `json:"id"`
		Name  string `json:"name"`
		Title string `json:"title"`
		By    int    `json:"by"`
		To    int    `json:"to"`
		Item  item   `json:"item"`
	}
	event struct {
		Ev string    `json:"ev"`
		K  int       `json:"k"`
		OK bool      `json:"ok"`
		Op operation `json:"op"`
	}
	history struct {
		ID                int     `json:"id"`
		Start             state   `json:"start"`
		Events            []event `json:"events"`
		Expect            *state  `json:"expect"`
		ExpectServerFirst *state  `json:"expectServerFirst"`
	}
)

func readHistories(t testing.TB) []history {
	var file struct {
		Count     int       `json:"count"`
		Histories []history `json:"histories"`
	}
	if err := json.Unmarshal(historiesJSON, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Histories) != 2000 || file.Count != 2000 {
		t.Fatalf("%d histories, want 2000", len(file.Histories))
	}
	return file.Histories
}

// apply is the operation as an update function: it does nothing when the item
// that it is about is not there.
func (o operation) apply(s *state) {
	i := slices.IndexFunc(s.Items, func(it item) bool { return it.ID == o.ID })
	switch o.Op {
	case "push":
		s.Items = append(s.Items, o.Item)
		return
	case "insert0":
		s.Items = slices.Insert(s.Items, 0, o.Item)
		return
	case "setTitle", "incN":
		o.applyMeta(&s.Meta)
		return
	}
	if i < 0 {
		return
	}
	switch o.Op {
	case "remove":
		s.Items = slices.Delete(s.Items, i, i+1)
	case "move":
		it := s.Items[i]
		s.Items = slices.Delete(s.Items, i, i+1)
		s.Items = slices.Insert(s.Items, min(o.To, len(s.Items)), it)
	default:
		o.applyItem(&s.Items[i])
	}
}

func (o operation) applyItem(it *item) {
	switch o.Op {
	case "toggle":
		it.Done = !it.Done
	case "setName":
		it.Name = o.Name
	case "inc":
		it.Count += o.By
	default:
		panic("unknown operation " + o.Op)
	}
}

func (o operation) applyMeta(m *meta) {
	switch o.Op {
	case "setTitle":
		m.Title = o.Title
	case "incN":
		m.N += o.By
	}
}

func (s state) clone() state {
	s.Items = slices.Clone(s.Items)
	return s
}

// oracle knows nothing but the Law: fold the survivors in dispatch order, the
// server's changes just below the oldest entry that was pending when they came.
type oracle struct {
	base state
	live []*oracleEntry
}

type oracleEntry struct {
	k       int
	op      operation
	pending bool
	onItem  bool // dispatched on the item's atom: a conflict once the item is gone
}

func (o *oracle) on(e event, onItem bool) {
	switch e.Ev {
	case "start":
		o.live = append(o.live, &oracleEntry{e.K, e.Op, true, onItem})
	case "plain":
		o.live = append(o.live, &oracleEntry{-1, e.Op, false, onItem})
	case "server":
		e.Op.apply(&o.base)
	case "settle":
		i := slices.IndexFunc(o.live, func(x *oracleEntry) bool { return x.k == e.K && x.pending })
		if i < 0 {
			break // it was a conflict
		}
		if e.OK {
			o.live[i].pending = false
		} else {
			o.live = slices.Delete(o.live, i, i+1)
		}
	}
	o.value() // drops the conflicts
	for len(o.live) > 0 && !o.live[0].pending {
		o.live[0].op.apply(&o.base)
		o.live = o.live[1:]
	}
}

func (o *oracle) value() state {
	v := o.base.clone()
	o.live = slices.DeleteFunc(o.live, func(e *oracleEntry) bool {
		if e.onItem && !v.has(e.op.ID) {
			return true
		}
		e.op.apply(&v)
		return false
	})
	return v
}

func (s state) has(id string) bool {
	return slices.ContainsFunc(s.Items, func(it item) bool { return it.ID == id })
}

// target dispatches an operation on the atom that fits it, and tells whether
// that is the atom of one item.
type target func(s *atom.Store, o operation) (e *atom.Entry, onItem bool, err error)

func TestRecordedHistories(t *testing.T) {
	root := atom.New(state{})
	items := atom.Focus(root, func(s *state) *[]item { return &s.Items })
	metadata := atom.Focus(root, func(s *state) *meta { return &s.Meta })
	itemByID := atom.NewFamily(func(id string) *atom.Atom[item] { return atom.At(items, id) })

	onRoot := func(s *atom.Store, o operation) (*atom.Entry, bool, error) {
		e, err := atom.Dispatch(s, root, o.apply)
		return e, false, err
	}
	onPart := func(s *atom.Store, o operation) (*atom.Entry, bool, error) {
		switch o.Op {
		case "setTitle", "incN":
			e, err := atom.Dispatch(s, metadata, o.applyMeta)
			return e, false, err
		case "toggle", "setName", "inc":
			if root.Get(s).has(o.ID) {
				e, err := atom.Dispatch(s, itemByID.Of(o.ID), o.applyItem)
				return e, true, err
			}
		}
		return onRoot(s, o)
	}
	for name, dispatch := range map[string]target{"one root atom": onRoot, "focused and family atoms": onPart} {
		t.Run(name, func(t *testing.T) {
			wrong := 0
			for _, h := range readHistories(t) {
				if err := replayHistory(h, root, dispatch); err != nil {
					if wrong++; wrong <= 5 {
						t.Errorf("history %d: %v", h.ID, err)
					}
				}
			}
			t.Logf("%d of 2000 wrong", wrong)
		})
	}
}

func replayHistory(h history, root *atom.Atom[state], dispatch target) error {
	s := atom.NewStore()
	law := oracle{base: h.Start.clone()}
	if err := root.Sync(s, h.Start); err != nil {
		return err
	}
	entries := map[int]*atom.Entry{}
	for i, e := range h.Events {
		var err error
		var onItem bool
		switch e.Ev {
		case "start":
			entries[e.K], onItem, err = dispatch(s, e.Op)
		case "plain":
			var entry *atom.Entry
			if entry, onItem, err = dispatch(s, e.Op); err == nil {
				err = entry.Succeed(s)
			}
		case "server":
			err = root.SyncUpdate(s, e.Op.apply)
		case "settle":
			if e.OK {
				err = entries[e.K].Succeed(s)
			} else {
				err = entries[e.K].Drop(s)
			}
		}
		if err != nil && err != atom.ErrDropped {
			return fmt.Errorf("event %d %+v: %w", i, e, err)
		}
		law.on(e, onItem)
		if got, want := root.Get(s), law.value(); !same(got, want) {
			return fmt.Errorf("after event %d %+v:\n got %+v\nwant %+v", i, e, got, want)
		}
	}
	want := h.Expect
	if h.ExpectServerFirst != nil {
		want = h.ExpectServerFirst
	}
	if got := root.Get(s); !same(got, *want) {
		return fmt.Errorf("at the end:\n got %+v\nwant %+v", got, *want)
	}
	return nil
}

// same compares states; an empty list is an empty list.
func same(a, b state) bool {
	return a.Meta == b.Meta && slices.Equal(a.Items, b.Items) || reflect.DeepEqual(a, b)
}
