package draft

import (
	"encoding/json"
	"unsafe"

	"github.com/atomsaga/atomsaga/internal/sorting"
)

// text is what is at n, as JSON.
func (n *node) text() ([]byte, error) {
	switch {
	case n.contents != nil && n.writtenBy != 0: // it may be another one by now
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

// marshal is the p at a as encoding/json writes it where it stands so.
func (p *plan) marshal(a unsafe.Pointer, stands Addressability, quoted bool) ([]byte, error) {
	v := p.value(a)
	if stands != Unaddressable {
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

// A textWriter writes an array or an object; err is the first error.
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

// next writes an element, after a comma if it is not the first.
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

// memberNamed is the member of that name, which is there.
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

// names are those of the members that are there, in order.
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

// eachMember calls f with the name of each field of the struct p at a that is in
// its JSON object.
func (p *plan) eachMember(a unsafe.Pointer, f func(name string)) {
	for _, g := range p.fields {
		at := unsafe.Add(a, g.offset)
		switch {
		case g.hidden:
		case !g.inline:
			if g.omit == nil || !g.omit(at) {
				f(g.json)
			}
		case g.plan.kind != kindPointer:
			g.plan.eachMember(at, f)
		case *(*unsafe.Pointer)(at) != nil:
			g.plan.elem.eachMember(*(*unsafe.Pointer)(at), f)
		}
	}
}
