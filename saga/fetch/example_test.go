package fetch_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/fetch"
)

// A held is a server that answers when it is told to.
type held struct {
	asked   chan fetch.Request
	answers chan fetch.Response
}

func newHeld() held { return held{make(chan fetch.Request), make(chan fetch.Response)} }

func (h held) send(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
	h.asked <- r
	select {
	case answer := <-h.answers:
		return &answer, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// What the update has changed is sent as a JSON Patch; what the server says of it
// finishes the state.
func ExamplePatch() {
	type Kind struct {
		Name    string `json:"name"`
		Version int    `json:"version"`
	}
	server := newHeld()
	store, died := atom.NewStore(), atom.New(Kind{"died", 1})
	rename := func(name string) saga.Saga[Kind] {
		return saga.New(
			func(k *Kind) struct{} { k.Name = name; return struct{}{} },
			func(ctx context.Context, _ Kind, _ struct{}) (Kind, error) {
				return fetch.Patch[Kind](fetch.WithTransport(ctx, server.send), "/api/kinds/died")
			},
			func(k *Kind, saved Kind) { k.Version = saved.Version },
		)
	}
	fmt.Println("before:", died.Get(store))

	task := saga.Run(store, died, rename("died in"))
	r := <-server.asked
	fmt.Println("during:", died.Get(store), r.Method, r.URL, string(r.Body))
	server.answers <- answered(200, "application/json", `{"name":"died in","version":2}`)
	task.Wait(context.Background())
	fmt.Println("after: ", died.Get(store))

	task = saga.Run(store, died, rename(""))
	<-server.asked
	fmt.Println("during:", died.Get(store))
	server.answers <- answered(422, "application/problem+json", `{"detail":"must not be empty","path":"/name"}`)
	fmt.Println("after: ", task.Wait(context.Background()), died.Get(store))

	// Output:
	// before: {died 1}
	// during: {died in 1} PATCH /api/kinds/died [{"op":"replace","path":"/name","value":"died in"}]
	// after:  {died in 2}
	// during: { 2}
	// after:  /name must not be empty {died in 2}
}

// A server that takes the whole value. It may answer 204, and nothing more: then the
// post-effect has nothing to write, and is not called.
func ExampleJSON() {
	type Settings struct {
		Language string `json:"language"`
		Saved    string `json:"saved"`
	}
	server := newHeld()
	store, settings := atom.NewStore(), atom.New(Settings{Language: "en"})
	choose := func(language string) saga.Saga[Settings] {
		return saga.New(
			func(s *Settings) struct{} { s.Language = language; return struct{}{} },
			func(ctx context.Context, now Settings, _ struct{}) (Settings, error) {
				return fetch.JSON[Settings](fetch.WithTransport(ctx, server.send), fetch.Request{Method: "PUT", URL: "/api/settings"}, now)
			},
			func(s *Settings, saved Settings) { *s = saved },
		)
	}
	fmt.Println("before:", settings.Get(store))

	task := saga.Run(store, settings, choose("de"))
	fmt.Println("during:", settings.Get(store), string((<-server.asked).Body))
	server.answers <- answered(200, "application/json", `{"language":"de","saved":"12:00"}`)
	task.Wait(context.Background())
	fmt.Println("after: ", settings.Get(store))

	task = saga.Run(store, settings, choose("fr"))
	<-server.asked
	server.answers <- answered(204, "", "")
	fmt.Println("204:   ", task.Wait(context.Background()), settings.Get(store))

	// Output:
	// before: {en }
	// during: {de } {"language":"de","saved":""}
	// after:  {de 12:00}
	// 204:    <nil> {fr 12:00}
}

// A value that is loaded, and says so while it is.
func ExampleGet() {
	type Kind struct {
		Name string `json:"name"`
	}
	server := newHeld()
	kinds := atom.Async(func(ctx context.Context, _ atom.Reader) ([]Kind, error) {
		return fetch.Get[[]Kind](fetch.WithTransport(ctx, server.send), "/api/kinds")
	})
	store, told := atom.NewStore(), make(chan bool)
	defer store.Subscribe(kinds, func() {
		if !kinds.Get(store).Loading {
			told <- true
		}
	})()
	<-server.asked
	fmt.Println("during:", kinds.Get(store).Loading, kinds.Get(store).Value)
	server.answers <- answered(200, "application/json", `[{"name":"died in"}]`)
	<-told
	fmt.Println("after: ", kinds.Get(store).Loading, kinds.Get(store).Value)

	// The network of a hotel answers in the place of the server.
	kinds.Refresh(store)
	<-server.asked
	server.answers <- answered(200, "text/html", "<h1>Welcome! Log in, please</h1>")
	<-told
	fmt.Println("then:  ", errors.Is(kinds.Get(store).Err, fetch.ErrIntercepted), kinds.Get(store).Value)

	// Output:
	// during: true []
	// after:  false [{died in}]
	// then:   true [{died in}]
}

// An answer that is no JSON, of which the header counts, too.
func ExampleDo() {
	server := newHeld()
	store, avatar := atom.NewStore(), atom.New("old.png")
	task := saga.Run(store, avatar, saga.Update(func(name *string) { *name = "new.png" }).
		Effect(func(ctx context.Context, _ string) error {
			answer, err := fetch.Do(fetch.WithTransport(ctx, server.send), fetch.Request{
				Method: "PUT",
				URL:    "/api/avatar",
				Header: map[string]string{"Content-Type": "image/png"},
				Body:   []byte("\x89PNG"),
			})
			if err == nil {
				fmt.Println("stored as", answer.Header["etag"])
			}
			return err
		}))
	r := <-server.asked
	fmt.Println("during:", avatar.Get(store), r.Method, r.URL, len(r.Body), "bytes")
	stored := answered(201, "", "")
	stored.Header["etag"] = `"7"`
	server.answers <- stored
	task.Wait(context.Background())
	fmt.Println("after: ", avatar.Get(store))

	// Output:
	// during: new.png PUT /api/avatar 4 bytes
	// stored as "7"
	// after:  new.png
}

// Every request of a store carries a token.
func ExampleWithTransport() {
	server := newHeld()
	withToken := func(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
		header := map[string]string{"Authorization": "Bearer t0ken"}
		for name, value := range r.Header {
			header[name] = value
		}
		r.Header = header
		return server.send(ctx, r) // fetch.Send, in a page
	}
	store, likes := atom.NewStore(), atom.New(0)
	defer saga.Wrap(store, func(ctx context.Context, effect func(context.Context) error) error {
		return effect(fetch.WithTransport(ctx, withToken))
	})()

	like := saga.Update(func(n *int) { *n++ }).Effect(func(ctx context.Context, _ int) error {
		_, err := fetch.Do(ctx, fetch.Request{Method: "POST", URL: "/api/likes"})
		return err
	})
	fmt.Println("before:", likes.Get(store))
	task := saga.Run(store, likes, like)
	fmt.Println("during:", likes.Get(store), (<-server.asked).Header["Authorization"])
	server.answers <- answered(401, "", "")
	err := task.Wait(context.Background())
	problem, _ := errors.AsType[*fetch.Problem](err)
	fmt.Println("after: ", likes.Get(store), problem.Unauthorized())

	// Output:
	// before: 0
	// during: 1 Bearer t0ken
	// after:  0 true
}
