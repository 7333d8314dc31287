//go:build !wasm

package hook_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga/hook"
)

var (
	visited = atom.New("nobody")
	shouted = atom.Derive(func(r atom.Reader) string { return strings.ToUpper(visited.Get(r)) })
)

// visit is a page that loads, on the server, what its address asks for.
type visit struct {
	app.Compo
	bind
	visited hook.Hook[string]
	shows   []string // by each of its renderings
}

func (c *visit) OnPreRender(ctx app.Context) {
	c.bind.OnPreRender(ctx)
	visited.Set(c.Store(), strings.TrimPrefix(ctx.Page().URL().Path, "/visit/"))
}

func (c *visit) Render() app.UI {
	now := c.visited.Use(&c.bind, visited)
	c.shows = append(c.shows, now)
	return app.Main().Body(app.H1().Text(now), &echo{})
}

// echo is a part of the page that has nothing to do for it but its Render.
type echo struct {
	app.Compo
	bind
	shouted hook.View[string]
	visited hook.Hook[string]
}

func (c *echo) Render() app.UI {
	return app.P().Text(c.shouted.Use(&c.bind, shouted) + " " + c.visited.Use(&c.bind, visited) +
		fmt.Sprint(" ", c.visited.Pending(), " ", c.visited.Failure() == nil))
}

func TestPrerenderingBeginsWithInitialValues(t *testing.T) {
	c := &visit{}
	e := app.NewTestEngine()
	if err := e.Load(c); err != nil {
		t.Fatal(err)
	}
	if len(c.shows) != 1 || c.shows[0] != "nobody" {
		t.Errorf("before OnPreRender it shows %q", c.shows)
	}
	e.ConsumeAll()
	if last := c.shows[len(c.shows)-1]; last != "/" && last != "" {
		t.Errorf("after OnPreRender it shows %q", last)
	}
	if now := visited.Get(atom.Default); now != "nobody" {
		t.Errorf("the default store, which belongs to browsers, has %q", now)
	}
}

func TestPrerenderedRequestsDoNotMix(t *testing.T) {
	app.RouteWithRegexp("^/visit/.*", func() app.Composer { return &visit{} })
	server := httptest.NewServer(&app.Handler{Name: "visits"})
	defer server.Close()
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			name := fmt.Sprintf("visitor-%02d", i)
			response, err := http.Get(server.URL + "/visit/" + name)
			if err != nil {
				t.Error(err)
				return
			}
			defer response.Body.Close()
			var page strings.Builder
			if err := response.Write(&page); err != nil {
				t.Error(err)
			}
			for _, want := range []string{"<h1>" + name + "</h1>", "<p>" + strings.ToUpper(name) + " " + name + " 0 true</p>"} {
				if !strings.Contains(page.String(), want) {
					t.Errorf("the page of %s has no %s", name, want)
				}
			}
			for other := range 50 {
				if other != i && strings.Contains(page.String(), fmt.Sprintf("visitor-%02d", other)) {
					t.Errorf("the page of %s shows visitor-%02d", name, other)
				}
			}
		})
	}
	all.Wait()
}
