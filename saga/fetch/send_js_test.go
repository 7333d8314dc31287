package fetch_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"syscall/js"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/fetch"
)

// around puts f in the place of window.fetch; the real one is its first argument.
func around(t *testing.T, f string) {
	window := js.Global()
	real := window.Get("fetch")
	window.Set("fetch", window.Get("Function").New("real", "return "+f).Invoke(real.Call("bind", window)))
	t.Cleanup(func() { window.Set("fetch", real) })
}

func TestSend(t *testing.T) {
	got, err := fetch.Send(t.Context(), fetch.Request{URL: "data:application/json,%7B%22name%22%3A%22%C3%A9%22%7D"})
	if err != nil || got.Status != 200 || string(got.Body) != `{"name":"é"}` || got.Header["content-type"] != "application/json" {
		t.Errorf("got %v, %v", got, err)
	}
	if page, err := fetch.Send(t.Context(), fetch.Request{URL: "/"}); err != nil || !strings.Contains(string(page.Body), "<html>") {
		t.Errorf("the page itself, by a relative URL: %v", err)
	}
}

func TestWhatIsSent(t *testing.T) {
	around(t, `async (url, init) => new Response(
		[init.method, url, init.headers["If-Match"], new TextDecoder().decode(init.body)].join(" "), {status: 418, headers: {ETag: '"7"'}})`)
	got, err := fetch.Send(t.Context(), fetch.Request{
		Method: "PUT", URL: "/a", Header: map[string]string{"If-Match": "*"}, Body: []byte("hello"),
	})
	if err != nil || got.Status != 418 || string(got.Body) != "PUT /a * hello" || got.Header["etag"] != `"7"` {
		t.Errorf("got %v, %v", got, err)
	}
}

// A large body is handed over as a Blob: the browser would read bytes while the page
// stands still.
func TestALargeBodyIsSentAsABlob(t *testing.T) {
	around(t, `async (url, init) => new Response((init.body instanceof Blob) + " " + new TextDecoder().decode(await new Response(init.body).arrayBuffer()).length)`)
	for _, test := range []struct {
		size int
		want string
	}{{10, "false 10"}, {1 << 20, "true 1048576"}} {
		got, err := fetch.Send(t.Context(), fetch.Request{Method: "POST", URL: "/", Body: make([]byte, test.size)})
		if err != nil || string(got.Body) != test.want {
			t.Errorf("of %d bytes: %s, %v, want %s", test.size, got.Body, err, test.want)
		}
	}
}

func TestAbortWhileTheServerThinks(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	js.Global().Set("cancelTheTest", js.FuncOf(func(js.Value, []js.Value) any { cancel(); return nil }))
	around(t, `(url, init) => new Promise((_, reject) => {
		init.signal.addEventListener("abort", () => { window.sawAbort = true; reject(init.signal.reason) });
		cancelTheTest();
	})`)
	if _, err := fetch.Send(ctx, fetch.Request{URL: "/"}); err != context.Canceled || !js.Global().Get("sawAbort").Truthy() {
		t.Errorf("got %v", err)
	}
}

// What ends a task ends its request, while the body is read, too. The test's own
// program is large: there is more to come of it than the browser reads ahead.
func TestAbortWhileTheBodyIsRead(t *testing.T) {
	page, err := fetch.Send(t.Context(), fetch.Request{URL: "/"})
	if err != nil {
		t.Fatal(err)
	}
	program := string(regexp.MustCompile(`[^"'/ ]+\.(test|wasm)\b`).Find(page.Body))
	for _, test := range []struct {
		reason string
		end    func(*saga.Task, context.CancelFunc)
	}{
		{"Task.Cancel", func(task *saga.Task, _ context.CancelFunc) { task.Cancel() }},
		{"the saga's context", func(_ *saga.Task, leave context.CancelFunc) { leave() }},
	} {
		t.Run(test.reason, func(t *testing.T) {
			ctx, leave := context.WithCancel(t.Context())
			begun, reading, settled := make(chan *saga.Task, 1), make(chan bool), make(chan string, 1)
			js.Global().Set("reading", js.FuncOf(func(js.Value, []js.Value) any { test.end(<-begun, leave); return nil }))
			js.Global().Set("bodySettled", js.FuncOf(func(_ js.Value, args []js.Value) any { settled <- args[0].String(); return nil }))
			around(t, `async (url, init) => {
				const response = await real(url, {...init, cache: "no-store"});
				const aborted = new Promise((resolve) => init.signal.addEventListener("abort", resolve));
				response.arrayBuffer = () => {
					const body = read(response.body.getReader(), aborted);
					body.then(() => bodySettled("read"), (reason) => bodySettled(reason.name));
					return body;
				};
				return response;
				async function read(reader, aborted) {
					await reader.read();
					reading();
					await aborted;
					while (!(await reader.read()).done);
				}
			}`)
			s, a := atom.NewStore(), atom.New(0)
			task := saga.Run(s, a, saga.Update(func(n *int) { *n = 1 }).Effect(func(ctx context.Context, _ int) error {
				defer close(reading)
				_, err := fetch.Do(ctx, fetch.Request{URL: program})
				return err
			}).Context(ctx))
			begun <- task
			if err := task.Wait(t.Context()); task.State() != saga.Cancelled || !errors.Is(err, saga.ErrCancelled) || a.Get(s) != 0 {
				t.Errorf("the task is %v: %v", task.State(), err)
			}
			if how := <-settled; how != "AbortError" {
				t.Errorf("the reading of the body ended with %q: it was not aborted", how)
			}
			<-reading
			leave()
		})
	}
}

// What the browser says of a redirect.
func TestRedirected(t *testing.T) {
	for _, row := range []struct{ asked, redirected, came, want string }{
		{"/api/kinds", "true", "https://login.example/?next=1", "https://login.example/?next=1"},
		{"/api/kinds", "true", "/login", js.Global().Get("URL").New("/login", js.Global().Get("location").Get("href")).Get("href").String()},
		{"/api/kinds", "true", "/api/kinds?again", ""},
		{"api/../api/kinds", "true", "/api/kinds", ""},
		{"/api/kinds", "false", "/login", ""},
	} {
		around(t, `async () => Object.defineProperties(new Response("{}"), {
			redirected: {value: `+row.redirected+`}, url: {value: new URL("`+row.came+`", location.href).href}})`)
		if got, err := fetch.Send(t.Context(), fetch.Request{URL: row.asked}); err != nil || got.Redirected != row.want {
			t.Errorf("%s, redirected to %s: %+v, %v; want %q", row.asked, row.came, got, err, row.want)
		}
	}
}

func TestTimeoutIsTheErrorOfTheContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 1)
	defer cancel()
	around(t, `(url, init) => new Promise((_, reject) => init.signal.addEventListener("abort", () => reject(init.signal.reason)))`)
	if _, err := fetch.Send(ctx, fetch.Request{URL: "/"}); err != context.DeadlineExceeded {
		t.Errorf("got %v", err)
	}
}

func TestNetworkError(t *testing.T) {
	_, err := fetch.Send(t.Context(), fetch.Request{URL: "http://127.0.0.1:1/"})
	if !errors.Is(err, fetch.ErrNetwork) || errors.Is(err, fetch.ErrOffline) {
		t.Errorf("nobody listens: %v", err)
	}
	around(t, `async () => new Response(new ReadableStream({start(c) { c.error(new TypeError("network error")) }}))`)
	if _, err := fetch.Send(t.Context(), fetch.Request{URL: "/"}); !errors.Is(err, fetch.ErrNetwork) {
		t.Errorf("the body breaks off: %v", err)
	}
	navigator := js.Global().Get("navigator")
	js.Global().Get("Object").Call("defineProperty", navigator, "onLine", map[string]any{"value": false, "configurable": true})
	t.Cleanup(func() { navigator.Delete("onLine") })
	around(t, `async () => { throw new TypeError("Failed to fetch") }`)
	if _, err := fetch.Send(t.Context(), fetch.Request{URL: "/"}); !errors.Is(err, fetch.ErrOffline) || !errors.Is(err, fetch.ErrNetwork) {
		t.Errorf("offline: %v", err)
	}
}
