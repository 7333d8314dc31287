package jsonpatch

import (
	"encoding/json"
	"fmt"
)

// An Operation is an operation of a JSON Patch.
type Operation struct {
	Op    string          // add, remove, replace, move, copy or test
	Path  []string        // tokens of the path
	From  []string        // tokens of "from", for move and copy
	Text  string          // the path as written
	Value json.RawMessage // for add, replace and test
}

// An Error tells which operation of a patch is malformed.
type Error struct {
	Index int    // index of the operation
	Op    string // as written; "" when it is missing
	Path  string // as written; "" when it is missing
	Err   error
}

func (e *Error) Error() string {
	return fmt.Sprintf("operation %d (%s %q): %v", e.Index, e.Op, e.Path, e.Err)
}

// Unwrap returns e.Err.
func (e *Error) Unwrap() error { return e.Err }

// Parse parses a JSON Patch of at most maxOps operations, with at most maxDepth nested
// arrays and objects and at most maxDepth tokens in a path. Its error is ErrMalformed,
// ErrLimit or ErrTooMany, wrapped in an *Error when it is about one operation.
func Parse(doc []byte, maxOps, maxDepth int) ([]Operation, error) {
	if err := CheckPatch(doc, maxDepth); err != nil {
		return nil, err
	}
	var each []json.RawMessage
	if err := json.Unmarshal(doc, &each); err != nil || each == nil {
		return nil, fmt.Errorf("%w: it is not an array of operations", ErrMalformed)
	}
	if len(each) > maxOps {
		return nil, fmt.Errorf("%w: %d operations; at most %d are allowed", ErrTooMany, len(each), maxOps)
	}
	operations := make([]Operation, len(each))
	for i, text := range each {
		o := &operations[i]
		if err := o.parse(text, maxDepth); err != nil {
			return nil, &Error{Index: i, Op: o.Op, Path: o.Text, Err: err}
		}
	}
	return operations, nil
}

// parse parses one operation into o. It sets what it can when it fails.
func (o *Operation) parse(text []byte, maxDepth int) (err error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil || members == nil {
		return fmt.Errorf("%w: %.20s is not an object", ErrMalformed, text)
	}
	if o.Op, err = stringMember(members, "op"); err != nil {
		return err
	}
	if o.Text, err = stringMember(members, "path"); err != nil {
		return err
	}
	if o.Path, err = parsePath(o.Text, "path", maxDepth); err != nil {
		return err
	}
	switch o.Op {
	case "add", "replace", "test":
		if o.Value = members["value"]; o.Value == nil {
			return fmt.Errorf(`%w: it needs a "value"`, ErrMalformed)
		}
	case "move", "copy":
		from, err := stringMember(members, "from")
		if err != nil {
			return err
		}
		o.From, err = parsePath(from, "from", maxDepth)
		return err
	case "remove":
	default:
		return fmt.Errorf("%w: %q is no operation of RFC 6902", ErrMalformed, o.Op)
	}
	return nil
}

// stringMember returns the string in the named member.
func stringMember(members map[string]json.RawMessage, name string) (string, error) {
	if text := members[name]; len(text) > 0 && text[0] == '"' {
		return unquote(text), nil
	}
	return "", fmt.Errorf("%w: it needs %q, a string", ErrMalformed, name)
}

// parsePath parses the JSON pointer in the named member.
func parsePath(text, name string, maxDepth int) ([]string, error) {
	tokens, err := ParsePointer(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrMalformed, name, err)
	}
	if len(tokens) > maxDepth {
		return nil, fmt.Errorf("%w: %s has %d steps; at most %d are allowed", ErrLimit, name, len(tokens), maxDepth)
	}
	return tokens, nil
}
