// Package fetch sends HTTP requests from the effects of sagas: in the browser by its own
// fetch, elsewhere by net/http, which a program for the browser does not link because of
// this package.
//
// A request is aborted when its context is done, also while its answer is being read. The
// context of an effect is done when its task ends. So a task that is cancelled, or takes too
// long, ends its request on the network.
//
//	saga.New(
//		func(k *Kind) struct{} { k.Name = name; return struct{}{} },
//		func(ctx context.Context, k Kind, _ struct{}) (Kind, error) {
//			return fetch.Patch[Kind](ctx, "/api/kinds/"+k.ID)
//		},
//		func(k *Kind, saved Kind) { k.Version = saved.Version },
//	)
//
// # Errors
//
// For an answer with a status of 400 or more the error wraps a [*Problem]. For a server
// that cannot be reached it wraps [ErrNetwork]. It also does for an answer that is not the
// server's ([ErrIntercepted]): the log-in page of a network, or that of a proxy to which the
// request was redirected, or a proxy's error page. An answer without a body is
// [ErrNoContent], not a zero value. What becomes of a saga whose effect returns the error:
//
//	the answer                          Saga.Retry           a durable saga
//	none (ErrNetwork, ErrOffline,       is tried again       waits for the network
//	ErrIntercepted)
//	401 (Unauthorized)                  fails                waits until the user has logged in
//	408, 425, 429, 502, 503, 504        is tried again       is tried again, however often
//	409, 412, 422 to [Patch]:           is made anew and     is made anew and
//	saga.Stale                          sent, then fails     sent, then fails
//	other 4xx: saga.Permanent           fails                fails
//	other 5xx                           is tried again       is tried again as its Backoff says
//	2xx, no body, to a change           has succeeded, without a result: saga.ErrNoResult
//	2xx, no body, to GET or HEAD        is tried again       is tried again as its Backoff says
//
// No attempt is made before the time that the answer's Retry-After header names, up to the
// limit of [saga.Backoff].
package fetch
