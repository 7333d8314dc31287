package fetch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/atomsaga/atomsaga/saga"
)

// Patch sends what the effect's task has changed as a JSON Patch (RFC 6902), relative to the
// atom of the saga, and returns the server's answer. From then on the change is re-applied
// from that patch ([saga.Task.PatchSent]): the page shows what the server was told.
//
// ctx has to be that of the effect. With any other there is nothing to send, which is an
// error, as is a transaction of several patches. The other errors are those of [JSON].
//
// The request has the task's id as its Idempotency-Key, the same in each attempt. So a server
// that knows this header can act once, even if its first answer was lost. It must remember
// only what it has done: what it has refused may be sent again under the same key with
// another body.
//
// The patch tests which elements of lists it is about. A server whose list differs then
// refuses it, by RFC 6902 alone, and never changes another element than the user meant. It
// answers with 409 Conflict, 412 Precondition Failed or 422 Unprocessable Content, for which
// the error is [saga.Stale]: the patch is made anew and sent again. A 422 with a place in the
// document ([Problem.Path]) and no operation of the patch is about the patched document, and
// final.
func Patch[T any](ctx context.Context, url string) (answer T, err error) {
	r, patch, err := newPatchRequest(ctx, url)
	if err != nil {
		return answer, fmt.Errorf("fetch: PATCH %s: %w", url, err)
	}
	if err := exchange(ctx, r, patch, &answer); err != nil {
		return *new(T), staleIfRefused(err)
	}
	return answer, nil
}

// newPatchRequest returns the request of Patch, and its body.
func newPatchRequest(ctx context.Context, url string) (r Request, patch json.RawMessage, err error) {
	task := saga.TaskFrom(ctx)
	if task == nil {
		return r, nil, errors.New("the context is not that of an effect")
	}
	if n := len(task.Patches()); n > 1 {
		return r, nil, fmt.Errorf("the transaction has %d patches", n)
	}
	patch, err = task.PatchSent()
	header := map[string]string{"Content-Type": "application/json-patch+json", "Idempotency-Key": task.ID()}
	return Request{Method: "PATCH", URL: url, Header: header}, patch, err
}

func staleIfRefused(err error) error {
	if p, is := errors.AsType[*Problem](err); is && p.refusesPatch() {
		return saga.Stale(err)
	}
	return err
}
