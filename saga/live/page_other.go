//go:build !js

package live

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
)

// thisPage is a program without a browser: somebody looks as long as it runs.
var thisPage = world{
	follow: follow,
	look:   func() (seen, online bool) { return true, true },
	watch:  func(func()) (stop func()) { return func() {} },
}

// follow reads the stream through net/http, which a program for the browser does
// not link because of this package.
func follow(ctx context.Context, address string, at func() position, got func(message)) error {
	r, err := http.NewRequestWithContext(ctx, "GET", address+"?after="+url.QueryEscape(at().String()), nil)
	if err != nil {
		return err
	}
	r.Header.Set("Accept", "text/event-stream")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the server answered with status %d", answer.StatusCode)
	}
	return readEvents(answer.Body, got)
}
