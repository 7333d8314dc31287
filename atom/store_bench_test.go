package atom_test

import (
	"testing"

	"github.com/atomsaga/atomsaga/atom"
)

// BenchmarkStore is what one goroutine pays that nobody else keeps waiting.
func BenchmarkStore(b *testing.B) {
	type row struct {
		Name string
		Done bool
		N    int
	}
	s, root, other := atom.NewStore(), atom.New(row{Name: "a"}), atom.New(0)
	n := atom.Focus(root, func(r *row) *int { return &r.N })
	done := atom.Focus(root, func(r *row) *bool { return &r.Done })
	double := atom.Derive(func(r atom.Reader) int { return 2 * other.Get(r) })
	must(b, root.Set(s, row{Name: "b"}))
	must(b, other.Set(s, 1))
	for _, x := range []struct {
		name string
		do   func()
	}{
		{"Get", func() { other.Get(s) }},
		{"Get-focus", func() { n.Get(s); done.Get(s) }},
		{"Get-derived", func() { double.Get(s) }},
		{"Set", func() { other.Set(s, 7) }},
		{"Update", func() { other.Update(s, func(n *int) { *n++ }) }},
		{"Update-focus", func() { n.Update(s, func(n *int) { *n++ }) }},
		{"Update-and-derive", func() { other.Update(s, func(n *int) { *n++ }); double.Get(s) }},
		{"Dispatch-and-Succeed", func() {
			e, err := atom.Dispatch(s, n.Edit(func(n *int) { *n++ }))
			if err != nil {
				b.Fatal(err)
			}
			e.Succeed(s)
		}},
		{"Dispatch-and-Drop", func() {
			e, err := atom.Dispatch(s, n.Edit(func(n *int) { *n++ }))
			if err != nil {
				b.Fatal(err)
			}
			e.Drop(s)
		}},
		{"Batch-of-2", func() {
			s.Batch(func(w *atom.Batch) { other.Set(w, 8); other.Get(w); other.Set(w, 9) })
		}},
	} {
		b.Run(x.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				x.do()
			}
		})
	}
}
