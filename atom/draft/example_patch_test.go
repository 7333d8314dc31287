package draft_test

import (
	"errors"
	"fmt"

	"github.com/atomsaga/atomsaga/atom/draft"
)

func ExampleApplyPatch() {
	plan := Plan{Title: "Move", Steps: draft.ListOf(Step{ID: "a", Name: "Pack"}, Step{ID: "b", Name: "Drive"})}
	patch := `[
		{"op": "replace", "path": "/steps/0/name", "value": "Pack the books"},
		{"op": "add", "path": "/steps/-", "value": {"id": "c", "name": "Unpack"}},
		{"op": "move", "from": "/steps/2", "path": "/steps/0"}
	]`
	next, changes, err := draft.ApplyPatch(plan, []byte(patch), draft.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, s := range next.Steps.All() {
		fmt.Println(i, s.Name)
	}
	back, _ := changes.Inverse().JSONPatch()
	fmt.Println(string(back))
	// Output:
	// 0 Unpack
	// 1 Pack the books
	// 2 Drive
	// [{"op":"replace","path":"/steps/1/name","value":"Pack"},{"op":"remove","path":"/steps/0"}]
}

func ExampleApplyMergePatch() {
	plan := Plan{Title: "Move", Notes: draft.MapOf(map[string]string{"van": "rent one", "cat": "?"})}
	next, changes, err := draft.ApplyMergePatch(plan, []byte(`{"title": "Move house", "notes": {"cat": null}}`), draft.Limits{})
	fmt.Println(next.Title, next.Notes, err)
	fmt.Println(changes)
	// Output:
	// Move house map[van:rent one] <nil>
	// replace /title Move house (Move)
	// remove /notes/cat (?)
}

func ExamplePatchError() {
	_, _, err := draft.ApplyPatch(Plan{}, []byte(`[
		{"op": "replace", "path": "/title", "value": "Move"},
		{"op": "remove", "path": "/steps/7"}
	]`), draft.Limits{})
	var failed *draft.PatchError
	if errors.As(err, &failed) {
		fmt.Println("operation:", failed.Index, failed.Op, failed.Path)
		fmt.Println("reason:   ", failed.Err, errors.Is(err, draft.ErrPath))
	}
	// Output:
	// operation: 1 remove /steps/7
	// reason:    draft: no such place in the value: position 7 of 0 is outside the array true
}

func ExampleLimits() {
	patch := []byte(`[{"op": "test", "path": "/title", "value": ""}, {"op": "remove", "path": "/title"}]`)
	_, _, err := draft.ApplyPatch(Plan{}, patch, draft.Limits{Ops: 1})
	fmt.Println(err, errors.Is(err, draft.ErrLimit))
	// Output: patch exceeds a limit: too many operations: 2 operations; at most 1 are allowed true
}
