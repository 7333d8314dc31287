//go:build !js

package promise_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/saga/promise"
)

// Outside of a browser, as on a server or in a native test, there is an error.
func ExampleAwait() {
	_, err := promise.Await(context.Background(), app.Window())
	fmt.Println(errors.Is(err, promise.ErrNoBrowser))
	// Output: true
}

func TestNoBrowser(t *testing.T) {
	if _, err := promise.Await(t.Context(), app.Window()); err != promise.ErrNoBrowser {
		t.Errorf("got %v", err)
	}
}
