package atom

import "testing"

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
		if _, _, err := update(v, func(d *ten) { d.HasDirection = !d.HasDirection }); err != nil {
			b.Fatal(err)
		}
	}
}

// level is a document of five levels.
type level struct {
	Name  string
	Tags  []string
	Attrs map[string]string
	Next  *level
}

func fiveLevels() *level {
	var v *level
	for range 5 {
		v = &level{Name: "n", Tags: []string{"a", "b"}, Attrs: map[string]string{"a": "1", "b": "2"}, Next: v}
	}
	return v
}

func BenchmarkFiveLevels(b *testing.B) {
	v := fiveLevels()
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := update(v, func(d *level) { d.Next.Next.Next.Next.Name = "x" }); err != nil {
			b.Fatal(err)
		}
	}
}

func TestDraftOfAStructAllocatesLittle(t *testing.T) {
	v := &ten{ID: "a", Name: "b"}
	n := testing.AllocsPerRun(100, func() {
		if _, _, err := update(v, func(d *ten) { d.HasDirection = true }); err != nil {
			t.Fatal(err)
		}
	})
	if n > 24 {
		t.Errorf("%v allocations, want at most 24", n)
	}
}
