//go:build !js

package live

import (
	"context"
	"net/http"
)

// thisPage is a program without a browser: somebody looks as long as it runs.
var thisPage = world{
	follow: follow,
	look:   func() (seen, online bool) { return true, true },
	watch:  func(func()) (stop func()) { return func() {} },
}

// follow reads the stream through net/http, which a program for the browser does
// not link because of this package.
func follow(ctx context.Context, url string, at func() position, got func(message)) error {
	r, err := http.NewRequestWithContext(ctx, "GET", address(url, at()), nil)
	if err != nil {
		return err
	}
	r.Header.Set("Accept", "text/event-stream")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	redirected := ""
	if came := answer.Request.URL; came.Path != r.URL.Path || came.Hostname() != r.URL.Hostname() {
		redirected = came.String()
	}
	if err := refusalOf(answer.StatusCode, answer.Header.Get("Content-Type"), redirected); err != nil {
		return err
	}
	return readEvents(answer.Body, got)
}
