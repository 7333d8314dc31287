package draft

import "fmt"

// add adds v as token in n: as a new element of an array, or as a member, which may be there
// already.
func (x *patcher) add(n *node, token string, v newValue) error {
	if err := x.expand(n); err != nil {
		return err
	}
	in := n.contents
	n.writtenBy = x.op
	switch {
	case in.nodes != nil:
		i, found, box, err := in.plan.positionIn(&in.header, token, true)
		if err != nil {
			return err
		}
		op := OpAdd
		if box == nil {
			box = in.plan.box.alloc()
		} else if found {
			op = OpReplace
		}
		x.putElement(in, treeEdit{op: op, at: i, box: box}, v)
		return nil
	case in.array:
		i, err := arrayIndex(token, len(in.elements), true)
		if err != nil {
			return err
		}
		if in.plan != nil && in.plan.kind == kindArray {
			return fmt.Errorf("%w: a %s has a fixed length", ErrPath, in.plan.typ)
		}
		in.elements = append(in.elements, arrayElement{})
		copy(in.elements[i+1:], in.elements[i:])
		in.elements[i] = arrayElement{node: x.place(in.newElement(), v)}
		return nil
	}
	place := in.newMember(token, false)
	if place == nil {
		return fmt.Errorf("%w: %s has no field %q", ErrPath, in.plan.typ, token)
	}
	if in.plan != nil && in.plan.key != nil {
		if err := in.plan.key.parseKey(token, in.plan.key.alloc()); err != nil {
			return err
		}
	}
	in.set(token, x.place(place, v))
	return nil
}

// putElement puts v into e.box, and applies e.
func (x *patcher) putElement(in *contents, e treeEdit, v newValue) {
	if e.op == OpReplace {
		e.old = in.header.current().at(e.at)
		delete(in.nodes, e.old)
	}
	in.nodes[e.box] = x.place(in.newElement(), v)
	in.header.apply(e)
}

// replace puts v in place of what token names in n.
func (x *patcher) replace(n *node, token string, v newValue) error {
	if _, err := x.child(n, token, true); err != nil {
		return err
	}
	in := n.contents
	switch {
	case in.nodes != nil && in.array:
		i, err := arrayIndex(token, in.header.current().len(), false)
		if err != nil {
			return err
		}
		x.putElement(in, treeEdit{op: OpReplace, at: i, box: in.plan.box.alloc()}, v)
		return nil
	case in.nodes == nil && in.array:
		i, err := arrayIndex(token, len(in.elements), false)
		if err != nil {
			return err
		}
		in.elements[i].node = x.place(in.newElement(), v)
		return nil
	}
	return x.add(n, token, v)
}

// remove removes what token names in n.
func (x *patcher) remove(n *node, token string) error {
	if _, err := x.child(n, token, false); err != nil {
		return err
	}
	in := n.contents
	n.writtenBy = x.op
	switch {
	case in.nodes != nil:
		i, _, _, err := in.plan.positionIn(&in.header, token, false)
		if err != nil {
			return err
		}
		old := in.header.current().at(i)
		delete(in.nodes, old)
		in.header.apply(treeEdit{op: OpRemove, at: i, old: old})
	case in.array:
		if in.plan != nil && in.plan.kind == kindArray {
			return fmt.Errorf("%w: a %s has a fixed length", ErrPath, in.plan.typ)
		}
		i, err := arrayIndex(token, len(in.elements), false)
		if err != nil {
			return err
		}
		in.elements = append(in.elements[:i], in.elements[i+1:]...)
	default:
		in.set(token, nil)
	}
	return nil
}

// place returns v at an empty place: its node if it has the same type, else its text.
//
//go:noinline
func (x *patcher) place(place *node, v newValue) *node {
	if n := v.node; n != nil && n.plan == place.plan && n.quoted == place.quoted {
		n.writtenBy = x.op
		return n
	}
	return place.setText(v.json, x.op)
}

// newValue is what an operation puts somewhere: a text, and its node if it was copied or moved
// from another place.
type newValue struct {
	json []byte
	node *node
}
