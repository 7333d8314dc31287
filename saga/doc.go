// Package saga changes state at once, tells the server, and takes back its own
// change, and nothing else, when the server does not agree.
//
// A [Saga] is an update, an effect, and a post-effect:
//
//	saga.Update(func(k *Kind) { k.HasDirection = on }).
//		Effect(func(ctx context.Context, next Kind) error { return api.Put(ctx, next) }).
//		PostEffect(func(k *Kind) { k.Saved = true })
//
// [Run] runs it on an atom of a store; [Hook.Run] runs it from a go-app
// component on the atom that the component shows. Either returns a [Task].
//
// # What happens
//
//  1. The update is applied to a draft of the atom's value and shows at once.
//     It enters the atom's log (see package atom) and keeps its place there.
//  2. The effect runs in a goroutine of its own. It is handed the value after
//     the update, and a context that ends with the task.
//  3. When it returns nil the update stays, and the post-effect is applied as
//     a write of its own, in the same batch.
//  4. When it returns an error, panics, or takes longer than its [Saga.Timeout],
//     the update is dropped: the value is what it would be had the saga never
//     run. Updates that were dispatched later stay; they are applied again.
//  5. Who is told: the [Task], the hooks that show the value, and [OnError].
//
// What becomes of a saga, row by row:
//
//	what happens                     the update              the task ends as
//	update panics, target missing    never entered the log   Failed
//	update changes nothing           enters all the same     as the effect
//	no effect given                  a plain write           Succeeded
//	effect without update            nothing to roll back    as the effect
//	effect returns nil               stays                   Succeeded
//	post-effect panics               stays                   Succeeded, with PostErr
//	effect returns an error, panics  dropped                 Failed
//	timeout                          dropped                 Failed, with ErrTimeout
//	Task.Cancel                      dropped                 Cancelled
//	it cannot be applied again       dropped                 Conflict
//	the component is dismounted      as if it were there     as the effect
//
// A page that is closed takes its running sagas with it: the server may or may
// not have been told. Those that are made with [Define] outlive it, and wait while
// there is no network.
//
// # Components
//
// A component that shows an atom embeds a [Bind] and has a [Hook], or a [View],
// for each atom. See [Hook] for the whole of it.
package saga
