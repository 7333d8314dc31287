package draft_test

import (
	"encoding/json"
	"fmt"

	"github.com/atomsaga/atomsaga/atom/draft"
)

func ExampleList() {
	list := draft.ListOf("a", "b", "c")
	snapshot := list // takes no time, whatever the length
	list.Insert(0, "z")
	list.Move(3, 1)
	*list.Edit(2) += "!"
	fmt.Println(list, snapshot)

	list.Set(0, "y")
	list.Append("d", "e")
	list.Delete(1)
	for i, e := range list.All() {
		fmt.Print(i, ":", e, " ")
	}
	fmt.Println("of", list.Len(), "the last is", list.At(list.Len()-1))
	// Output:
	// [z c a! b] [a b c]
	// 0:y 1:a! 2:b 3:d 4:e of 5 the last is e
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
	fmt.Println(string(b), ages.Len())

	age, ok := ages.Get("Alan")
	fmt.Println(age, ok, ages.Has("Ada"), ages.Edit("Alan") == nil)
	fmt.Println(ages.Delete("Grace"), ages.Delete("Grace"))
	for name, age := range ages.All() {
		fmt.Println(name, age)
	}
	// Output:
	// {"Ada":37,"Grace":85} 2
	// 0 false true true
	// true false
	// Ada 37
}

func ExampleCollectMap() {
	steps := []Step{{ID: "b", Name: "Drive"}, {ID: "a", Name: "Pack"}}
	names := draft.CollectMap(func(yield func(id, name string) bool) {
		for _, s := range steps {
			if !yield(s.ID, s.Name) {
				return
			}
		}
	})
	fmt.Println(names)
	// Output: map[a:Pack b:Drive]
}

func ExampleMap_Merge() {
	names := draft.MapOf(map[string]string{"a": "Pack", "b": "Drive"})
	names.Merge(draft.MapOf(map[string]string{"b": "Drive home", "c": "Unpack"}))
	fmt.Println(names)
	// Output: map[a:Pack b:Drive home c:Unpack]
}
