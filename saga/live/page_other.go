//go:build !js

package live

import (
	"context"
	"net/http"
)

// thisPage is the environment of a program without a browser, which is always visible.
var thisPage = environment{
	follow: follow,
	state:  func() (visible, online bool) { return true, true },
	watch:  func(func()) (stop func()) { return func() {} },
}

// follow reads the stream by net/http, which a program for the browser does not link because of
// this package.
func follow(ctx context.Context, url string, at func() position, receive func(message)) error {
	r, err := http.NewRequestWithContext(ctx, "GET", streamURL(url, at()), nil)
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
	if final := answer.Request.URL; final.Path != r.URL.Path || final.Hostname() != r.URL.Hostname() {
		redirected = final.String()
	}
	if err := checkStream(answer.StatusCode, answer.Header.Get("Content-Type"), redirected); err != nil {
		return err
	}
	return readEvents(answer.Body, receive)
}
