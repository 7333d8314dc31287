// Package history has the recorded histories of overlapping changes, and Law, the
// oracle that decides what they must lead to. It is for tests: it knows nothing of
// atoms.
package history

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
)

//go:embed histories.json
var recorded []byte

// A History is a sequence of events on a state, and the state that it must end in.
type History struct {
	ID                int     `json:"id"`
	Start             State   `json:"start"`
	Events            []Event `json:"events"`
	Expect            State   `json:"expect"`
	ExpectServerFirst *State  `json:"expectServerFirst"`
}

// Final returns the state that the history must end in.
func (h History) Final() State {
	if h.ExpectServerFirst != nil {
		return *h.ExpectServerFirst
	}
	return h.Expect
}

// Recorded returns the 2,000 recorded histories.
func Recorded() ([]History, error) {
	var file struct {
		Count     int       `json:"count"`
		Histories []History `json:"histories"`
	}
	if err := json.Unmarshal(recorded, &file); err != nil {
		return nil, err
	}
	if len(file.Histories) != 2000 || file.Count != 2000 {
		return nil, fmt.Errorf("%d recorded histories, want 2000", len(file.Histories))
	}
	return file.Histories, nil
}

// A State is the value that the operations change.
type State struct {
	Items []Item `json:"items"`
	Meta  Meta   `json:"meta"`
}

// An Item is an element of the list.
type Item struct {
	ID    string `json:"id" atom:"key"`
	Name  string `json:"name"`
	Done  bool   `json:"done"`
	Count int    `json:"count"`
}

// Meta is the part of a State beside the list.
type Meta struct {
	N     int    `json:"n"`
	Title string `json:"title"`
}

// Has reports whether the list has an item with that id.
func (s State) Has(id string) bool { return s.index(id) >= 0 }

func (s State) index(id string) int {
	return slices.IndexFunc(s.Items, func(it Item) bool { return it.ID == id })
}

// Clone returns a copy of s that shares no memory with it.
func (s State) Clone() State {
	s.Items = slices.Clone(s.Items)
	return s
}

// Equal reports whether the states are equal; a nil list is equal to an empty one.
func (s State) Equal(t State) bool { return s.Meta == t.Meta && slices.Equal(s.Items, t.Items) }

// An Event is one step of a history. K is the number of its task.
type Event struct {
	Ev string    `json:"ev"` // start, settle, plain, server
	K  int       `json:"k"`
	OK bool      `json:"ok"`
	Op Operation `json:"op"`
}

// An Operation is a change of a State, as data.
type Operation struct {
	Op    string `json:"op"`
	ID    string `json:"id"`
	Name  string `json:"name"`
	Title string `json:"title"`
	By    int    `json:"by"`
	To    int    `json:"to"`
	Item  Item   `json:"item"`
}

// OnMeta reports whether the operation changes Meta.
func (o Operation) OnMeta() bool { return o.Op == "setTitle" || o.Op == "incN" }

// OnItem reports whether the operation changes an item in place.
func (o Operation) OnItem() bool { return o.Op == "toggle" || o.Op == "setName" || o.Op == "inc" }

// Apply applies the operation to s. It does nothing when the item that it changes does
// not exist.
func (o Operation) Apply(s *State) {
	i := s.index(o.ID)
	switch {
	case o.OnMeta():
		o.ApplyMeta(&s.Meta)
	case o.Op == "push":
		s.Items = append(s.Items, o.Item)
	case o.Op == "insert0":
		s.Items = slices.Insert(s.Items, 0, o.Item)
	case i < 0:
	case o.Op == "remove":
		s.Items = slices.Delete(s.Items, i, i+1)
	case o.Op == "move":
		it := s.Items[i]
		s.Items = slices.Delete(s.Items, i, i+1)
		s.Items = slices.Insert(s.Items, min(o.To, len(s.Items)), it)
	default:
		o.ApplyItem(&s.Items[i])
	}
}

// ApplyItem applies an operation on an item.
func (o Operation) ApplyItem(it *Item) {
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

// ApplyMeta applies an operation on Meta.
func (o Operation) ApplyMeta(m *Meta) {
	switch o.Op {
	case "setTitle":
		m.Title = o.Title
	case "incN":
		m.N += o.By
	}
}
