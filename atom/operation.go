package atom

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// An operation is one of a JSON Patch, as it stands in the document. What is
// not there is nil.
type operation struct {
	Op    string
	Path  *string
	From  *string
	Value json.RawMessage

	path, from []string // the parsed pointers
}

// read reads an operation as the RFC has it, which is not how encoding/json
// reads a struct: names are meant to the letter, and come once. Members that
// the RFC does not know are ignored.
func (o *operation) read(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return fmt.Errorf("%w: %.20s is not an object", ErrPatch, b)
	}
	var seen []json.Token
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return fmt.Errorf("%w: %w", ErrPatch, err)
		}
		var into any
		switch name {
		case "op":
			into = &o.Op
		case "path":
			into = &o.Path
		case "from":
			into = &o.From
		case "value":
			into = &o.Value
		default:
			into = new(json.RawMessage)
			name = nil
		}
		if name != nil && slices.Contains(seen, name) {
			return fmt.Errorf("%w: two members %q", ErrPatch, name)
		}
		seen = append(seen, name)
		if err := d.Decode(into); err != nil {
			return fmt.Errorf("%w: %v: %w", ErrPatch, name, err)
		}
	}
	return nil
}

func parsePatch(doc []byte, limits Limits) ([]operation, error) {
	if err := limits.check(doc); err != nil {
		return nil, err
	}
	var each []json.RawMessage
	if err := json.Unmarshal(doc, &each); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPatch, err)
	}
	if each == nil {
		return nil, fmt.Errorf("%w: null is not an array", ErrPatch)
	}
	if len(each) > limits.Ops {
		return nil, fmt.Errorf("%w: %d operations, at most %d", ErrLimit, len(each), limits.Ops)
	}
	ops := make([]operation, len(each))
	for i := range ops {
		o := &ops[i]
		err := o.read(each[i])
		if err == nil {
			err = o.parse(limits)
		}
		if err != nil {
			return nil, o.failed(i, err)
		}
	}
	return ops, nil
}

// failed is err with where it happened.
func (o *operation) failed(i int, err error) error {
	e := &PatchError{Index: i, Op: o.Op, Err: err}
	if o.Path != nil {
		e.Path = *o.Path
	}
	return e
}

func (o *operation) parse(limits Limits) (err error) {
	needsValue, needsFrom := false, false
	switch o.Op {
	case "add", "replace", "test":
		needsValue = true
	case "move", "copy":
		needsFrom = true
	case "remove":
	default:
		return fmt.Errorf("%w: there is no operation %q", ErrPatch, o.Op)
	}
	switch {
	case o.Path == nil:
		return fmt.Errorf("%w: no path", ErrPatch)
	case needsFrom && o.From == nil:
		return fmt.Errorf("%w: no from", ErrPatch)
	case needsValue && o.Value == nil:
		return fmt.Errorf("%w: no value", ErrPatch)
	}
	if o.path, err = parsePointer(*o.Path, limits.Depth); err == nil && needsFrom {
		o.from, err = parsePointer(*o.From, limits.Depth)
	}
	return err
}
