//go:build !js

package outbox_test

import (
	"errors"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/outbox"
)

// Outside of a browser sagas run, and nothing keeps them.
func TestOpenWithoutABrowser(t *testing.T) {
	o := outbox.Open("test")
	if _, err := o.Put(t.Context(), []saga.Record{{ID: "1"}}); !errors.Is(err, outbox.ErrNoStorage) {
		t.Errorf("Put: %v", err)
	}
	s := atom.NewStore()
	defer saga.UseOutbox(s, o, always)()
	task := setTitle.Run(s, "mine")
	if state := saga.OutboxOf(s).State().Get(s); title.Get(s) != "mine" || task.State() != saga.Running {
		t.Errorf("the title is %q, the task %v, the outbox %+v", title.Get(s), task.State(), state)
	}
	answers <- nil
	if err := task.Wait(t.Context()); err != nil || title.Get(s) != "mine" {
		t.Errorf("%v, %q", err, title.Get(s))
	}
	if state := saga.OutboxOf(s).State().Get(s); state.Err != outbox.ErrNoStorage.Error() {
		t.Errorf("the outbox says %q", state.Err)
	}
}
