package draft_test

import (
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

func ExampleUpdate() {
	plan := Plan{Title: "Move", Steps: draft.ListOf(Step{ID: "a", Name: "Pack"}, Step{ID: "b", Name: "Drive"})}
	next, changes, err := draft.Update(plan, func(p *Plan) {
		p.Title = "Move house"
		p.Steps.Edit(p.Steps.Index("b")).Done = true
	})
	fmt.Println("before:", plan)
	fmt.Println("after: ", next, err)
	fmt.Println(changes)
	// Output:
	// before: {Move [{a Pack false} {b Drive false}] map[]}
	// after:  {Move house [{a Pack false} {b Drive true}] map[]} <nil>
	// replace /title Move house (Move)
	// replace /steps/1/done true (false)
}

// An edit that panics changes nothing.
func ExampleUpdate_panic() {
	next, changes, err := draft.Update([]int{1, 2}, func(list *[]int) {
		(*list)[0] = 7
		(*list)[2] = 7
	})
	fmt.Println(next, changes.Empty())
	fmt.Println(err)
	// Output:
	// [1 2] true
	// draft: update panicked: runtime error: index out of range [2] with length 2
}

func ExampleApply() {
	plan := Plan{Steps: draft.ListOf(Step{ID: "a"}, Step{ID: "b"})}
	_, changes, _ := draft.Update(plan, func(p *Plan) { p.Steps.Edit(1).Name = "Drive" })

	// On another value the step is found by its identity, b.
	other := Plan{Steps: draft.ListOf(Step{ID: "new"}, Step{ID: "a"}, Step{ID: "b"})}
	other, err := draft.Apply(other, changes)
	fmt.Println(other.Steps, err)

	_, err = draft.Apply(Plan{}, changes)
	fmt.Println(err)
	// Output:
	// [{new  false} {a  false} {b Drive false}] <nil>
	// draft: no such place in the value (change 0: replace /steps/1/name)
}

// Strings have no identity, so the value before tells which one was meant.
func ExampleApplyFrom() {
	before := []string{"milk", "tea"}
	_, changes, _ := draft.Update(before, func(list *[]string) { (*list)[1] = "green tea" })

	now := []string{"bread", "milk", "tea"}
	byPosition, _ := draft.Apply(now, changes)
	byValue, err := draft.ApplyFrom(now, before, changes)
	fmt.Println("Apply:    ", byPosition)
	fmt.Println("ApplyFrom:", byValue, err)

	_, err = draft.ApplyFrom([]string{"bread"}, before, changes)
	fmt.Println(err)
	// Output:
	// Apply:     [bread green tea tea]
	// ApplyFrom: [bread milk green tea] <nil>
	// draft: no such place in the value (change 0: replace /1)
}

func ExampleChanges_All() {
	_, changes, _ := draft.Update(Plan{Title: "Move"}, func(p *Plan) {
		p.Title = "Move house"
		p.Steps.Append(Step{ID: "a", Name: "Pack"})
	})
	for c := range changes.All() {
		for _, step := range c.Path {
			if name, ok := step.Field(); ok {
				fmt.Print("field ", name, ", ")
			} else {
				fmt.Print("element ", step.Index(), " with key ", step.Key(), ", ")
			}
		}
		fmt.Println(c.Op, c.Old, "->", c.New)
	}
	// Output:
	// field Title, replace Move -> Move house
	// field Steps, element 0 with key a, add <nil> -> {a Pack false}
}

func ExampleChanges_Inverse() {
	before := Plan{Title: "Move", Steps: draft.ListOf(Step{ID: "a"}, Step{ID: "b"})}
	_, changes, _ := draft.Update(before, func(p *Plan) { p.Steps.Edit(1).Name = "Drive" })

	// In the meantime a step was put in front: the change is taken back from
	// the step with the identity b, not from the one at position 1.
	now := Plan{Title: "Move", Steps: draft.ListOf(Step{ID: "new", Name: "Think"}, Step{ID: "a"}, Step{ID: "b", Name: "Drive"})}
	back, err := draft.Apply(now, changes.Inverse())
	fmt.Println(back.Steps, err)
	// Output: [{new Think false} {a  false} {b  false}] <nil>
}

func ExampleChanges_JSONPatch() {
	plan := Plan{Steps: draft.ListOf(Step{ID: "a"}, Step{ID: "b"})}
	_, changes, _ := draft.Update(plan, func(p *Plan) {
		p.Steps.Move(1, 0)
		p.Steps.Edit(0).Done = true
		p.Notes.Set("a/b", "x")
	})
	patch, err := changes.JSONPatch()
	fmt.Println(string(patch), err)
	// Output: [{"op":"move","from":"/steps/1","path":"/steps/0"},{"op":"add","path":"/steps/0/done","value":true},{"op":"add","path":"/notes","value":{"a/b":"x"}}] <nil>
}

// A server that has another step at position 1 refuses the patch, instead of changing that.
func ExampleChanges_GuardedPatch() {
	before := Plan{Steps: draft.ListOf(Step{ID: "a"}, Step{ID: "b"})}
	_, changes, _ := draft.Update(before, func(p *Plan) { p.Steps.Edit(1).Name = "Drive" })
	patch, err := changes.GuardedPatch(&before)
	fmt.Println(string(patch), err)

	server := Plan{Steps: draft.ListOf(Step{ID: "new"}, Step{ID: "a"}, Step{ID: "b"})}
	_, _, err = draft.ApplyPatch(server, patch, draft.Limits{})
	fmt.Println(err)
	// Output:
	// [{"op":"test","path":"/steps/1/id","value":"b"},{"op":"replace","path":"/steps/1/name","value":"Drive"}] <nil>
	// operation 0 (test "/steps/1/id"): draft: test operation failed: there is "a"
}
