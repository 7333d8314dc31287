package saga_test

import (
	"errors"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/sagatest"
)

var errServer = errors.New("the server says no")

// runThen is sagatest.Run of a saga with a post-effect.
func runThen[T any](s *atom.Store, a *atom.Atom[T], update, post func(*T)) *sagatest.Hand {
	h := &sagatest.Hand{}
	h.Task = saga.Run(s, a, saga.Update(update).Effect(sagatest.Effect[T](h)).PostEffect(post))
	return h
}
