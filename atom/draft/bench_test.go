package draft

import (
	"strconv"
	"testing"
)

// ten is a struct of ten plain fields.
type ten struct {
	ID, Name, Description, Inverse, Vocabulary string
	HasDirection, Hidden                       bool
	Version, Order                             int64
	Weight                                     float64
}

func BenchmarkPlainStruct(b *testing.B) {
	v := &ten{ID: "a", Name: "b"}
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := Revise(v, func(d *ten) { d.HasDirection = !d.HasDirection }); err != nil {
			b.Fatal(err)
		}
	}
}

// level is a document of five levels.
type level struct {
	Name string
	Tags []string
	A, B int
	Next *level
}

func fiveLevels() *level {
	var v *level
	for range 5 {
		v = &level{Name: "n", Tags: []string{"a", "b"}, A: 1, B: 2, Next: v}
	}
	return v
}

func BenchmarkFiveLevels(b *testing.B) {
	v := fiveLevels()
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := Revise(v, func(d *level) { d.Next.Next.Next.Next.Name = "x" }); err != nil {
			b.Fatal(err)
		}
	}
}

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
	return &board{List: ListOf(tasks...), Map: MapOf(m)}
}

var sizesMeasured = []int{100, 1000, 10_000, 100_000}

// measure runs what(n) for each size.
func measure(b *testing.B, what func(v *board, n int) error) {
	for _, n := range sizesMeasured {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			v := newBoard(n)
			b.ReportAllocs()
			for b.Loop() {
				if err := what(v, n); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func editList(v *board, n int) (*board, Changes, error) {
	return Revise(v, func(d *board) { t := d.List.Edit(n / 2); t.Done = !t.Done })
}

func editMap(v *board, n int) (*board, Changes, error) {
	key := "task-" + strconv.Itoa(n/2)
	return Revise(v, func(d *board) { t := d.Map.Edit(key); t.Done = !t.Done })
}

func BenchmarkListEdit(b *testing.B) {
	measure(b, func(v *board, n int) error { _, _, err := editList(v, n); return err })
}

func BenchmarkMapEdit(b *testing.B) {
	measure(b, func(v *board, n int) error { _, _, err := editMap(v, n); return err })
}

func BenchmarkListInsertAtFront(b *testing.B) {
	measure(b, func(v *board, n int) error {
		_, _, err := Revise(v, func(d *board) { d.List.Insert(0, task{ID: "new"}) })
		return err
	})
}

func BenchmarkListRemove(b *testing.B) {
	measure(b, func(v *board, n int) error {
		_, _, err := Revise(v, func(d *board) { d.List.Delete(n / 2) })
		return err
	})
}

func BenchmarkListInsertReverted(b *testing.B) {
	for _, n := range sizesMeasured {
		next, c, err := Revise(newBoard(n), func(d *board) { d.List.Insert(0, task{ID: "new"}) })
		if err != nil {
			b.Fatal(err)
		}
		back := c.Inverse()
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := applied(next, back); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkListEditAllOf1000(b *testing.B) {
	v := newBoard(1000)
	b.ReportAllocs()
	for b.Loop() {
		_, c, err := Revise(v, func(d *board) {
			for i := range d.List.Len() {
				t := d.List.Edit(i)
				t.Done = !t.Done
			}
		})
		if err != nil || c.Len() != 1000 {
			b.Fatal(err, c.Len())
		}
	}
}

func BenchmarkListRange10000(b *testing.B) {
	v := newBoard(10_000)
	for b.Loop() {
		n := 0
		for _, t := range v.List.All() {
			n += t.Count + len(t.ID)
		}
		if n == 0 {
			b.Fatal("nothing seen")
		}
	}
}
