package fetch_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/fetch"
	"github.com/atomsaga/atomsaga/saga/outbox"
)

var (
	loginKind  = atom.New(kind{Name: "died"})
	isLoggedIn atomic.Bool
)

var renameAfterLogin = saga.Define("fetch.renameAfterLogin",
	func(string) *atom.Atom[kind] { return loginKind },
	func(name string) saga.Saga[kind] {
		return saga.Update(func(k *kind) { k.Name = name }).Effect(func(ctx context.Context, _ kind) error {
			_, err := fetch.Patch[struct{}](fetch.WithTransport(ctx, func(context.Context, fetch.Request) (*fetch.Response, error) {
				answer := answered(401, "application/problem+json", `{"title":"Who are you?"}`)
				if isLoggedIn.Load() {
					answer = answered(204, "", "")
				}
				return &answer, nil
			}), "/api/kinds/1")
			return err
		})
	})

// A 401 fails a saga at once, but a durable one: that waits until the user has logged in.
func TestADurableChangeWaitsThroughA401(t *testing.T) {
	isLoggedIn.Store(false)
	synctest.Test(t, func(t *testing.T) {
		s, page := atom.NewStore(), outbox.NewMemory().Open()
		stop := saga.UseOutbox(s, page, func(atom.Reader) bool { return true })
		defer func() { page.Close(); stop(); time.Sleep(time.Hour) }()
		task := renameAfterLogin.Run(s, "died in")
		time.Sleep(time.Hour)
		if state := saga.OutboxOf(s).State().Get(s); task.State() != saga.Running || !state.Unauthorized || len(state.Aside) > 0 {
			t.Errorf("before the login the change is %s (%v), %+v", task.State(), task.Err(), state)
		}
		isLoggedIn.Store(true)
		saga.OutboxOf(s).Resume()
		synctest.Wait()
		if state := saga.OutboxOf(s).State().Get(s); task.State() != saga.Succeeded || state.Unauthorized || state.Waiting > 0 {
			t.Errorf("after the login it is %s (%v), %+v", task.State(), task.Err(), state)
		}
	})
}
