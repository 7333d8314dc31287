package sagatest_test

import (
	"errors"
	"fmt"
	"strings"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/sagatest"
)

type Kind struct {
	Name         string
	HasDirection bool
	Tags         []string
}

// An effect that fails when the test says so.
func ExampleRun() {
	store := atom.NewStore()
	kind := atom.New(Kind{Name: "knows"})

	rename := sagatest.Run(store, kind, func(k *Kind) { k.Name = "is acquainted with" })
	fmt.Println(kind.Get(store).Name)

	rename.Fail(errors.New("503"))
	fmt.Println(kind.Get(store).Name, rename.Task.Err())
	// Output:
	// is acquainted with
	// knows 503
}

// A saga that is more than an update: of two runs under Latest the second one supersedes the first.
func ExampleEffect() {
	store := atom.NewStore()
	kind := atom.New(Kind{Name: "knows"})
	run := func(name string) *sagatest.Hand {
		h := &sagatest.Hand{}
		h.Task = saga.Run(store, kind, saga.Update(func(k *Kind) { k.Name = name }).Effect(sagatest.Effect[Kind](h)).Latest())
		return h
	}
	first, second := run("met"), run("is acquainted with")
	fmt.Println(first.Task.State(), second.Task.State(), kind.Get(store).Name)
	second.Succeed()
	fmt.Println(second.Task.State(), kind.Get(store).Name)
	// Output:
	// superseded running is acquainted with
	// succeeded is acquainted with
}

// The sagas of a page, as they are, with nobody at the other end.
func ExampleHold() {
	store := atom.NewStore()
	kind := atom.New(Kind{Name: "knows"})
	server := sagatest.Hold(store)

	task := setDirection(store, kind, true)
	fmt.Println(kind.Get(store).HasDirection)
	server.Of(task).Fail(errors.New("503"))
	fmt.Println(kind.Get(store).HasDirection)

	server.Of(setDirection(store, kind, true)).Succeed()
	fmt.Println(kind.Get(store).HasDirection)
	// Output:
	// true
	// false
	// true
}

// A page's sagas, in every order in which they can settle.
func ExampleInterleave() {
	kind := atom.New(Kind{})
	err := sagatest.Interleave(kind, Kind{Name: "knows"},
		sagatest.Step{Name: "direct", Run: func(s *atom.Store) *saga.Task { return setDirection(s, kind, true) }},
		sagatest.Step{Name: "rename", Run: func(s *atom.Store) *saga.Task {
			return saga.Run(s, kind, saga.Update(func(k *Kind) { k.Name += "!" }).Effect(api[Kind]))
		}},
		sagatest.Step{Name: "tag", Run: func(s *atom.Store) *saga.Task {
			return saga.Run(s, kind, saga.Update(func(k *Kind) { k.Tags = append(k.Tags, k.Name) }).Effect(api[Kind]))
		}},
	)
	fmt.Println(err)
	// Output: <nil>
}

// An update that counts on something besides its draft does not do the same when
// it is run again, and so it cannot be taken back exactly.
func ExampleInterleave_impure() {
	kind := atom.New(Kind{})
	step := sagatest.Step{Name: "number", Run: func(s *atom.Store) *saga.Task {
		n := 0
		return saga.Run(s, kind, saga.Update(func(k *Kind) {
			n++
			k.Name = fmt.Sprint("kind ", n)
		}).Effect(api[Kind]))
	}}
	fmt.Println(sagatest.Interleave(kind, Kind{}, step))
	// Output:
	// sagatest: the update of number is not pure: run twice on the same value it makes
	// 	{"Name":"kind 1","HasDirection":false,"Tags":null}
	// and
	// 	{"Name":"kind 2","HasDirection":false,"Tags":null}
}

// An update that remembers what it saw is right as long as everything succeeds.
func ExampleInterleave_shortestHistory() {
	kind := atom.New(Kind{})
	err := sagatest.Interleave(kind, Kind{Name: "knows"},
		sagatest.Step{Name: "direct", Run: func(s *atom.Store) *saga.Task { return setDirection(s, kind, true) }},
		sagatest.Step{Name: "rename", Run: func(s *atom.Store) *saga.Task {
			return saga.Run(s, kind, saga.Update(func(k *Kind) { k.Name = "met" }).Effect(api[Kind]))
		}},
		sagatest.Step{Name: "shout", Run: func(s *atom.Store) *saga.Task {
			var loud string
			return saga.Run(s, kind, saga.Update(func(k *Kind) {
				if loud == "" {
					loud = strings.ToUpper(k.Name)
				}
				k.Name = loud
			}).Effect(api[Kind]))
		}},
	)
	fmt.Println(err)
	// Output:
	// sagatest: a wrong value after
	// 	rename is dispatched
	// 	shout  is dispatched
	// 	rename fails
	// it is
	// 	{"Name":"MET","HasDirection":false,"Tags":null}
	// and should be
	// 	{"Name":"KNOWS","HasDirection":false,"Tags":null}
}
