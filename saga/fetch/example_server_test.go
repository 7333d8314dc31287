//go:build !js

package fetch_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/fetch"
)

// Send returns every answer, whatever its status, and an error only without one.
func ExampleSend() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprintf(w, "%s %s %s", r.Method, r.URL.Path, body)
	}))
	ctx, request := context.Background(), fetch.Request{Method: "PUT", URL: server.URL + "/tea", Body: []byte("two cups")}

	answer, err := fetch.Send(ctx, request)
	fmt.Println(answer.Status, string(answer.Body), err)

	server.Close()
	_, err = fetch.Send(ctx, request)
	fmt.Println(errors.Is(err, fetch.ErrNetwork))
	// Output:
	// 418 PUT /tea two cups <nil>
	// true
}

// What a server says of a request that it refuses.
func ExampleProblem() {
	answer := make(chan bool)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-answer
		w.Header().Set("Content-Type", "application/problem+json")
		w.Header().Set("Retry-After", "30")
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprint(w, `{"title":"Slow down","detail":"at most one change a second"}`)
	}))
	defer server.Close()

	store, likes := atom.NewStore(), atom.New(0)
	fmt.Println("before:", likes.Get(store))
	task := saga.Run(store, likes, saga.Update(func(n *int) { *n++ }).Effect(func(ctx context.Context, n int) error {
		_, err := fetch.JSON[struct{}](ctx, fetch.Request{Method: "PUT", URL: server.URL}, n)
		return err
	}))
	fmt.Println("during:", likes.Get(store))
	close(answer)
	err := task.Wait(context.Background())
	fmt.Println("after: ", likes.Get(store), err)

	problem, _ := errors.AsType[*fetch.Problem](err)
	fmt.Println(problem.Status, problem.Title, problem.Temporary(), problem.RetryAfter())
	// Output:
	// before: 0
	// during: 1
	// after:  0 at most one change a second
	// 429 Slow down true 30s
}
