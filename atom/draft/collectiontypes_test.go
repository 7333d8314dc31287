package draft

import (
	"reflect"
	"slices"
)

// collectionsEverywhere has collections in every place where they may stand.
type collectionsEverywhere struct {
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

func (l *List[E]) fill(s *generator) {
	*l = List[E]{}
	for range s.n(max(0, 4-s.depth), "len") {
		var e E
		s.fill(reflect.ValueOf(&e).Elem())
		l.Append(e)
	}
}

func (l *List[E]) change(s *generator) {
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

func (m *Map[K, V]) fill(s *generator) {
	*m = Map[K, V]{}
	for range s.n(max(0, 4-s.depth), "len") {
		var k K
		var v V
		s.fill(reflect.ValueOf(&k).Elem())
		s.fill(reflect.ValueOf(&v).Elem())
		m.Set(k, v)
	}
}

func (m *Map[K, V]) change(s *generator) {
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
