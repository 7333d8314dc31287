package draft

import (
	"fmt"
	"slices"
	"unsafe"

	"github.com/atomsaga/atomsaga/internal/jsonpatch"
)

// patcher applies the operations of a patch to a document.
type patcher struct {
	limits Limits
	copied int   // how many bytes of JSON were copied
	top    *node // of the whole document
	op     int   // the present operation, from 1
}

// newPatcher returns a patcher of the JSON form of the p at a.
func newPatcher(p *plan, a unsafe.Pointer, limits Limits) *patcher {
	return &patcher{limits: limits, top: &node{plan: p, original: a, addressable: Addressable}}
}

// apply applies o.
func (x *patcher) apply(o *jsonpatch.Operation) error {
	x.op++
	switch o.Op {
	case "add":
		return x.putAt(o.Path, newValue{json: o.Value}, x.add)
	case "replace":
		return x.putAt(o.Path, newValue{json: o.Value}, x.replace)
	case "remove":
		return x.removeAt(o.Path)
	case "test":
		return x.test(o)
	default:
		return x.moveOrCopy(o)
	}
}

// moveOrCopy applies o, which puts what is at one place to another.
func (x *patcher) moveOrCopy(o *jsonpatch.Operation) error {
	if o.Op == "move" && len(o.Path) > len(o.From) && slices.Equal(o.Path[:len(o.From)], o.From) {
		return fmt.Errorf("%w: %q cannot be moved into itself", ErrPatch, jsonpatch.Pointer(o.From...))
	}
	n, err := x.find(o.From, false)
	if err != nil {
		return fmt.Errorf("from %q: %w", jsonpatch.Pointer(o.From...), err)
	}
	text, err := n.text()
	if err == nil {
		err = x.charge(len(text))
	}
	if err != nil {
		return err
	}
	if o.Op == "copy" {
		n, err = n.clone()
	} else if !slices.Equal(o.Path, o.From) {
		err = x.removeAt(o.From)
	} else {
		return nil
	}
	if err != nil {
		return err
	}
	return x.putAt(o.Path, newValue{json: text, node: n}, x.add)
}

// charge counts n copied bytes against the limit. Without it a few copies of copies would fill
// the memory.
func (x *patcher) charge(n int) error {
	if x.copied += n; x.copied > x.limits.Bytes {
		return fmt.Errorf("%w: copies more than %d bytes, the document becomes too large", ErrLimit, x.limits.Bytes)
	}
	return nil
}

// find returns the node at path. write says that something in it is going to be written.
func (x *patcher) find(path []string, write bool) (n *node, err error) {
	n = x.top
	for _, token := range path {
		if n, err = x.child(n, token, write); err != nil {
			return nil, err
		}
	}
	return n, nil
}

func (x *patcher) test(o *jsonpatch.Operation) error {
	n, err := x.find(o.Path, false)
	if err != nil {
		return err
	}
	text, err := n.text()
	if err != nil {
		return err
	}
	if !jsonpatch.Equal(text, o.Value) {
		return fmt.Errorf("%w: there is %.200s", ErrTest, text)
	}
	return nil
}

// putAt puts v at path: put does so in the node that contains it.
func (x *patcher) putAt(path []string, v newValue, put func(*node, string, newValue) error) error {
	if len(path) == 0 {
		x.top = x.place(&node{plan: x.top.plan, addressable: Addressable}, v)
		return nil
	}
	n, err := x.find(path[:len(path)-1], true)
	if err != nil {
		return err
	}
	return put(n, path[len(path)-1], v)
}

// removeAt removes what is at path.
func (x *patcher) removeAt(path []string) error {
	if len(path) == 0 {
		return fmt.Errorf("%w: the whole document cannot be removed", ErrPath)
	}
	n, err := x.find(path[:len(path)-1], true)
	if err != nil {
		return err
	}
	return x.remove(n, path[len(path)-1])
}
