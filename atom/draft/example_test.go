package draft_test

import (
	"encoding/json"
	"fmt"

	"github.com/atomsaga/atomsaga/atom/draft"
)

type Step struct {
	ID   string `json:"id" atom:"key"`
	Name string `json:"name"`
	Done bool   `json:"done,omitempty"`
}

type Plan struct {
	Title string                    `json:"title"`
	Steps draft.List[Step]          `json:"steps"`
	Notes draft.Map[string, string] `json:"notes,omitzero"`
}

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

	_, _, err = draft.ApplyPatch(plan, []byte(`[{"op": "remove", "path": "/steps/7"}]`), draft.Limits{})
	fmt.Println(err)
	// Output:
	// 0 Unpack
	// 1 Pack the books
	// 2 Drive
	// [{"op":"replace","path":"/steps/1/name","value":"Pack"},{"op":"remove","path":"/steps/0"}]
	// operation 0 (remove "/steps/7"): draft: no such place in the value: position 7 of 2 is outside the array
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

func ExampleChanges_Inverse() {
	prev := Plan{Title: "Move", Steps: draft.ListOf(Step{ID: "a"}, Step{ID: "b"})}
	_, changes, _ := draft.ApplyPatch(prev, []byte(`[{"op": "replace", "path": "/steps/1/name", "value": "Drive"}]`), draft.Limits{})

	// In the meantime a step was put in front: the change is taken back from
	// the step with the identity b, not from the one at position 1.
	now := Plan{Title: "Move", Steps: draft.ListOf(Step{ID: "new", Name: "Think"}, Step{ID: "a"}, Step{ID: "b", Name: "Drive"})}
	back, err := draft.Apply(now, changes.Inverse())
	fmt.Println(back.Steps, err)
	// Output: [{new Think false} {a  false} {b  false}] <nil>
}

func ExampleList() {
	list := draft.ListOf("a", "b", "c")
	snapshot := list // takes no time, whatever the length
	list.Insert(0, "z")
	list.Move(3, 1)
	*list.Edit(2) += "!"
	fmt.Println(list, snapshot, list.Len())
	// Output: [z c a! b] [a b c] 4
}

func ExampleList_Index() {
	steps := draft.ListOf(Step{ID: "a"}, Step{ID: "b", Name: "Drive"})
	fmt.Println(steps.Index("b"), steps.Index("x"))
	// Output: 1 -1
}

func ExampleMap() {
	var ages draft.Map[string, int]
	ages.Set("Grace", 85)
	ages.Set("Ada", 36)
	*ages.Edit("Ada")++
	b, _ := json.Marshal(ages)
	fmt.Println(string(b), ages.Has("Alan"))
	// Output: {"Ada":37,"Grace":85} false
}
