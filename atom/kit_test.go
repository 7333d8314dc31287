package atom

import (
	"strconv"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// board is a state with one large collection of each kind.
type board struct {
	Title string
	List  List[task]
	Map   Map[string, task]
}

type task struct {
	ID    string `atom:"key"`
	Name  string
	Done  bool
	Count int
}

// newBoard has n tasks in each.
func newBoard(n int) *board {
	tasks, m := make([]task, n), make(map[string]task, n)
	for i := range tasks {
		tasks[i] = task{ID: "task-" + strconv.Itoa(i), Name: "name"}
		m[tasks[i].ID] = tasks[i]
	}
	return &board{List: draft.ListOf(tasks...), Map: draft.MapOf(m)}
}

type part struct {
	A int `json:"a"`
}

type item struct {
	ID   string `json:"id" atom:"key"`
	Name string `json:"name"`
	Tags []int
}

func longList(n int) *List[item] {
	var l List[item]
	for i := range n {
		l.Append(item{ID: strconv.Itoa(i)})
	}
	return &l
}

// world has collections in some of the places where they may stand.
type world struct {
	Items List[item]              `json:"items"`
	Nums  List[int]               `json:"nums"`
	Refs  List[*item]             `json:"refs"`
	ByInt Map[int8, *part]        `json:"byInt"`
	In    *struct{ L List[item] } `json:"in"`
	Each  []struct{ M Map[string, int] }
	Two   [2]List[int]
}
