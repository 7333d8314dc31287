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
		sent := make(chan string, 4)
		lost := func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
			sent <- r.Header["Idempotency-Key"]
			return nil, errors.New("the answer is lost")
		}
		rename := func() *saga.Task {
			return saga.Run(atom.NewStore(), atom.New(kind{}), saga.
				Update(func(k *kind) { k.Name = "died in" }).
				Effect(func(ctx context.Context, _ kind) error {
					_, err := fetch.Patch[kind](fetch.WithTransport(ctx, lost), "/api/kinds/1")
					return err
				}).Retry(saga.Backoff{Retries: 1}))
		}
		first, second := rename(), rename()
		first.Wait(t.Context())
		second.Wait(t.Context())
		count := map[string]int{}
		for range 4 {
			count[<-sent]++
		}
		if len(count) != 2 || count[first.ID()] != 2 || count[second.ID()] != 2 {
			t.Errorf("sent %v by the tasks %s and %s, want each task's own, twice", count, first.ID(), second.ID())
		}
	})
}
