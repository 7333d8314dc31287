package draft

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/atomsaga/atomsaga/internal/jsonpatch"
	"github.com/atomsaga/atomsaga/internal/sorting"
)

// ApplyMergePatch applies a JSON Merge Patch (RFC 7396) to the JSON form of v. It returns the
// next value and what changed, or v and a [*PatchError]. It differs from merging documents
// without types as [ApplyPatch] does.
func ApplyMergePatch[T any](v T, patch []byte, limits Limits) (T, Changes, error) {
	limits = limits.withDefaults()
	if err := limits.check(patch); err != nil {
		return v, Changes{}, err
	}
	return patchValue(v, limits, func(x *patcher) error {
		x.op = 1
		m := merger{patcher: x, left: limits.Ops}
		if err := m.merge(x.top, patch); err != nil {
			return m.failed(jsonpatch.Pointer(m.path...), err)
		}
		return nil
	}, func(m *misfit) error { return (&merger{}).failed(m.path.String(), m.err) })
}

// merger applies a merge patch to a document.
type merger struct {
	*patcher
	left int      // how many more members are allowed
	path []string // of the member that is merged
}

func (*merger) failed(path string, err error) error {
	return &PatchError{Index: -1, Op: "merge", Path: path, Err: err}
}

// merge merges patch into n.
func (m *merger) merge(n *node, patch []byte) error {
	members := objectMembers(patch)
	if members == nil {
		n.setText(bytes.TrimSpace(patch), m.op)
		return nil
	}
	if m.left -= len(members); m.left < 0 {
		return fmt.Errorf("%w: too many members", ErrLimit)
	}
	if err := m.expand(n); err != nil && !errors.Is(err, ErrPath) {
		return err
	}
	if n.contents == nil || n.contents.array {
		if !n.plan.canBeObject() {
			return fmt.Errorf("%w: a %s is no object", ErrPath, n.plan.typ)
		}
		n.setText([]byte("{}"), m.op)
	}
	names := make([]string, 0, len(members))
	for name := range members {
		names = append(names, name)
	}
	sorting.By(names, func(a, b *string) bool { return *a < *b }) // so the first error is always the same
	for _, name := range names {
		m.path = append(m.path, name)
		if err := m.member(n, name, members[name]); err != nil {
			return err
		}
		m.path = m.path[:len(m.path)-1]
	}
	return nil
}

// objectMembers returns the members of patch, or nil if it is not an object.
func objectMembers(patch []byte) (members map[string]json.RawMessage) {
	if json.Unmarshal(patch, &members) != nil {
		return nil
	}
	return members
}

// canBeObject reports whether a p can be a JSON object.
func (p *plan) canBeObject() bool {
	switch p.kind {
	case kindPointer:
		return p.elem.canBeObject()
	case kindInterface:
		return p.typ.NumMethod() == 0
	}
	return p.leaf || p.kind == kindStruct || p.kind == kindGoMap || p.kind == kindMap
}

// member merges patch into the member name of n, or removes that.
func (m *merger) member(n *node, name string, patch []byte) error {
	gone := string(patch) == "null"
	k, missing := m.child(n, name, !gone)
	switch {
	case gone && missing != nil:
		return nil
	case gone:
		return m.remove(n, name)
	case missing == nil:
		return m.merge(k, patch)
	case objectMembers(patch) == nil:
		return m.add(n, name, newValue{json: patch})
	}
	if err := m.add(n, name, newValue{json: []byte("{}")}); err != nil {
		return err
	}
	k, err := m.child(n, name, true)
	if err != nil {
		return err
	}
	return m.merge(k, patch)
}
