package sagatest_test

import (
	"context"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

// api is an effect that would call a server.
func api[T any](context.Context, T) error { panic("there is no server") }

func setDirection(s *atom.Store, kind *atom.Atom[Kind], on bool) *saga.Task {
	return saga.Run(s, kind, saga.Update(func(k *Kind) { k.HasDirection = on }).Effect(api[Kind]))
}
