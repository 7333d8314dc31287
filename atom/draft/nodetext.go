package draft

import (
	"encoding/json"
	"unsafe"

	"github.com/atomsaga/atomsaga/internal/sorting"
)

// text returns the JSON text of n.
func (n *node) text() ([]byte, error) {
	switch {
	case n.contents != nil && n.writtenBy != 0: // its contents may have been written to
	case n.json != nil:
		return n.json, nil
	default:
		return n.plan.marshal(n.original, n.addressable, n.quoted)
	}
	w := textWriter{}
	if n.contents.array {
		w.array(n.contents)
	} else {
		w.object(n.contents)
	}
	return w.out, w.err
}

// marshal returns the p at a as encoding/json writes it, given whether it is addressable and
// whether the option ",string" applies.
func (p *plan) marshal(a unsafe.Pointer, addressable Addressability, quoted bool) ([]byte, error) {
	v := p.value(a)
	if addressable != Unaddressable {
		v = v.Addr()
	}
	b, err := safeMarshal(v.Interface())
	if err != nil || !quoted || string(b) == "null" {
		return b, err
	}
	if b[0] == '"' {
		return json.Marshal(string(b))
	}
	return append(append([]byte{'"'}, b...), '"'), nil
}

// textWriter writes an array or object. err is the first error.
type textWriter struct {
	out []byte
	err error
}

func (w *textWriter) array(in *contents) {
	w.out = append(w.out, '[')
	if in.nodes != nil {
		for i := range in.header.current().len() {
			w.next(in.boxNode(i, false).text())
		}
	}
	for i := range in.elements {
		w.next(in.elementNode(i).text())
	}
	w.out = append(w.out, ']')
}

// next writes an element, after a comma unless it is the first.
//
//go:noinline
func (w *textWriter) next(text []byte, err error) {
	if err != nil && w.err == nil {
		w.err = err
	}
	if c := w.out[len(w.out)-1]; c != '[' && c != '{' && c != ':' {
		w.out = append(w.out, ',')
	}
	w.out = append(w.out, text...)
}

func (w *textWriter) object(in *contents) {
	w.out = append(w.out, '{')
	names, err := in.names()
	if err != nil {
		w.err = err
		return
	}
	for _, name := range names {
		m, err := in.memberNamed(name)
		if err != nil {
			w.err = err
			return
		}
		w.next(json.Marshal(name))
		w.out = append(w.out, ':')
		w.next(m.text())
	}
	w.out = append(w.out, '}')
}

// memberNamed returns the node of the member name, which exists.
func (in *contents) memberNamed(name string) (*node, error) {
	if in.nodes == nil {
		return in.member(name)
	}
	i, _, _, err := in.plan.positionIn(&in.header, name, false)
	if err != nil {
		return nil, err
	}
	return in.boxNode(i, false), nil
}

// names returns the names of the members, in order.
func (in *contents) names() (names []string, err error) {
	for name, m := range in.members {
		if m != nil {
			names = append(names, name)
		}
	}
	untouched := func(name string) {
		if _, ok := in.members[name]; !ok {
			names = append(names, name)
		}
	}
	switch {
	case in.nodes != nil:
		in.header.current().each(func(box unsafe.Pointer) bool {
			untouched(keyText(in.plan.key.value(box)))
			return true
		})
	case in.original == nil:
	case in.plan.kind == kindGoMap:
		for i := in.plan.value(in.original).MapRange(); i.Next(); {
			untouched(keyText(i.Key()))
		}
	default:
		in.plan.eachMember(in.original, untouched)
	}
	sorting.By(names, func(a, b *string) bool { return *a < *b })
	return names, nil
}
