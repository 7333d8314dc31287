package draft

import (
	"encoding/json"
	"unsafe"

	"github.com/atomsaga/atomsaga/internal/sorting"
)

// text is what is at n, as JSON.
func (n *node) text() ([]byte, error) {
	switch {
	case n.in != nil && n.by != 0: // it may be another one by now
	case n.json != nil:
		return n.json, nil
	default:
		return n.plan.text(n.from, n.stands, n.quoted)
	}
	w := textWriter{}
	if n.in.array {
		w.array(n.in)
	} else {
		w.object(n.in)
	}
	return w.out, w.err
}

// text is the p at a as encoding/json writes it where it stands so.
func (p *plan) text(a unsafe.Pointer, stands Footing, quoted bool) ([]byte, error) {
	v := p.value(a)
	if stands != Loose {
		v = v.Addr()
	}
	b, err := marshalled(v.Interface())
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

func (w *textWriter) array(in *insides) {
	w.out = append(w.out, '[')
	if in.boxes != nil {
		for i := range in.root.current().len() {
			w.next(in.box(i, false).text())
		}
	}
	for i := range in.slots {
		w.next(in.slot(i).text())
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

func (w *textWriter) object(in *insides) {
	w.out = append(w.out, '{')
	names, err := in.names()
	if err != nil {
		w.err = err
		return
	}
	for _, name := range names {
		m, err := in.named(name)
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

// named is the member of that name, which is there.
func (in *insides) named(name string) (*node, error) {
	if in.boxes == nil {
		return in.member(name)
	}
	i, _, _, err := in.plan.positionIn(&in.root, name, false)
	if err != nil {
		return nil, err
	}
	return in.box(i, false), nil
}

// names are those of the members that are there, in order.
func (in *insides) names() (names []string, err error) {
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
	case in.boxes != nil:
		in.root.current().each(func(box unsafe.Pointer) bool {
			untouched(keyText(in.plan.key.value(box)))
			return true
		})
	case in.from == nil:
	case in.plan.kind == kindMap:
		for i := in.plan.value(in.from).MapRange(); i.Next(); {
			untouched(keyText(i.Key()))
		}
	default:
		in.plan.visible(in.from, untouched)
	}
	sorting.By(names, func(a, b *string) bool { return *a < *b })
	return names, nil
}

// visible calls f with the name of each field of the struct p at a that is in
// its JSON object.
func (p *plan) visible(a unsafe.Pointer, f func(name string)) {
	for _, g := range p.fields {
		at := unsafe.Add(a, g.offset)
		switch {
		case g.hidden:
		case !g.inline:
			if g.omit == nil || !g.omit(at) {
				f(g.json)
			}
		case g.plan.kind != kindPointer:
			g.plan.visible(at, f)
		case *(*unsafe.Pointer)(at) != nil:
			g.plan.elem.visible(*(*unsafe.Pointer)(at), f)
		}
	}
}
