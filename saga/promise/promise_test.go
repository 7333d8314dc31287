//go:build !js

package promise_test

import (
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/saga/promise"
)

func TestNoBrowser(t *testing.T) {
	if _, err := promise.Await(t.Context(), app.Window()); err != promise.ErrNoBrowser {
		t.Errorf("got %v", err)
	}
}
