package fetch

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/atomsaga/atomsaga/saga"
)

// JSON is [Do] with a body that is encoded as JSON, or none if it is nil, and an answer that
// is decoded from JSON. Content-Type and Accept are those of JSON, unless r has others.
//
// The error for an answer without a body wraps [ErrNoContent], unless T is struct{}. An effect
// that has more to do after a request which may be answered so checks for it by errors.Is.
func JSON[T any](ctx context.Context, r Request, body any) (answer T, err error) {
	if err := exchange(ctx, r, body, &answer); err != nil {
		return *new(T), err
	}
	return answer, nil
}

// Get requests a JSON value. Its errors are those of [JSON].
func Get[T any](ctx context.Context, url string) (T, error) {
	return JSON[T](ctx, Request{URL: url}, nil)
}

// exchange is JSON without its type parameter: it decodes the answer into what answer points
// to.
func exchange(ctx context.Context, r Request, body, answer any) (err error) {
	header := map[string]string{"Accept": "application/json, application/problem+json"}
	if body != nil {
		if r.Body, err = json.Marshal(body); err != nil {
			return fmt.Errorf("fetch: %s %s: encoding the body: %w", r.method(), r.URL, err)
		}
		header["Content-Type"] = "application/json"
	}
	for name, value := range r.Header {
		for other := range header {
			if strings.EqualFold(other, name) {
				delete(header, other)
			}
		}
		header[name] = value
	}
	r.Header = header
	response, err := Do(ctx, r)
	if err != nil {
		return err
	}
	if _, isEmpty := answer.(*struct{}); isEmpty && !hasBody(response) {
		return nil
	}
	if err := checkContent(r, response, answer); err != nil {
		return err
	}
	if err := json.Unmarshal(response.Body, answer); err != nil {
		return fmt.Errorf("fetch: %s %s: decoding the answer: %w", r.method(), r.URL, err)
	}
	return nil
}

// checkContent returns an error if an answer has no value for what answer points to.
func checkContent(r Request, response *Response, answer any) error {
	if hasBody(response) && !(string(bytes.TrimSpace(response.Body)) == "null" && !isNilable(answer)) {
		return nil
	}
	if r.isChange() {
		return fmt.Errorf("fetch: %s %s: %w (%w)", r.method(), r.URL, ErrNoContent, saga.ErrNoResult)
	}
	return fmt.Errorf("fetch: %s %s: %w", r.method(), r.URL, ErrNoContent)
}

// isNilable reports whether what pointer points to can be nil, and so has a value for null.
func isNilable(pointer any) bool {
	switch reflect.TypeOf(pointer).Elem().Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return true
	}
	return false
}
