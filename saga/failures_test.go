package saga_test

import (
	"context"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

// A failure that nobody has heard of waits for somebody who listens.
func TestAnUnheardFailureIsNeverLost(t *testing.T) {
	for _, test := range []struct {
		reason string
		heard  func(*saga.Task)
		want   int
	}{
		{"nobody knows", func(*saga.Task) {}, 1},
		{"it was dismissed", (*saga.Task).Dismiss, 0},
		{"it was tried again, and failed again", func(t *saga.Task) { t.Retry().Wait(context.Background()) }, 1},
	} {
		s, a := atom.NewStore(), atom.New(0)
		task := saga.Run(s, a, saga.Update(func(n *int) { *n = 1 }).
			Effect(func(context.Context, int) error { return errServer }))
		task.Wait(t.Context())
		test.heard(task)
		var told []*saga.Task
		remove := saga.OnError(s, func(t *saga.Task) { told = append(told, t) })
		if len(told) != test.want {
			t.Errorf("%s: told of %d failures, want %d", test.reason, len(told), test.want)
		}
		remove()
		saga.OnError(s, func(*saga.Task) { t.Errorf("%s: it was told already", test.reason) })
	}
}

func TestUnheardFailuresAreBounded(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	for range 250 {
		saga.Run(s, a, saga.Update(func(*int) { panic("refused") }))
	}
	told := 0
	saga.OnError(s, func(*saga.Task) { told++ })
	if told != 100 {
		t.Errorf("told of %d, want the last 100", told)
	}
}
