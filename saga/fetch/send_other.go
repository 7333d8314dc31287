//go:build !js

package fetch

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// send uses net/http's default client.
func send(ctx context.Context, r Request) (*Response, error) {
	request, err := http.NewRequestWithContext(ctx, r.method(), r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return nil, fmt.Errorf("fetch: %w", err)
	}
	if request.URL.Host == "" {
		return nil, fmt.Errorf("fetch: %s %s: outside a browser the URL must be absolute", r.method(), r.URL)
	}
	for name, value := range r.Header {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, networkError(ctx, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, networkError(ctx, err)
	}
	header := make(map[string]string, len(response.Header))
	for name, values := range response.Header {
		header[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	return &Response{Status: response.StatusCode, Header: header, Body: body, Redirected: redirected(request.URL, response.Request.URL)}, nil
}

// redirected returns [Response.Redirected].
func redirected(asked, answered *url.URL) string {
	if asked.Hostname() == answered.Hostname() && asked.Path == answered.Path {
		return ""
	}
	return answered.String()
}

func networkError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("%w: %w", ErrNetwork, err)
}
