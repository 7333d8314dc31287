package saga

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// A Definition is a saga that outlives the page. Make it with [Define], once,
// in a variable of its package.
type Definition[In, T any] struct {
	name    string
	version int
	migrate func(version int, input []byte) (In, error)
	target  func(In) *atom.Atom[T]
	build   func(In) Saga[T]
}

// Define makes a saga durable. It is declared under a name, with the atom that
// it changes and what it does to it, both made from its input alone, which is
// kept as JSON:
//
//	var setDirection = saga.Define("kind.setDirection",
//		func(in SetDirection) *atom.Atom[Kind] { return kindByID.Of(in.ID) },
//		func(in SetDirection) saga.Saga[Kind] { return saga.Update(...).Effect(...) })
//
// In a store with an outbox ([Keep]) it is written there before its effect
// starts, and stays until the server has answered: through a reload, a crash,
// and days without a network. The page that finds it there shows the change at
// once, and sends it. So the effect may be performed again when its answer was
// lost: [Task.ID] is the same then, on every attempt, and the server has to
// remember it with the change.
//
// A durable saga is sent once every earlier one has settled that is about the same
// thing, a part of it, or what it is a part of ([atom.Overlap]): in the order in which the outbox
// has them, in all tabs, offline, and after a reload. When one of those fails, what cannot
// be applied without it has met a conflict, and is set aside as well. What cannot be applied
// as long as one of those is in its way waits, and does not show: that one may fail. A policy of the
// saga that build returns does not count; its
// Timeout and Backoff do. An effect ends in one of these ways:
//
//	the effect returns                          the saga
//	nil                                         has succeeded, in every page
//	an error whose Unreachable method is true,  waits, with all others, until the device is online
//	or the timeout has passed                   again or a probe gets through: the oldest is tried
//	                                            again after 1 s, 2 s, ... 1 minute (at random, see Backoff)
//	an error whose Unauthorized method is true  waits, with all others, until [Resume] is called after
//	                                            the login, or a probe gets through
//	an error whose Temporary method is true     waits, with those on its atom; its RetryAfter counts, see Backoff
//	an error that is [Stale]                    sends its patch made anew, under the same id, up to
//	                                            four times, then it has failed
//	any other error                             is retried as its Backoff says, then it has failed:
//	                                            taken back in every page, and set aside
//
// What was run is kept once a write to the outbox was completed; [OutboxState] says what is
// not. Its record ends by a state that every page has seen: one that is missing, since the
// browser has cleared its storage, is written again.
//
// A saga that is set aside stays in [OutboxState], after a reload too, until it is
// dismissed ([Task.Dismiss], [Discard]) or run again; until then, or until the
// same thing is changed, [FailureOn] returns its task. One whose definition is gone,
// or whose input cannot be read, waits there for a program that can.
//
// After a reload the change is applied to what the server has meanwhile. If its
// answer was lost the server has the change already, and says so where it can be
// asked: see [Live]. Where it cannot, prefer updates that can be made twice, setting
// a value rather than counting up.
func Define[In, T any](name string, target func(In) *atom.Atom[T], build func(In) Saga[T]) *Definition[In, T] {
	d := &Definition[In, T]{name: name, version: 1, target: target, build: build}
	if _, taken := definitions.LoadOrStore(name, d); taken {
		panic("saga: two definitions are named " + name)
	}
	return d
}

// Version says that In is not what it was: inputs of an earlier version, which
// may still be in an outbox, are read by migrate. The first version is 1. An
// input for which migrate returns an error is set aside.
func (d *Definition[In, T]) Version(n int, migrate func(version int, input []byte) (In, error)) *Definition[In, T] {
	d.version, d.migrate = n, migrate
	return d
}

// Run runs the saga in a store, as [Run] does. An input that cannot be encoded is
// a failure like any other.
func (d *Definition[In, T]) Run(s *atom.Store, in In) *Task { return d.run(s, in, "") }

// run is Run in place of a record that was refused, if again is one's ID.
func (d *Definition[In, T]) run(s *atom.Store, in In, again string) *Task {
	input, err := json.Marshal(in)
	l := d.launch(newItem(clientOf(s), Record{ID: newID(), Name: d.name, Version: d.version, Input: string(input), State: RecordQueued, Since: time.Now().UnixMilli(), Again: again}), in)
	if err != nil {
		t := newTask(l, l.begin())
		t.end(Failed, fmt.Errorf("saga: the input of %s: %w", d.name, err), nil)
		return t
	}
	return l.run()
}

// launch is how an item of this definition is run.
func (d *Definition[In, T]) launch(i *item, in In) *launch {
	l := launchOf(i.client.store, d.target(in), d.build(in))
	l.policy = policy{} // the outbox has its own
	l.durable = i
	i.again = func() *Task { return d.run(l.store, in, i.record.ID) }
	return l
}

// definitions is every Definition of the program, by name.
var definitions sync.Map

// A reviver is a Definition of any type.
type reviver interface {
	revive(*item) (*launch, error)
}

// Errors of a record that cannot be taken up. They are the Reason of its record.
var (
	errGone  = errors.New("this version of the program does not know this kind of change")
	errNewer = errors.New("the change was made by a newer version of the program")
)

// revive returns the launch of a record that was found in the outbox.
func revive(i *item) (*launch, error) {
	d, ok := definitions.Load(i.record.Name)
	if !ok {
		return nil, errGone
	}
	return d.(reviver).revive(i)
}

func (d *Definition[In, T]) revive(i *item) (_ *launch, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("the change cannot be read: %v", reason)
		}
	}()
	in, err := d.read(i.record)
	if err != nil {
		return nil, err
	}
	return d.launch(i, in), nil
}

func (d *Definition[In, T]) read(r Record) (in In, err error) {
	switch {
	case r.Version > d.version:
		return in, errNewer
	case r.Version < d.version:
		in, err = d.migrate(r.Version, []byte(r.Input))
	default:
		err = json.Unmarshal([]byte(r.Input), &in)
	}
	if err != nil {
		err = fmt.Errorf("the change cannot be read: %w", err)
	}
	return in, err
}

// durable is what the outbox adds to a launch.
type durable interface {
	id() string
	makeRoom(*atom.Batch, *Task) (restore func()) // before its update enters the log, in this batch
	entered(*atom.Batch, *Task)                   // its update is in the log, in this batch
	keeps(*Task) bool                             // although it cannot be applied: what is in its way may go
	away(*Task)                                   // it was kept, outside of a batch
	enters(*atom.Batch, *Task)                    // the log again, if it can
	perform(*Task)                                // one attempt
	sending(patch []byte) []byte                  // returns what the first attempt has sent
	refused()                                     // what was sent: the next attempt sends what it is given
	ended(*atom.Batch, *Task)
	dismissed()
	retry() *Task
}
