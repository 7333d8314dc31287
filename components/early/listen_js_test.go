package early

import (
	"fmt"
	"slices"
	"strings"
	"syscall/js"
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/hook"
)

func TestWhichHandlersAnEventIsFor(t *testing.T) {
	for i, test := range []struct {
		reason string
		page   string // its event is called "done"
		links  bool
		told   string
	}{
		{"the handler of the element", `<button data-on-done="1" class="at">A</button>`, true, "1"},
		{"the handler of what it is in", `<p data-on-done="1"><b class="at">A</b></p>`, false, "1"},
		{"the inner one first", `<div data-on-done="3"><p><button data-on-done="12" class="at">A</button></p></div>`, true, "12 3"},
		{"until it is stopped", `<div data-on-done="3"><button data-on-done="99" class="at">A</button></div>`, true, "99"},
		{"not those of another event", `<div data-on-input="3"><button data-on-done="1" class="at">A</button></div>`, true, "1"},
		{"a link is followed", `<a class="at">A</a>`, true, "link"},
		{"a link in something that hears", `<p data-on-done="1"><a class="at">A</a></p>`, true, "link 1"},
		{"a link that hears is the handler's", `<a data-on-done="1" class="at">A</a>`, true, "1"},
		{"a link is nothing where they are not looked for", `<p data-on-done="1"><a class="at">A</a></p>`, false, "1"},
		{"what the server has rendered has no handler yet", `<p data-on-done="early" class="at">A</p>`, true, "NaN"},
		{"nobody", `<p class="at">A</p>`, true, ""},
	} {
		v, event := arrive(t, ""), fmt.Sprint("done", i)
		v.program(strings.ReplaceAll(test.page, "data-on-done", "data-on-"+event))
		var told []string
		hear := js.FuncOf(func(number js.Value, args []js.Value) any {
			told = append(told, fmt.Sprint(number.Float()))
			if number.Int() == 99 {
				args[0].Call("stopPropagation")
			}
			return nil
		})
		follow := js.Null()
		if test.links {
			follow = js.FuncOf(func(js.Value, []js.Value) any { told = append(told, "link"); return nil }).Value
		}
		js.Global().Get("atomsaga").Call("listen", event, hear, follow)
		tell(v.find(".at"), event)
		if got := strings.Join(told, " "); got != test.told {
			t.Errorf("%s: told %q, want %q", test.reason, got, test.told)
		}
	}
}

// A nest is a button in a box, and both hear of clicks.
type nest struct {
	app.Compo
	hook.Bind
	count hook.Hook[int]
	heard []string
}

var clicks = atom.New(0)

func (n *nest) Render() app.UI {
	n.count.Follow(&n.Bind, clicks)
	return hook.On(app.Div(), &n.count, "click", n.box).Body(
		hook.On(app.Button().ID("nest"), &n.count, "click", n.button).Body(
			hook.Text(&n.count, func(n int) string { return fmt.Sprint(n) }),
		),
	)
}

func (n *nest) button(e app.Event) {
	n.heard = append(n.heard, "button "+e.Get("type").String())
	n.count.Run(saga.Update(func(n *int) { *n++ }))
}

func (n *nest) box(app.Event) { n.heard = append(n.heard, "box") }

// Handlers of hook.On hear of events by the script where there is one.
func TestOnHandlesEventsOfTheScript(t *testing.T) {
	v := arrive(t, "")
	v.program("")
	script := js.Global().Get("atomsaga")
	listen, asked := script.Get("listen"), []string(nil)
	script.Set("listen", js.FuncOf(func(_ js.Value, args []js.Value) any {
		asked = append(asked, args[0].String())
		return listen.Invoke(args[0], args[1], args[2])
	}))
	n, engine := &nest{}, app.NewTestEngine()
	if err := engine.Load(n); err != nil {
		t.Fatal(err)
	}
	engine.ConsumeAll()
	v.click("#nest")
	if got := v.find("#nest").Get("textContent").String(); got != "1" || !slices.Equal(n.heard, []string{"button click", "box"}) {
		t.Errorf("shows %s; heard %q", got, n.heard)
	}
	if !slices.Equal(asked, []string{"click"}) {
		t.Errorf("the script was asked for %q", asked)
	}
}
