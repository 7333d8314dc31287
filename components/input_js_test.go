//go:build js

package components_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/components"
	"github.com/atomsaga/atomsaga/saga"
)

const fields = "[data-component=input] .as-field"

// insert types text at the caret, as a user would.
func insert(el app.Value, text string) {
	focus(el)
	el.Call("setRangeText", text, el.Get("selectionStart"), el.Get("selectionEnd"), "end")
	el.Call("dispatchEvent", app.Window().Get("InputEvent").New("input", map[string]any{"bubbles": true}))
}

func key(el app.Value, name string, more ...string) {
	options := map[string]any{"key": name, "bubbles": true}
	for _, m := range more {
		options[m] = true
	}
	el.Call("dispatchEvent", app.Window().Get("KeyboardEvent").New("keydown", options))
}

func compose(el app.Value, phase string) {
	el.Call("dispatchEvent", app.Window().Get("CompositionEvent").New("composition"+phase, map[string]any{"bubbles": true}))
}

// elsewhere moves the focus away.
func elsewhere(t *testing.T) {
	t.Helper()
	focus(query(t, "#elsewhere"))
}

func wantText(t *testing.T, el app.Value, want string) {
	t.Helper()
	if got := el.Get("value").String(); got != want {
		t.Errorf("the field says %q, want %q", got, want)
	}
}

func wantCaret(t *testing.T, el app.Value, start, end int) {
	t.Helper()
	if s, e := el.Get("selectionStart").Int(), el.Get("selectionEnd").Int(); s != start || e != end {
		t.Errorf("the caret is at %d to %d, want %d to %d", s, e, start, end)
	}
}

// A form is a page with one input, and a place to go from it.
type form struct {
	*screen
	field     app.Value
	value     string
	committed []string
	accept    bool
	change    func(*components.InputCompo) *components.InputCompo
}

func newForm(t *testing.T, value string, change func(*components.InputCompo) *components.InputCompo) *form {
	f := &form{value: value, accept: true, change: change}
	f.screen = show(t, func(*screen) app.UI {
		input := components.Input().ID("x").Label("X").Value(f.value).OnChange(f.commit)
		if f.change != nil {
			input = f.change(input)
		}
		return app.Div().Body(input, app.Button().ID("elsewhere"))
	})
	f.field = query(t, fields)
	return f
}

func (f *form) commit(_ app.Context, text string) {
	f.committed = append(f.committed, text)
	if f.accept {
		f.value = text
	}
}

func (f *form) wantCommitted(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(f.committed, want) {
		t.Errorf("committed %q, want %q", f.committed, want)
	}
}

// become has the value changed by somebody else.
func (f *form) become(value string) {
	f.value = value
	f.rerender()
}

func TestInputShowsTheValueAndFollows(t *testing.T) {
	f := newForm(t, "one", nil)
	for _, value := range []string{"one", "two", "", "three", "three", ""} {
		f.become(value)
		wantText(t, f.field, value)
	}
	if label := query(t, "label"); !label.Get("control").Equal(f.field) {
		t.Error("the label is not of the field")
	}
	f.wantCommitted(t)
}

func TestInputCommits(t *testing.T) {
	many := func(c *components.InputCompo) *components.InputCompo { return c.Multiline() }
	for _, row := range []struct {
		reason string
		change func(*components.InputCompo) *components.InputCompo
		by     func(*testing.T, app.Value)
		want   []string
	}{
		{"leaving the field", nil, func(t *testing.T, _ app.Value) { elsewhere(t) }, []string{"a!"}},
		{"Enter", nil, func(_ *testing.T, el app.Value) { key(el, "Enter") }, []string{"a!"}},
		{"Enter, and then leaving: once", nil, func(t *testing.T, el app.Value) { key(el, "Enter"); elsewhere(t) }, []string{"a!"}},
		{"change without leaving, as when a browser fills in a form", nil, func(_ *testing.T, el app.Value) {
			el.Call("dispatchEvent", app.Window().Get("Event").New("change"))
		}, []string{"a!"}},
		{"Enter that ends a composition", nil, func(_ *testing.T, el app.Value) { key(el, "Enter", "isComposing") }, nil},
		{"any other key", nil, func(_ *testing.T, el app.Value) { key(el, "a") }, nil},
		{"Enter in many lines is a line", many, func(_ *testing.T, el app.Value) { key(el, "Enter") }, nil},
		{"Ctrl+Enter in many lines", many, func(_ *testing.T, el app.Value) { key(el, "Enter", "ctrlKey") }, []string{"a!"}},
		{"leaving many lines", many, func(t *testing.T, _ app.Value) { elsewhere(t) }, []string{"a!"}},
		{"Escape, and then leaving", nil, func(t *testing.T, el app.Value) { key(el, "Escape"); elsewhere(t) }, nil},
	} {
		f := newForm(t, "a", row.change)
		insert(f.field, "!")
		row.by(t, f.field)
		f.flush()
		if !slices.Equal(f.committed, row.want) {
			t.Errorf("%s: committed %q, want %q", row.reason, f.committed, row.want)
		}
	}
}

func TestInputLeftAsItWasCommitsNothing(t *testing.T) {
	f := newForm(t, "a", nil)
	focus(f.field)
	insert(f.field, "!")
	f.field.Set("value", "a") // taken back by hand
	elsewhere(t)
	f.flush()
	f.wantCommitted(t)
}

func TestEscapeBringsTheValueBack(t *testing.T) {
	f := newForm(t, "a", nil)
	insert(f.field, "!")
	f.become("newer")
	wantText(t, f.field, "a!")
	key(f.field, "Escape")
	f.flush()
	wantText(t, f.field, "newer")
}

func TestTypedTextAndCaretStayThroughRenderings(t *testing.T) {
	f := newForm(t, "hello", nil)
	focus(f.field)
	f.field.Call("setSelectionRange", 2, 2)
	insert(f.field, "XY")
	f.field.Call("setSelectionRange", 1, 3, "backward")
	for _, value := range []string{"hello", "other", "", "hello"} {
		f.become(value)
		wantText(t, f.field, "heXYllo")
		wantCaret(t, f.field, 1, 3)
		wantFocus(t, f.field)
	}
	elsewhere(t)
	f.flush()
	f.wantCommitted(t, "heXYllo")
}

func TestCaretKeepsItsPlaceWhenTheValueChanges(t *testing.T) {
	for _, row := range []struct {
		reason     string
		from, to   string
		start, end int
		wantStart  int
		wantEnd    int
	}{
		{"text is added before it", "hello", "oh hello", 2, 2, 5, 5},
		{"text is added behind it", "hello", "hello you", 2, 2, 2, 2},
		{"text before it goes", "oh hello", "hello", 5, 5, 2, 2},
		{"text around it is replaced", "a1b", "aXYZb", 2, 2, 4, 4},
		{"a selection", "one two", "zero one two", 0, 3, 0, 8},
		{"a character of two code units comes before it", "ab", "a😀b", 1, 2, 1, 4},
		{"everything goes", "hello", "", 3, 5, 0, 0},
	} {
		f := newForm(t, row.from, nil)
		focus(f.field)
		f.field.Call("setSelectionRange", row.start, row.end)
		f.become(row.to)
		wantText(t, f.field, row.to)
		if s, e := f.field.Get("selectionStart").Int(), f.field.Get("selectionEnd").Int(); s != row.wantStart || e != row.wantEnd {
			t.Errorf("%s: the caret is at %d to %d, want %d to %d", row.reason, s, e, row.wantStart, row.wantEnd)
		}
	}
}

func TestCompositionIsNotDisturbed(t *testing.T) {
	f := newForm(t, "", func(c *components.InputCompo) *components.InputCompo { return c.Debounce(time.Millisecond) })
	var written []string
	watch := app.FuncOf(func(_ app.Value, args []app.Value) any { written = append(written, args[0].String()); return nil })
	defer watch.Release()
	app.Window().Get("Function").New("el", "told", `
		const own = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
		Object.defineProperty(el, "value", {get() { return own.get.call(this) }, set(v) { told(v); own.set.call(this, v) }, configurable: true});
	`).Invoke(f.field, watch)

	focus(f.field)
	compose(f.field, "start") // nothing typed yet: only this says that the user is at it
	f.become("from elsewhere")
	insert(f.field, "に")
	f.become("from elsewhere, again")
	f.field.Call("setRangeText", "日本", 0, 1, "end")
	key(f.field, "Enter", "isComposing")
	f.become("and again")
	if written != nil {
		t.Errorf("written during the composition: %q", written)
	}
	f.wantCommitted(t)
	wantText(t, f.field, "日本")
	compose(f.field, "end")
	f.flush()
	f.wantCommitted(t, "日本")
	wantText(t, f.field, "日本")
}

func TestValueThatCameDuringACompositionShowsAfterIt(t *testing.T) {
	f := newForm(t, "old", nil)
	focus(f.field)
	compose(f.field, "start")
	f.become("new")
	wantText(t, f.field, "old")
	compose(f.field, "end") // the user has given it up
	f.flush()
	wantText(t, f.field, "new")
}

// editing is a page with an input on an atom, whose sagas end when the test
// says so, one after the other.
func editing(t *testing.T) (p *screen, field app.Value, effects *[]effect, text *atom.Atom[string]) {
	text = atom.New("a")
	effects = new([]effect)
	p = show(t, func(p *screen) app.UI {
		return app.Div().Body(
			components.Input().ID("x").Label("Name").Value(p.text.Use(&p.bind, text)).Status(&p.text).
				OnChange(func(_ app.Context, to string) {
					e := newEffect()
					*effects = append(*effects, e)
					p.text.Run(saga.Update(func(s *string) { *s = to }).Effect(e.run))
				}),
			app.Button().ID("elsewhere"),
		)
	})
	return p, query(t, fields), effects, text
}

func TestOlderChangeRollsBackWhileTheUserTypes(t *testing.T) {
	p, field, effects, text := editing(t)
	insert(field, "b")
	key(field, "Enter")
	p.flush()
	wantAttr(t, query(t, "[data-component=input]"), "data-pending", "true")
	insert(field, "c")
	field.Call("setSelectionRange", 1, 1)

	(*effects)[0].fail(p.store)
	p.flush()
	if now := text.Get(p.store); now != "a" {
		t.Fatalf("the value is %q", now)
	}
	wantText(t, field, "abc") // what was typed is not lost
	wantCaret(t, field, 1, 1)
	wantFocus(t, field)
	wantAttr(t, query(t, "[data-component=input]"), "data-failed", "true")

	elsewhere(t)
	p.flush()
	if now := text.Get(p.store); now != "abc" {
		t.Errorf("the value is %q", now)
	}
	absent(t, "[role=alert]") // it is about something that the user has changed since
	(*effects)[1] <- nil
}

func TestOwnChangeRollsBack(t *testing.T) {
	p, field, effects, text := editing(t)
	insert(field, "b")
	elsewhere(t)
	p.flush()
	wantText(t, field, "ab")
	(*effects)[0].fail(p.store)
	p.flush()
	wantText(t, field, "a")
	if said := query(t, "[role=alert]").Get("textContent").String(); !strings.Contains(said, "“Name” was not saved: the server said no.") {
		t.Errorf("the alert says %q", said)
	}
	press(t, "Retry")
	p.flush()
	wantText(t, field, "ab")
	wantFocus(t, field)
	if text.Get(p.store) != "ab" {
		t.Error("it was not run again")
	}
	(*effects)[0] <- nil
}

func TestRefusedTextStays(t *testing.T) {
	message := ""
	f := newForm(t, "a", func(c *components.InputCompo) *components.InputCompo { return c.Invalid(message) })
	f.accept, message = false, "Too loud."
	insert(f.field, "!")
	elsewhere(t)
	f.flush()
	f.become("a")
	wantText(t, f.field, "a!")
	wantAttr(t, f.field, "aria-invalid", "true")
	said := query(t, "#"+f.field.Call("getAttribute", "aria-describedby").String())
	if said.Get("textContent").String() != "Too loud." || said.Get("hidden").Bool() {
		t.Errorf("it says %s", said.Get("outerHTML"))
	}
	message = ""
	key(f.field, "Escape")
	f.flush()
	f.wantCommitted(t, "a!", "a") // the page is told, or it would go on to complain
	wantText(t, f.field, "a")
	wantAttr(t, f.field, "aria-invalid", "false")
}

// The text that the user is typing goes where its row goes, and what follows
// is not for the row that is now in its place.
func TestInputReusedForAnotherRow(t *testing.T) {
	for _, row := range []struct {
		reason string
		ids    []string
	}{
		{"a row comes before it", []string{"new", "a", "b", "c"}},
		{"the row before it goes", []string{"b", "c"}},
		{"all but it go", []string{"b"}},
		{"it becomes the last", []string{"a", "c", "d", "b"}},
	} {
		l := &items{ids: []string{"a", "b", "c"}}
		page := show(t, l.render)
		field := query(t, "#input-b")
		insert(field, "!")
		field.Call("setSelectionRange", 3, 3)
		l.ids = row.ids
		page.rerender()
		field = query(t, "#input-b")
		wantText(t, field, "text of b!")
		wantFocus(t, field)
		wantCaret(t, field, 3, 3)
		for _, id := range row.ids {
			if id != "b" {
				wantText(t, query(t, "#input-"+id), "text of "+id)
			}
		}
		if l.texts != nil {
			t.Errorf("%s: committed %q", row.reason, l.texts)
		}
		key(field, "Enter")
		page.flush()
		if !slices.Equal(l.texts, []string{"b: text of b!"}) {
			t.Errorf("%s: committed %q", row.reason, l.texts)
		}
	}
}

func TestRowThatGoesWhileTheUserTypesInIt(t *testing.T) {
	l := &items{ids: []string{"a", "b", "c"}}
	page := show(t, l.render)
	insert(query(t, "#input-b"), "!")
	l.ids = []string{"a", "c"}
	page.rerender()
	wantText(t, query(t, "#input-c"), "text of c")
	wantFocus(t, document().Get("body"))
	if l.texts != nil {
		t.Errorf("committed %q", l.texts)
	}
}

// The field was left, but before that is handled it has become that of a.
func TestTextThatHadToWaitIsNotForAnotherRow(t *testing.T) {
	l := &items{ids: []string{"a", "b"}}
	page := show(t, func(p *screen) app.UI { return app.Div().Body(l.render(p), app.Button().ID("elsewhere")) })
	l.ids = []string{"new", "a", "b"}
	page.ctx.Update()
	insert(query(t, "#input-b"), "!")
	elsewhere(t)
	page.engine.ConsumeNext()
	page.flush()
	if !slices.Equal(l.texts, []string{"b: text of b!"}) {
		t.Errorf("committed %q", l.texts)
	}
	wantText(t, query(t, "#input-a"), "text of a")
}

func TestTextIsCommittedWhenThePageGoes(t *testing.T) {
	f := newForm(t, "a", nil)
	focus(f.field)
	f.flush()
	insert(f.field, "!")
	leave(t)
	f.wantCommitted(t, "a!")
}

func TestDebounceCommitsWhileTheUserTypes(t *testing.T) {
	f := newForm(t, "", func(c *components.InputCompo) *components.InputCompo { return c.Debounce(time.Millisecond) })
	insert(f.field, "a")
	insert(f.field, "b")
	f.flush()
	f.wantCommitted(t, "ab")
	insert(f.field, "c")
	key(f.field, "Enter")
	f.flush()
	f.wantCommitted(t, "ab", "abc")
	insert(f.field, "d")
	key(f.field, "Escape")
	f.flush()
	f.wantCommitted(t, "ab", "abc")
	wantText(t, f.field, "abc")
}

// Elements say some values in their own way: that is not something typed.
func TestValueThatTheElementSaysItsOwnWay(t *testing.T) {
	for _, row := range []struct {
		reason string
		kind   string
		value  string
		says   string
		next   string
	}{
		{"one line has no line breaks", "text", "a\r\nb", "ab", "c"},
		{"an address has no space around it", "email", " a@b.c ", "a@b.c", "d@e.f"},
		{"a number is one", "number", "no number", "", "5"},
		{"a date is one", "date", "no date", "", "2026-11-24"},
		{"many lines end in one way", "", "a\r\nb", "a\nb", "c"},
	} {
		f := newForm(t, row.value, func(c *components.InputCompo) *components.InputCompo {
			if row.kind == "" {
				return c.Multiline()
			}
			return c.Type(row.kind)
		})
		wantText(t, f.field, row.says)
		focus(f.field)
		elsewhere(t)
		f.flush()
		f.wantCommitted(t)
		f.become(row.next)
		if got := f.field.Get("value").String(); got != row.next {
			t.Errorf("%s: it says %q", row.reason, got)
		}
		f.become(row.value)
		wantText(t, f.field, row.says)
		f.become(row.next)
		wantText(t, f.field, row.next)
	}
}

func TestInputThatMustNotChange(t *testing.T) {
	for reason, change := range map[string]func(*components.InputCompo) *components.InputCompo{
		"disabled":    func(c *components.InputCompo) *components.InputCompo { return c.Disabled(true) },
		"read-only":   func(c *components.InputCompo) *components.InputCompo { return c.ReadOnly(true) },
		"no OnChange": func(c *components.InputCompo) *components.InputCompo { return c.OnChange(nil) },
	} {
		f := newForm(t, "a", change)
		if !f.field.Get("disabled").Bool() && !f.field.Get("readOnly").Bool() {
			t.Errorf("%s: it does not say so", reason)
		}
		f.field.Set("value", "b")
		f.field.Call("dispatchEvent", app.Window().Get("Event").New("change"))
		f.flush()
		f.wantCommitted(t)
		wantText(t, f.field, "a")
	}
}

// A page may take the kind of the field from its state.
func TestFieldOfManyLinesBecomesOneOfOne(t *testing.T) {
	many := false
	f := newForm(t, "a", func(c *components.InputCompo) *components.InputCompo {
		if many {
			return c.Multiline()
		}
		return c
	})
	f.become("b")
	insert(f.field, "!")
	many = true
	f.rerender()
	area := query(t, "textarea")
	wantText(t, area, "b!")
	f.become("c")
	wantText(t, area, "b!")
	area.Call("dispatchEvent", app.Window().Get("Event").New("change"))
	f.flush()
	f.wantCommitted(t, "b!")
}

func TestInputShowsARollbackBeforeTheFrame(t *testing.T) {
	text, e := atom.New("before"), newEffect()
	page := show(t, func(p *screen) app.UI {
		return components.Input().ID("x").Value(p.text.Use(&p.bind, text)).Status(&p.text).OnChange(func(app.Context, string) {})
	})
	input := query(t, "#x")
	says := func(reason, want string) {
		t.Helper()
		if got := page.atOnce(func() string { return input.Get("value").String() }); got != want {
			t.Errorf("%s it says %q, want %q", reason, got, want)
		}
	}
	saga.Run(page.store, text, saga.Update(func(v *string) { *v = "meanwhile" }).Effect(e.run))
	says("after a change", "meanwhile")
	e.fail(page.store)
	says("after the rollback", "before")

	saga.Run(page.store, text, saga.Update(func(v *string) { *v = "meanwhile" }).Effect(e.run))
	says("after a change", "meanwhile")
	focus(input)
	input.Set("value", "what the user types")
	e.fail(page.store)
	says("while the user types", "what the user types")
}
