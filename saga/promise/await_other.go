//go:build !js

package promise

import (
	"context"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

func awaitValue(context.Context, app.Value) (app.Value, error) { return nil, ErrNoBrowser }
