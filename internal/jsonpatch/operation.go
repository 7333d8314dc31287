package jsonpatch

import (
	"encoding/json"
	"fmt"
)

// An Operation is one of a JSON Patch.
type Operation struct {
	Op    string          // add, remove, replace, move, copy or test
	Path  []string        // the tokens of where
	From  []string        // of move and copy
	Text  string          // the path as it is written
	Value json.RawMessage // of add, replace and test
}

// An Error says which operation of a patch is malformed.
type Error struct {
	Index int    // from 0
	Op    string // as it is written; "" when it is not known
	Path  string // the same
	Err   error
}

func (e *Error) Error() string {
	return fmt.Sprintf("operation %d (%s %q): %v", e.Index, e.Op, e.Path, e.Err)
}

// Unwrap is the reason.
func (e *Error) Unwrap() error { return e.Err }

// Parse reads a JSON Patch of at most ops operations, with at most depth arrays
// and objects inside each other and as many steps in a path. Its errors are
// ErrMalformed and ErrLimit, in an *Error when they are about one operation.
func Parse(doc []byte, ops, depth int) ([]Operation, error) {
	if err := CheckPatch(doc, depth); err != nil {
		return nil, err
	}
	var each []json.RawMessage
	if err := json.Unmarshal(doc, &each); err != nil || each == nil {
		return nil, fmt.Errorf("%w: it is not an array of operations", ErrMalformed)
	}
	if len(each) > ops {
		return nil, fmt.Errorf("%w: %d operations; at most %d are allowed", ErrTooMany, len(each), ops)
	}
	operations := make([]Operation, len(each))
	for i, text := range each {
		o := &operations[i]
		if err := o.read(text, depth); err != nil {
			return nil, &Error{Index: i, Op: o.Op, Path: o.Text, Err: err}
		}
	}
	return operations, nil
}

func (o *Operation) read(text []byte, depth int) (err error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil || members == nil {
		return fmt.Errorf("%w: %.20s is not an object", ErrMalformed, text)
	}
	if o.Op, err = stringIn(members, "op"); err != nil {
		return err
	}
	if o.Text, err = stringIn(members, "path"); err != nil {
		return err
	}
	if o.Path, err = pointerIn(o.Text, "path", depth); err != nil {
		return err
	}
	switch o.Op {
	case "add", "replace", "test":
		if o.Value = members["value"]; o.Value == nil {
			return fmt.Errorf(`%w: it needs a "value"`, ErrMalformed)
		}
	case "move", "copy":
		from, err := stringIn(members, "from")
		if err != nil {
			return err
		}
		o.From, err = pointerIn(from, "from", depth)
		return err
	case "remove":
	default:
		return fmt.Errorf("%w: %q is no operation of RFC 6902", ErrMalformed, o.Op)
	}
	return nil
}

func stringIn(members map[string]json.RawMessage, name string) (string, error) {
	if text := members[name]; len(text) > 0 && text[0] == '"' {
		return unquoted(text), nil
	}
	return "", fmt.Errorf("%w: it needs %q, a string", ErrMalformed, name)
}

func pointerIn(text, name string, depth int) ([]string, error) {
	tokens, err := ParsePointer(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrMalformed, name, err)
	}
	if len(tokens) > depth {
		return nil, fmt.Errorf("%w: %s has %d steps; at most %d are allowed", ErrLimit, name, len(tokens), depth)
	}
	return tokens, nil
}
