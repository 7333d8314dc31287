package saga

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// Definition is a saga that outlives the page. Make it with [Define], once, in a variable of
// its package.
type Definition[In, T any] struct {
	name    string
	version int
	migrate func(version int, input []byte) (In, error)
	target  func(In) *atom.Atom[T]
	build   func(In) Saga[T]
}

// Define makes a saga durable. It has a name, and two functions that make the atom that it
// changes, and the saga, from its input alone. The input is kept as JSON:
//
//	var setDirection = saga.Define("kind.setDirection",
//		func(in SetDirection) *atom.Atom[Kind] { return kindByID.Of(in.ID) },
//		func(in SetDirection) saga.Saga[Kind] { return saga.Update(...).Effect(...) })
//
// In a store with an outbox ([UseOutbox]) a run is written there before its effect starts,
// and stays until the server has answered: through a reload, a crash, and days without a
// network. A page that finds it there shows the change at once, and sends it. So the effect
// may be performed again when its answer was lost. [Task.ID] is the same on every attempt,
// and the server has to remember it with the change.
//
// A durable saga is sent after every earlier one that is about the same thing, a part of it,
// or what it is a part of ([atom.Overlap]), in the order of the outbox: in all tabs, offline,
// and after a reload. When one of those fails, what cannot be applied without it is a conflict,
// and is set aside as well. What cannot be applied because one of those is in its way waits,
// and does not show, since that one may fail.
//
// A policy of the saga that build returns is ignored; its Timeout and Backoff are not. An
// effect ends in one of these ways:
//
//	the effect returns                          the saga
//	nil                                         has succeeded, in every page
//	an error whose Unreachable method is true,  waits, with all others, until the device is online
//	or the timeout has passed                   again or a probe gets through: the oldest is tried
//	                                            again after 1 s, 2 s, ... 1 minute (at random, see Backoff)
//	an error whose Unauthorized method is true  waits, with all others, until [StoreOutbox.Resume] is
//	                                            called after the login, or a probe gets through
//	an error whose Temporary method is true     waits, with those on its atom; its RetryAfter counts, see Backoff
//	an error that is [Stale]                    sends its patch made anew, under the same id, up to
//	                                            four times, then it has failed
//	any other error                             is retried as its Backoff says, then it has failed:
//	                                            taken back in every page, and set aside
//
// A run is kept once a write to the outbox was completed; [OutboxState] says which ones are
// not. Its record leaves the outbox after every page has seen its last state. One that is
// missing before, since the browser has cleared its storage, is written again.
//
// A saga that is set aside stays in [OutboxState], after a reload too, until it is dismissed
// ([Task.Dismiss], [StoreOutbox.Discard]) or run again; until then, or until the same thing is
// changed, [FailureOn] returns its task. One whose definition is gone, or whose input cannot
// be read, waits there for a program that can.
//
// After a reload the change is applied to what the server has by then. If its answer was
// lost the server has the change already, and says so where it can be asked: see
// [FollowServer]. Where it cannot, prefer updates that can be made twice, setting a value
// rather than counting up.
//
// Define panics when the name is taken.
func Define[In, T any](name string, target func(In) *atom.Atom[T], build func(In) Saga[T]) *Definition[In, T] {
	d := &Definition[In, T]{name: name, version: 1, target: target, build: build}
	if _, taken := definitions.LoadOrStore(name, d); taken {
		panic("saga: two definitions are named " + name)
	}
	return d
}

// Version sets the version of In, which is 1 at first. Inputs of an earlier version, which may
// still be in an outbox, are read by migrate. One for which it returns an error is set aside.
// Call Version where the definition is made, before anything is run: it changes d, and
// returns it.
func (d *Definition[In, T]) Version(n int, migrate func(version int, input []byte) (In, error)) *Definition[In, T] {
	d.version, d.migrate = n, migrate
	return d
}

// Run runs the saga in a store. See the function [Run]. An input that cannot be encoded as
// JSON is a failure like any other.
func (d *Definition[In, T]) Run(s *atom.Store, in In) *Task { return d.run(s, in, "") }

// run is Run; again is the ID of a refused record that it replaces, or "".
func (d *Definition[In, T]) run(s *atom.Store, in In, again string) *Task {
	i, err := newQueuedItem(s, d.name, d.version, in, again)
	return runItem(i, d.newSpec(i, in), err)
}

// newQueuedItem returns the item of a run whose input is in. It returns the error of
// marshalling in with the item.
func newQueuedItem(s *atom.Store, name string, version int, in any, again string) (*item, error) {
	input, err := json.Marshal(in)
	return newItem(clientOf(s), Record{
		ID: newID(), Name: name, Version: version, Input: string(input),
		State: RecordQueued, Since: time.Now().UnixMilli(), Again: again,
	}), err
}

// runItem runs an item, whose spec is sp. The task has failed when the input could not be
// marshalled, with the error err.
func runItem(i *item, sp *spec, err error) *Task {
	if err != nil {
		t := newTask(sp, sp.instantiate())
		t.end(Failed, fmt.Errorf("saga: the input of %s: %w", i.record.Name, err), nil)
		return t
	}
	return sp.run()
}

// newSpec returns how an item of this definition is run.
func (d *Definition[In, T]) newSpec(i *item, in In) *spec {
	sp := newSpec(i.client.store, d.target(in), d.build(in))
	sp.policy = policy{} // the order of the outbox is one
	sp.durable = i
	i.runAgain = func() *Task { return d.run(sp.store, in, i.record.ID) }
	return sp
}

// definitions has every [Definition] of the program, by name.
var definitions sync.Map

// reviver is a [Definition] of any type.
type reviver interface {
	revive(*item) (*spec, error)
}

// Errors of a record that cannot be revived. They become its Reason.
var (
	errUnknownDefinition = errors.New("this version of the program does not know this kind of change")
	errNewerDefinition   = errors.New("the change was made by a newer version of the program")
)

// revive returns how to run an item whose record was found in the outbox.
func revive(i *item) (_ *spec, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("the change cannot be read: %v", reason)
		}
	}()
	d, ok := definitions.Load(i.record.Name)
	if !ok {
		return nil, errUnknownDefinition
	}
	return d.(reviver).revive(i)
}

func (d *Definition[In, T]) revive(i *item) (*spec, error) {
	in, err := d.decode(i.record)
	if err != nil {
		return nil, err
	}
	return d.newSpec(i, in), nil
}

func (d *Definition[In, T]) decode(r Record) (in In, err error) {
	switch {
	case r.Version > d.version:
		return in, errNewerDefinition
	case r.Version < d.version:
		in, err = d.migrate(r.Version, []byte(r.Input))
	default:
		err = json.Unmarshal([]byte(r.Input), &in)
	}
	return in, notRead(err)
}

// notRead says that an input cannot be read, for err; nil when err is nil.
func notRead(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("the change cannot be read: %w", err)
}
