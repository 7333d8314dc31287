package fetch_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/fetch"
)

func TestEveryAttemptCarriesTheTasksKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var keys []string
		lost := func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
			keys = append(keys, r.Header["Idempotency-Key"])
			return nil, errors.New("the answer is lost")
		}
		rename := func() *saga.Task {
			return saga.Run(atom.NewStore(), atom.New(kind{}), saga.
				Update(func(k *kind) { k.Name = "died in" }).
				Effect(func(ctx context.Context, _ kind) error {
					_, err := fetch.Patch[kind](fetch.Through(ctx, lost), "/api/kinds/1", saga.TaskFrom(ctx).Patch())
					return err
				}).Retry(1))
		}
		first, second := rename(), rename()
		first.Wait(t.Context())
		second.Wait(t.Context())
		count := map[string]int{}
		for _, key := range keys {
			count[key]++
		}
		if len(count) != 2 || count[first.ID()] != 2 || count[second.ID()] != 2 {
			t.Errorf("sent %v of the tasks %s and %s, want each task's own, twice", keys, first.ID(), second.ID())
		}
	})
}
