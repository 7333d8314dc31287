//go:build !js

package live

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
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
	return parse(answer.Body, got)
}

// longestLine of a stream, in bytes.
const longestLine = 1 << 20

// parse reads server-sent events (https://html.spec.whatwg.org, section 9.2) to
// the end of the stream.
func parse(stream io.Reader, got func(message)) error {
	lines := bufio.NewScanner(stream)
	lines.Buffer(nil, longestLine)
	var m message
	var data []string
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case lines.Text() == "":
			if m.data = strings.Join(data, "\n"); len(data) > 0 {
				got(m)
			}
			m, data = message{id: m.id}, nil
		case name == "id":
			m.id = value
		case name == "event":
			m.event = value
		case name == "data":
			data = append(data, value)
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return io.ErrUnexpectedEOF
}
