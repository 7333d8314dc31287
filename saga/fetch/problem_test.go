package fetch_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/fetch"
)

func TestWhichProblemsAreRetried(t *testing.T) {
	for _, row := range []struct {
		reason   string
		status   int // 0: no answer
		after    string
		attempts int
		took     time.Duration // at least
	}{
		{"no answer", 0, "", 3, 0},
		{"a patch that cannot be applied", 409, "", 1, 0},
		{"not found", 404, "", 1, 0},
		{"a precondition, and the server says when", 412, "60", 1, 0},
		{"too many requests", 429, "60", 3, 2 * time.Minute},
		{"too many requests, until a date", 429, "Sat, 01 Jan 2000 00:10:00 GMT", 3, 10 * time.Minute},
		{"a date that is past", 503, "Sat, 01 Jan 1999 00:10:00 GMT", 3, 0},
		{"neither seconds nor a date", 503, "soon", 3, 0},
		{"the request took too long", 408, "", 3, 0},
		{"too early", 425, "", 3, 0},
		{"a fault of the server", 500, "", 3, 0},
	} {
		t.Run(row.reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // whose clock begins at 2000-01-01
				began := time.Now()
				answer := func(context.Context, fetch.Request) (*fetch.Response, error) {
					if row.status == 0 {
						return nil, fetch.ErrOffline
					}
					return &fetch.Response{Status: row.status, Header: map[string]string{"retry-after": row.after}}, nil
				}
				task := saga.Run(atom.NewStore(), atom.New(kind{}), saga.
					Effect(func(ctx context.Context, _ kind) error {
						_, err := fetch.Get[kind](fetch.WithTransport(ctx, answer), "/")
						return err
					}).Retry(saga.Backoff{Retries: 2, Base: time.Millisecond}))
				err := task.Wait(t.Context())
				var problem *fetch.Problem
				if row.status != 0 && (!errors.As(err, &problem) || problem.Status != row.status) {
					t.Errorf("the error is %v", err)
				}
				if row.status == 0 && !errors.Is(err, fetch.ErrNetwork) {
					t.Errorf("the error is %v", err)
				}
				if task.Attempts() != row.attempts {
					t.Errorf("%d attempts, want %d", task.Attempts(), row.attempts)
				}
				if took := time.Since(began).Round(time.Second); took != row.took {
					t.Errorf("it took %v, want %v", took, row.took)
				}
			})
		})
	}
}
