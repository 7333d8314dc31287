package atom

import (
	"fmt"
	"slices"
	"unsafe"
)

// A patcher applies operations to a draft, found by JSON names.
type patcher struct {
	limits Limits
	copied int // bytes

	// shown remembers of fields that omitempty or omitzero can leave out
	// whether they are in the document: they stay there while they are empty
	// in the middle of a patch.
	shown map[unsafe.Pointer]bool
}

// do carries out o on the p at a.
func (x *patcher) do(p *plan, a unsafe.Pointer, o *operation) error {
	switch o.Op {
	case "add":
		return x.add(p, a, o.path, value{json: o.Value})
	case "replace":
		return x.replace(p, a, o.path, value{json: o.Value})
	case "remove":
		return x.remove(p, a, o.path)
	case "test":
		return x.test(p, a, o)
	}
	if o.Op == "move" && len(o.path) > len(o.from) && slices.Equal(o.path[:len(o.from)], o.from) {
		return fmt.Errorf("%w: %q cannot be moved into itself", ErrPatch, *o.From)
	}
	v, err := x.get(p, a, o.from)
	if err != nil {
		return fmt.Errorf("from %q: %w", *o.From, err)
	}
	b, err := v.text()
	if err != nil {
		return err
	}
	if err := x.charge(len(b)); err != nil {
		return err
	}
	if o.Op == "move" {
		if slices.Equal(o.path, o.from) {
			return nil
		}
		if err := x.remove(p, a, o.from); err != nil {
			return err
		}
	}
	return x.add(p, a, o.path, v)
}

// charge counts bytes that are copied: a few copies of copies would otherwise
// fill the memory.
func (x *patcher) charge(n int) error {
	if x.copied += n; x.copied > x.limits.Bytes {
		return fmt.Errorf("%w: copies more than %d bytes", ErrLimit, x.limits.Bytes)
	}
	return nil
}

func (x *patcher) test(p *plan, a unsafe.Pointer, o *operation) error {
	return x.visit(p, a, o.path, false, func(p *plan, a unsafe.Pointer, f *field) error {
		b, err := value{plan: p, at: a, quoted: f != nil && f.quoted}.text()
		if err != nil {
			return err
		}
		if same, err := sameJSON(b, o.Value); err != nil || !same {
			return fmt.Errorf("%w: there is %.200s", ErrTest, b)
		}
		return nil
	})
}

// get is a copy of the part at path, which does not change with the draft.
func (x *patcher) get(p *plan, a unsafe.Pointer, path []string) (v value, err error) {
	err = x.visit(p, a, path, false, func(p *plan, a unsafe.Pointer, f *field) error {
		var w walk
		v = value{plan: p, at: w.detached(p, a), quoted: f != nil && f.quoted}
		return w.err
	})
	return v, err
}

func (x *patcher) replace(p *plan, a unsafe.Pointer, path []string, v value) error {
	return x.visit(p, a, path, true, func(p *plan, a unsafe.Pointer, f *field) error {
		fresh := p.new()
		if err := v.into(p, fresh, f); err != nil {
			return err
		}
		p.copy(a, fresh)
		x.forget(p, a)
		return nil
	})
}

// add is the operation add: a new element, or a member whether it is there or
// not.
func (x *patcher) add(p *plan, a unsafe.Pointer, path []string, v value) error {
	if len(path) == 0 {
		return x.replace(p, a, path, v)
	}
	token := path[len(path)-1]
	return x.visit(p, a, path[:len(path)-1], true, func(p *plan, a unsafe.Pointer, _ *field) error {
		return x.open(p, a, true, func(p *plan, a unsafe.Pointer) error { return x.addChild(p, a, token, v) })
	})
}

func (x *patcher) remove(p *plan, a unsafe.Pointer, path []string) error {
	if len(path) == 0 {
		return fmt.Errorf("%w: the whole value cannot be removed", ErrPath)
	}
	token := path[len(path)-1]
	return x.visit(p, a, path[:len(path)-1], true, func(p *plan, a unsafe.Pointer, _ *field) error {
		return x.open(p, a, true, func(p *plan, a unsafe.Pointer) error { return x.removeChild(p, a, token) })
	})
}
