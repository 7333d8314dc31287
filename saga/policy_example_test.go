package saga_test

import (
	"context"
	"fmt"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/sagatest"
)

// renamed returns a saga whose effect the examples hold by hand.
func renamed(to string) saga.Saga[Kind] {
	return saga.Update(func(k *Kind) { k.Name = to }).Effect(func(context.Context, Kind) error { return nil })
}

// What was typed last is what counts: the effects before it are cancelled, their changes
// taken back.
func ExampleSaga_Latest() {
	store, kind := atom.NewStore(), atom.New(Kind{Name: "knows"})
	server := sagatest.Hold(store)

	first := saga.Run(store, kind, renamed("m").Latest())
	fmt.Println(kind.Get(store).Name, first.State())
	second := saga.Run(store, kind, renamed("met").Latest())
	fmt.Println(kind.Get(store).Name, first.State(), second.State())
	server.Of(second).Succeed()
	fmt.Println(kind.Get(store).Name, first.Err(), second.State())
	// Output:
	// m running
	// met superseded running
	// met saga: superseded by a newer one succeeded
}

// A second click on a button does nothing while the first one's effect runs.
func ExampleSaga_Leading() {
	store, clicks := atom.NewStore(), atom.New(0)
	server := sagatest.Hold(store)
	click := saga.Update(func(n *int) { *n++ }).Effect(func(context.Context, int) error { return nil }).Leading()

	first := saga.Run(store, clicks, click)
	second := saga.Run(store, clicks, click)
	fmt.Println(clicks.Get(store), second == first)
	server.Of(first).Succeed()
	third := saga.Run(store, clicks, click)
	fmt.Println(clicks.Get(store), third == first)
	third.Cancel()
	// Output:
	// 1 true
	// 2 false
}

// Both changes show at once. They are sent one after the other, and each is taken back by
// itself.
func ExampleSaga_Serial() {
	store, count := atom.NewStore(), atom.New(0)
	server := sagatest.Hold(store)
	add := func(n int) saga.Saga[int] {
		return saga.Update(func(sum *int) { *sum += n }).Effect(func(context.Context, int) error { return nil }).Serial()
	}

	one, ten := saga.Run(store, count, add(1)), saga.Run(store, count, add(10))
	fmt.Println(count.Get(store), one.Waiting(), ten.Waiting())
	server.Of(one).Fail(errServer)
	fmt.Println(count.Get(store), one.State())
	server.Of(ten).Succeed()
	ten.Wait(context.Background())
	fmt.Println(count.Get(store), ten.State())
	// Output:
	// 11 false true
	// 10 failed
	// 10 succeeded
}

// A text field sends what was typed once nobody has typed for a while. What is typed shows
// at once, and is one task with one patch.
func ExampleSaga_Debounce() {
	store, kind := atom.NewStore(), atom.New(Kind{Name: "knows"})
	typed := func(text string) *saga.Task {
		return saga.Run(store, kind, renamed(text).Debounce(time.Hour))
	}

	task := typed("m")
	fmt.Println(typed("me") == task, typed("met") == task)
	fmt.Println(kind.Get(store).Name, task.Waiting(), task.Patch())
	task.Cancel()
	fmt.Println(kind.Get(store).Name)
	// Output:
	// true true
	// met true replace /Name met (knows)
	// knows
}

// A slider sends its first position at once, and then at most one in each interval, for all
// moves in between.
func ExampleSaga_Throttle() {
	store, volume := atom.NewStore(), atom.New(0)
	server := sagatest.Hold(store)
	move := func(to int) *saga.Task {
		return saga.Run(store, volume, saga.Update(func(v *int) { *v = to }).
			Effect(func(context.Context, int) error { return nil }).Throttle(time.Hour))
	}

	first := move(10)
	server.Of(first).Succeed()
	fmt.Println(first.State())
	next := move(20)
	fmt.Println(next.Waiting(), move(30) == next, volume.Get(store))
	next.Cancel()
	fmt.Println(volume.Get(store))
	// Output:
	// succeeded
	// true true 30
	// 10
}

// Two atoms, and one effect at a time for both.
func ExampleScope() {
	store, a, b := atom.NewStore(), atom.New(0), atom.New(0)
	server := sagatest.Hold(store)
	sync := saga.Effect(func(context.Context, int) error { return nil }).Serial(saga.Scope("sync"))

	first, second := saga.Run(store, a, sync), saga.Run(store, b, sync)
	fmt.Println(first.Waiting(), second.Waiting())
	server.Of(first).Succeed()
	server.Of(second).Succeed()
	fmt.Println(second.Wait(context.Background()))
	// Output:
	// false true
	// <nil>
}
