package saga_test

import (
	"context"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

type tenFields struct {
	ID, Name, Description, Inverse, Vocabulary string
	HasDirection, Symmetric                    bool
	Version, Uses                              int64
	Domain                                     []string
}

var refused = saga.Update(func(f *tenFields) { f.HasDirection = !f.HasDirection }).
	Effect(func(context.Context, tenFields) error { return errServer })

// BenchmarkRollBack dispatches a saga whose effect fails, and waits until it is
// rolled back.
func BenchmarkRollBack(b *testing.B) {
	s, a := atom.NewStore(), atom.New(tenFields{Domain: []string{"x"}})
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		saga.Run(s, a, refused).Wait(ctx)
	}
}

// The budget is 40 allocations beyond the effect's goroutine.
func TestAllocationsOfASagaThatIsRolledBack(t *testing.T) {
	s, a := atom.NewStore(), atom.New(tenFields{Domain: []string{"x"}})
	ctx := context.Background()
	n := testing.AllocsPerRun(500, func() { saga.Run(s, a, refused).Wait(ctx) })
	goroutine := testing.AllocsPerRun(500, func() {
		done := make(chan struct{})
		go func() { close(done) }()
		<-done
	})
	t.Logf("%.0f allocations, %.0f of them for a goroutine", n, goroutine)
	if n-goroutine >= 40 {
		t.Errorf("%.0f allocations beyond the goroutine's %.0f, want under 40", n-goroutine, goroutine)
	}
}
