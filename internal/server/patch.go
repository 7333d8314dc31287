//go:build !wasm

package server

import (
	"encoding/json"
	"errors"
	"net/http"

	jsonpatch "github.com/evanphx/json-patch/v5"
)

// Limits of a patch.
const (
	maxBody       = 64 << 10  // bytes of a request's body
	maxOperations = 64        // of one JSON Patch
	maxDepth      = 16        // arrays and objects inside each other
	maxDocument   = 256 << 10 // bytes of a kind while it is being patched: copies can double it with each operation
)

// An operation is one step of a JSON Patch (RFC 6902), checked.
type operation struct {
	op         string
	path, from pointer
	value      json.RawMessage // nil unless op has one
}

// parsePatch reads a JSON Patch. What it accepts is well formed: known
// operations with all they need, and strict JSON pointers. Its error is a problem.
func parsePatch(body []byte) ([]operation, error) {
	if err := checkBody(body); err != nil {
		return nil, err
	}
	var steps []json.RawMessage
	if err := json.Unmarshal(body, &steps); err != nil || steps == nil {
		return nil, problemf(http.StatusBadRequest, "a JSON Patch is an array of operations")
	}
	if len(steps) > maxOperations {
		return nil, problemf(http.StatusRequestEntityTooLarge, "the patch has %d operations; at most %d are allowed", len(steps), maxOperations)
	}
	operations := make([]operation, len(steps))
	for i, step := range steps {
		o, p := parseOperation(step)
		if p != nil {
			return nil, p.in(i)
		}
		operations[i] = o
	}
	return operations, nil
}

func checkBody(body []byte) error {
	switch err := checkJSON(body, maxDepth); {
	case errors.Is(err, errTooDeep):
		return problemf(http.StatusUnprocessableEntity, "%v: at most %d levels are allowed", err, maxDepth)
	case err != nil:
		return problemf(http.StatusBadRequest, "the body is not JSON: %v", err)
	}
	return nil
}

func parseOperation(step json.RawMessage) (operation, *problem) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(step, &members); err != nil || members == nil {
		return operation{}, problemf(http.StatusBadRequest, "an operation is an object")
	}
	var o operation
	var p *problem
	if o.op, p = text(members, "op"); p != nil {
		return o, p
	}
	if o.path, p = location(members, "path"); p != nil {
		return o, p
	}
	switch o.op {
	case "add", "replace", "test":
		value, ok := members["value"]
		if !ok {
			return o, problemf(http.StatusBadRequest, `%q needs a "value"`, o.op).at(o.path.String())
		}
		o.value = value
	case "move", "copy":
		if o.from, p = location(members, "from"); p != nil {
			return o, p
		}
	case "remove":
	default:
		return o, problemf(http.StatusBadRequest, "%q is no operation of RFC 6902", o.op).at(o.path.String())
	}
	return o, nil
}

func text(members map[string]json.RawMessage, name string) (string, *problem) {
	var value *string
	if err := json.Unmarshal(members[name], &value); err != nil || value == nil {
		return "", problemf(http.StatusBadRequest, "an operation needs %q, a string", name)
	}
	return *value, nil
}

func location(members map[string]json.RawMessage, name string) (pointer, *problem) {
	value, p := text(members, name)
	if p != nil {
		return nil, p
	}
	at, err := parsePointer(value)
	if err != nil {
		return nil, problemf(http.StatusBadRequest, "%s: %v", name, err).at(value)
	}
	return at, nil
}

// applyPatch applies the operations one after the other: all of them, or none.
// Its error is a problem that names the operation.
func applyPatch(document []byte, operations []operation) ([]byte, error) {
	for i, o := range operations {
		next, err := o.apply(document)
		if err != nil {
			return nil, asProblem(err, o.path).in(i)
		}
		document = next
	}
	return document, nil
}

// asProblem tells what another request may have caused (409: it was right
// for an older version) from what can never apply (422).
func asProblem(err error, path pointer) *problem {
	var p *problem
	if errors.As(err, &p) {
		return p
	}
	status := http.StatusUnprocessableEntity
	var missing *errMissing
	if errors.As(err, &missing) && missing.outside {
		status = http.StatusConflict
	}
	return problemf(status, "%v", err).at(path.String())
}

// apply checks that o fits the document and then has json-patch apply it.
// json-patch alone would take "/-1", "/01", "//name" for "/name" and a test for
// null where nothing is, would add a member named "" for a copy to the
// root, and panics on a test against an array with null in it. So move and
// copy are taken apart as RFC 6902 defines them, and test is done here.
func (o operation) apply(document []byte) ([]byte, error) {
	root, err := tree(document)
	if err != nil {
		return nil, err
	}
	switch o.op {
	case "test":
		return document, o.test(root)
	case "move":
		if o.path.within(o.from) && len(o.path) > len(o.from) {
			return nil, errors.New("a value cannot be moved into itself")
		}
		value, err := o.moved(root)
		if err != nil {
			return nil, err
		}
		without, err := operation{op: "remove", path: o.from}.apply(document)
		if err != nil {
			return nil, err
		}
		return operation{op: "add", path: o.path, value: value}.apply(without)
	case "copy":
		value, err := o.moved(root)
		if err != nil {
			return nil, err
		}
		return operation{op: "add", path: o.path, value: value}.apply(document)
	}
	if err := o.check(root); err != nil {
		return nil, err
	}
	next, err := o.jsonpatch().ApplyWithOptions(document, &jsonpatch.ApplyOptions{})
	if err != nil {
		return nil, err
	}
	if len(next) > maxDocument {
		return nil, errors.New("the kind becomes too large")
	}
	return next, nil
}

// moved is the value that move and copy take.
func (o operation) moved(root any) (json.RawMessage, error) {
	value, err := o.from.get(root)
	if err != nil {
		return nil, asProblem(err, o.from)
	}
	return json.Marshal(value)
}

func (o operation) test(root any) error {
	found, err := o.path.get(root)
	if err != nil {
		return err
	}
	wanted, err := tree(o.value)
	if err != nil {
		return err
	}
	if !equal(found, wanted) {
		return problemf(http.StatusConflict, "the test failed: another value is there").at(o.path.String())
	}
	return nil
}

// check makes sure that add, remove or replace has the place it needs.
func (o operation) check(root any) error {
	if len(o.path) == 0 {
		if o.op == "remove" || len(o.value) == 0 || o.value[0] != '{' && o.value[0] != '[' {
			return errors.New("the whole document can only be replaced by an object or an array")
		}
		return nil
	}
	if o.op != "add" {
		_, err := o.path.get(root)
		return err
	}
	above, last := o.path.parent()
	parent, err := above.get(root)
	if err != nil {
		return err
	}
	switch parent := parent.(type) {
	case map[string]any:
		return nil
	case []any:
		if last == "-" {
			return nil
		}
		_, err := index(last, len(parent)+1)
		return err
	}
	return errors.New("a value can only be added to an object or an array")
}

// jsonpatch writes o anew: what is applied is what was checked.
func (o operation) jsonpatch() jsonpatch.Patch {
	quote := func(text string) *json.RawMessage {
		quoted, _ := json.Marshal(text) // a string always encodes
		return (*json.RawMessage)(&quoted)
	}
	step := jsonpatch.Operation{"op": quote(o.op), "path": quote(o.path.String())}
	if o.value != nil {
		step["value"] = &o.value
	}
	return jsonpatch.Patch{step}
}

// applyMerge applies a JSON Merge Patch (RFC 7396). Its error is a problem.
func applyMerge(document, merge []byte) ([]byte, error) {
	next, err := jsonpatch.MergePatch(document, merge)
	if err != nil {
		return nil, problemf(http.StatusUnprocessableEntity, "the merge patch does not apply: %v", err)
	}
	return next, nil
}

// parseMerge checks a JSON Merge Patch. Its error is a problem.
func parseMerge(body []byte) error {
	if err := checkBody(body); err != nil {
		return err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil || members == nil {
		return problemf(http.StatusUnprocessableEntity, "a merge patch for a kind is an object")
	}
	return nil
}
