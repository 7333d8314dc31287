// Package saga changes state at once, tells the server, and takes back its own
// change, and nothing else, when the server does not agree.
//
// A [Saga] is an update, an effect, and a post-effect:
//
//	saga.Update(func(k *Kind) { k.HasDirection = on }).
//		Effect(func(ctx context.Context, next Kind) error { return api.Put(ctx, next) }).
//		PostEffect(func(k *Kind) { k.Saved = true })
//
// [Run] runs it on an atom of a store. A hook of package hook runs it from a go-app component,
// on the atom that the component shows. Either returns a [Task].
//
// # What happens
//
//  1. The update is applied to a draft of the atom's value and shows at once. It enters the
//     atom's log (see package atom) and keeps its place there.
//  2. The effect runs in a goroutine of its own. It is called with the value after the update,
//     and a context that ends with the task.
//  3. When it returns nil the update stays, and the post-effect is applied as a write of its
//     own, in the same batch. Of an atom that follows a server ([FollowServer]) both stay in
//     the log until the server's base contains them.
//  4. When it returns an error, panics, or takes longer than its [Saga.Timeout], the update is
//     dropped: the value is what it would be had the saga never run. Updates that were
//     dispatched later stay; they are applied again.
//  5. These are told: the [Task], the hooks that show the value, [Tasks], and [OnError], which
//     keeps what it could tell nobody.
//
// What becomes of a saga, row by row:
//
//	what happens                     the update              the task ends as
//	update panics, target missing    never entered the log   Failed
//	update changes nothing           enters all the same     as the effect
//	no effect given                  a plain write           Succeeded
//	effect without update            nothing to roll back    as the effect
//	effect returns nil               stays                   Succeeded
//	effect returns ErrNoResult       stays, no typed post    Succeeded
//	post-effect panics               stays                   Succeeded, with PostErr
//	a base contains it (RebaseWith)  is part of the base     Succeeded, whatever the effect says
//	effect returns an error, panics  dropped                 Failed
//	its error is Stale               stays, sent anew        as the effect, in the end
//	effect ends its goroutine        dropped                 Failed, with ErrEffectExited
//	timeout                          dropped                 Failed, with ErrTimeout
//	cancel, by task, hook, context   dropped                 Cancelled
//	a newer one, with Latest         dropped                 Superseded
//	it cannot be applied again       dropped                 Conflict
//	the component is dismounted      as if it were there     as the effect
//
// A page that is closed takes its running sagas with it: the server may or may not have been
// told. Those that are made with [Define] outlive it, and wait while there is no network.
//
// # Policies
//
// A policy says what becomes of sagas that are run on the same atom while one of them runs. It
// is about effects: what shows is the same with any of them, the base with every live change
// in the order of dispatch.
//
//	policy    the running one  those that wait  the new one
//	none      goes on          -                its effect begins at once
//	Latest    superseded       -                its effect begins at once
//	Leading   goes on          -                is not run: Run returns the running task
//	Serial    goes on          keep their turn  its effect waits for its turn
//	Debounce  goes on          are joined       one effect for all, d after the last of them
//	Throttle  goes on          are joined       one effect for all, d after the last effect began
//
// Sagas meet when they have the same policy, with the same d, and the same keys, which must be
// comparable. Give keys when sagas of different kinds run on one atom: a rename is no reason to
// supersede a toggle.
//
// Also what overlaps is sent in order: a whole and its part, as a board and one of its cards.
// Which runs wait for which, and what it means to join, is told at [Saga].
//
// # Tests
//
// Package sagatest settles effects by hand, and runs sagas in every order of settling.
package saga
