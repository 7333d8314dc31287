package draft

import (
	"runtime"
	"testing"

	"github.com/atomsaga/atomsaga/internal/cases"
)

// bytesOf is how much memory f takes, garbage included, in the best of a few
// runs: what else the process does at the time is not f's.
func bytesOf(f func()) (least uint64) {
	var before, after runtime.MemStats
	for range 5 {
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; least == 0 || n < least {
			least = n
		}
	}
	return least
}

func TestOneEditAllocatesLittle(t *testing.T) {
	n := cases.Of(100_000)
	large, plain := newBoard(n), &ten{ID: "a"}
	for _, row := range []struct {
		what string
		edit func() error
	}{
		{"List", func() error { _, _, err := editList(large, n); return err }},
		{"Map", func() error { _, _, err := editMap(large, n); return err }},
		{"struct", func() error { _, _, err := Revise(plain, func(d *ten) { d.HasDirection = true }); return err }},
	} {
		edit := func() {
			if err := row.edit(); err != nil {
				t.Fatal(err)
			}
		}
		allocations, bytes := testing.AllocsPerRun(100, edit), bytesOf(edit)
		if allocations > 24 || bytes > 4096 {
			t.Errorf("%s: %v allocations, %d bytes; want at most 24 and 4096", row.what, allocations, bytes)
		}
		t.Logf("%s: %v allocations, %d bytes", row.what, allocations, bytes)
	}
}
