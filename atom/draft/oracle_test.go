package draft

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	jsonpatch "github.com/evanphx/json-patch/v5"
)

// checkChanges holds everything that changes promise against prev and next:
// they lead there and back as typed values, and as JSON by an independent
// implementation of RFC 6902.
func checkChanges[T any](t failer, prev, next *T, c Changes) {
	t.Helper()
	p, err := planFor[T]()
	if err != nil {
		t.Fatalf("%v", err)
	}
	checkChangesOf(t, p, unsafe.Pointer(prev), unsafe.Pointer(next), c)
}

// checkChangesOf is checkChanges of two p.
func checkChangesOf(t failer, p *plan, prev, next unsafe.Pointer, c Changes) {
	t.Helper()
	back := c.Inverse()
	if twice := back.Inverse(); twice.String() != c.String() {
		t.Fatalf("the inverse of the inverse is\n%s\nwant\n%s", twice, c)
	}
	checkApply(t, p, prev, next, c)
	checkApply(t, p, next, prev, back)
	there, here := patchesOf(t, p, prev, c), patchesOf(t, p, next, back)
	from, to := marshal(t, p.value(prev).Addr().Interface()), marshal(t, p.value(next).Addr().Interface())
	if !rooted(from) || !rooted(to) {
		return
	}
	doc, fromTree, toTree := decode(t, from), decode(t, from), decode(t, to)
	doc = there.check(t, from, to, doc, toTree)
	here.check(t, to, from, doc, fromTree)
}

func checkApply(t failer, p *plan, from, to unsafe.Pointer, c Changes) {
	t.Helper()
	there, err := p.apply(from, c)
	if err != nil {
		t.Fatalf("apply: %v\n%s", err, c)
	}
	checkSane(t, p, there)
	var w walk
	if !w.equal(p, there, to) || w.err != nil {
		t.Fatalf("apply gives\n%s\nwant\n%s\nchanges\n%s", show(p.value(there).Addr().Interface()), show(p.value(to).Addr().Interface()), c)
	}
}

// patches are the two forms of changes: the JSON Patch, and the one with the tests that a server
// is sent.
type patches struct{ plain, guarded []byte }

func patchesOf(t failer, p *plan, from unsafe.Pointer, c Changes) patches {
	t.Helper()
	plain, err := c.JSONPatch()
	if err != nil {
		t.Fatalf("JSONPatch: %v\n%s", err, c)
	}
	guarded, err := c.GuardedPatch(p.value(from).Addr().Interface())
	if err != nil {
		t.Fatalf("GuardedPatch: %v\n%s", err, c)
	}
	return patches{plain, guarded}
}

// check holds that both patches lead from a document to another one, whose tree is want. It
// returns doc, which is the tree of the first one, after the guarded patch: a tree that equals
// want. The implementation at hand cannot take a scalar root, nor go through an empty key: such
// patches are compared in the typed form only.
func (p patches) check(t failer, from, to []byte, doc, want any) any {
	t.Helper()
	if bytes.Contains(p.plain, []byte("//")) {
		return decode(t, to)
	}
	got, err := patchedBy(from, p.plain)
	if err != nil {
		t.Fatalf("%v\npatch %s\n   to %s\n want %s", err, p.plain, from, to)
	}
	if !bytes.Equal(got, to) && !reflect.DeepEqual(decode(t, got), want) {
		t.Fatalf("patch %s\n   to %s\ngives %s\n want %s", p.plain, from, got, to)
	}
	doc, err = carriedOut(doc, p.guarded)
	if err != nil || !reflect.DeepEqual(doc, want) {
		t.Fatalf("%v\npatch %s\n   to %s\ngives %s\n want %s", err, p.guarded, from, show(doc), to)
	}
	return doc
}

// patchedBy is doc with a patch applied by the implementation at hand. That panics on a
// test of an array that has a null in it.
func patchedBy(doc, patch []byte) ([]byte, error) {
	p, err := jsonpatch.DecodePatch(patch)
	if err != nil {
		return nil, err
	}
	return p.Apply(doc)
}

// carriedOut is a decoded document after the operations of a patch, of which all tests
// have to hold. It is changed in place: that takes no longer for a long one.
func carriedOut(doc any, patch []byte) (any, error) {
	var operations []operation
	d := json.NewDecoder(bytes.NewReader(patch))
	d.UseNumber()
	if err := d.Decode(&operations); err != nil {
		return nil, err
	}
	for _, o := range operations {
		var err error
		if doc, err = o.on(doc); err != nil {
			return nil, fmt.Errorf("%s %s: %w", o.Op, o.Path, err)
		}
	}
	return doc, nil
}

// An operation is one of RFC 6902.
type operation struct {
	Op, Path, From string
	Value          any
}

var errNoPlace = errors.New("no such place")

func (o operation) on(doc any) (any, error) {
	if o.Op != "move" {
		return o.at(doc, tokens(o.Path))
	}
	var moved any
	doc, err := operation{Op: "remove", Value: &moved}.at(doc, tokens(o.From))
	if err != nil {
		return nil, err
	}
	return operation{Op: "add", Value: moved}.at(doc, tokens(o.Path))
}

var unescape = strings.NewReplacer("~1", "/", "~0", "~")

func tokens(path string) []string {
	all := strings.Split(path, "/")[1:]
	for i, token := range all {
		all[i] = unescape.Replace(token)
	}
	return all
}

// at is a value after the operation at a path in it. One that removes leaves what was
// there in its Value.
func (o operation) at(v any, path []string) (any, error) {
	if len(path) == 0 {
		if o.Op == "test" && !reflect.DeepEqual(v, o.Value) {
			return nil, fmt.Errorf("it is %s, not %s", show(v), show(o.Value))
		} else if o.Op == "test" {
			return v, nil
		}
		return o.Value, nil
	}
	token, last := path[0], len(path) == 1
	remove := func(old any) {
		if to, ok := o.Value.(*any); ok {
			*to = old
		}
	}
	switch in := v.(type) {
	case map[string]any:
		old, there := in[token]
		switch {
		case last && o.Op == "add":
			in[token] = o.Value
			return in, nil
		case !there:
			return nil, errNoPlace
		case last && o.Op == "remove":
			remove(old)
			delete(in, token)
			return in, nil
		}
		next, err := o.at(old, path[1:])
		in[token] = next
		return in, err
	case []any:
		i, err := strconv.Atoi(token)
		if last && o.Op == "add" && token == "-" {
			i, err = len(in), nil
		}
		switch {
		case err != nil || i < 0 || i > len(in):
			return nil, errNoPlace
		case last && o.Op == "add":
			return slices.Insert(in, i, o.Value), nil
		case i == len(in):
			return nil, errNoPlace
		case last && o.Op == "remove":
			remove(in[i])
			return slices.Delete(in, i, i+1), nil
		}
		in[i], err = o.at(in[i], path[1:])
		return in, err
	}
	return nil, errNoPlace
}

func rooted(doc []byte) bool { return doc[0] == '{' || doc[0] == '[' }

func marshal(t failer, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return b
}

// decode is the document b with numbers as they are written.
func decode(t failer, b []byte) (v any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return v
}
