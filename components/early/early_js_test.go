package early

import (
	_ "embed"
	"strings"
	"syscall/js"
	"testing"
)

//go:embed storage.js
var storage string

//go:embed early.js
var early string

//go:embed translate.js
var translate string

var script = storage + early + translate

// A visit is a page that the server has rendered, until its program takes over.
type visit struct{ t *testing.T }

func document() js.Value { return js.Global().Get("document") }

// arrive shows what the server rendered, with the script. What happens to the
// program's elements is noted in its attribute data-log.
func arrive(t *testing.T, rendered string) visit {
	t.Helper()
	root := document().Call("createElement", "div")
	root.Set("innerHTML", rendered)
	body := document().Get("body")
	body.Call("prepend", root)
	t.Cleanup(func() { body.Get("firstElementChild").Call("remove") })
	run := document().Call("createElement", "script")
	run.Set("textContent", script)
	document().Get("head").Call("append", run)
	return visit{t}
}

// program puts the program's page in the place of what the server has rendered.
func (v visit) program(page string) {
	v.t.Helper()
	root := document().Call("createElement", "div")
	root.Set("innerHTML", page)
	for _, event := range []string{"click", "input", "change", "submit"} {
		listen(root, event, func(e js.Value) {
			target := e.Get("target")
			if event == "submit" || target.Get("localName").String() == "a" {
				e.Call("preventDefault") // the test would leave with it
			}
			said := event
			if event == "input" || event == "change" {
				said += "=" + target.Get("value").String()
			}
			data := root.Get("dataset")
			before := data.Get("log")
			if before.Truthy() {
				said = before.String() + " " + name(target) + ":" + said
			} else {
				said = name(target) + ":" + said
			}
			data.Set("log", said)
		})
	}
	document().Get("body").Get("firstElementChild").Call("replaceWith", root)
	v.pause()
}

func listen(on js.Value, event string, f func(js.Value)) {
	on.Call("addEventListener", event, js.FuncOf(func(_ js.Value, args []js.Value) any { f(args[0]); return nil }))
}

// name is what the tests call an element: data-name, or its id.
func name(e js.Value) string {
	if n := e.Get("dataset").Get("name"); n.Truthy() {
		return n.String()
	}
	return e.Get("id").String()
}

// log is what has happened in the program's page.
func (v visit) log() string {
	if log := document().Get("body").Get("firstElementChild").Get("dataset").Get("log"); log.Truthy() {
		return log.String()
	}
	return ""
}

// pause lets the browser do what it has put off: tell of what was scrolled, which it
// does before it draws a frame, and then what was to be done in a moment.
func (v visit) pause() {
	done := make(chan struct{})
	f := js.FuncOf(func(js.Value, []js.Value) any { close(done); return nil })
	defer f.Release()
	js.Global().Get("Function").New("done", "requestAnimationFrame(() => setTimeout(done))").Invoke(f)
	<-done
}

func (v visit) find(selector string) js.Value {
	v.t.Helper()
	e := document().Call("querySelector", selector)
	if !e.Truthy() {
		v.t.Fatalf("nothing on the page is a %s", selector)
	}
	return e
}

func (v visit) exists(selector string) bool {
	return document().Call("querySelector", selector).Truthy()
}

func (v visit) click(selector string) { v.t.Helper(); v.find(selector).Call("click") }

// enter types a text, and leaves the field or not.
func (v visit) enter(selector, text string, leave bool) {
	v.t.Helper()
	field := v.find(selector)
	field.Call("focus")
	tell(field, "focusin")
	field.Set("value", text)
	events := []string{"input"}
	if leave {
		events = append(events, "change")
	}
	tell(field, events...)
	if leave {
		field.Call("blur")
		v.pause()
	}
}

// tell sends events as the browser does, which keeps those of the focus to
// itself while a page is in the background.
func tell(e js.Value, events ...string) {
	for _, event := range events {
		e.Call("dispatchEvent", js.Global().Get("Event").New(event, map[string]any{"bubbles": event != "blur"}))
	}
}

func TestWhatIsKeptIsDoneByTheProgram(t *testing.T) {
	for _, test := range []struct {
		reason  string
		page    string
		do      func(visit)
		program string // "" for the same page
		log     string
	}{
		{"a click on a button, once", `<button id="a">A</button>`, func(v visit) { v.click("#a") }, "", "a:click"},
		{"each of several clicks, in their order", `<button id="a">A</button><button id="b">B</button>`,
			func(v visit) { v.click("#a"); v.click("#b"); v.click("#a") }, "", "a:click b:click a:click"},
		{"a click on what is in a button is the button's", `<button id="a"><span>A</span></button>`, func(v visit) { v.click("#a span") }, "", "a:click"},
		{"a click on a label is its control's", `<label for="a">A</label><button id="a" role="switch"></button>`,
			func(v visit) { v.click("label") }, "", "a:click"},
		{"a click on what hook.On has made to hear of it", `<p id="a" data-on-click="early"><b>A</b></p>`, func(v visit) { v.click("#a b") },
			`<p id="a" data-on-click="7"><b>A</b></p>`, "a:click"},
		{"a click on text is nobody's", `<p id="a">A</p>`, func(v visit) { v.click("#a") }, "", ""},
		{"a control without id is found in its place", `<button>A</button><button>A</button>`,
			func(v visit) { v.click("button + button") }, `<button data-name="1">A</button><button data-name="2">A</button>`, "2:click"},
		{"space between the tags, which a server may write, does not matter", "<ul> <li>\n<button>\n A</button></li> </ul>",
			func(v visit) { v.click("button") }, `<ul><li><button data-name="a">A</button></li></ul>`, "a:click"},
		{"or where it is now, if it is the only one", `<button>A</button>`, func(v visit) { v.click("button") },
			`<p></p><button data-name="b">B</button><button data-name="a">A</button>`, "a:click"},
		{"a control that is another one now is left alone", `<button>Keep</button>`, func(v visit) { v.click("button") },
			`<button data-name="x">Remove</button>`, ""},
		{"an id that package components makes up says nothing", `<div><button id="control-2">A</button></div><button id="control-1">B</button>`,
			func(v visit) { v.click("#control-2") },
			`<div><button id="control-1" data-name="a">A</button></div><button id="control-2" data-name="b">B</button>`, "a:click"},
		{"a row that has moved is found by its id", `<button id="a">x</button><button id="b">x</button>`, func(v visit) { v.click("#a") },
			`<button id="b">x</button><button id="a">x</button>`, "a:click"},
		{"what is not there in the end is dropped", `<button id="gone">A</button><button id="b">B</button>`,
			func(v visit) { v.click("#gone") }, `<button id="b">B</button>`, ""},
		{"a text that was left", `<input id="a">`, func(v visit) { v.enter("#a", "died in", true) }, "", "a:input=died in a:change=died in"},
		{"a text that is being typed", `<input id="a">`, func(v visit) { v.enter("#a", "d", false); v.enter("#a", "di", false) }, "", "a:input=di"},
		{"a choice", `<select id="a"><option>x<option>y</select>`, func(v visit) { v.enter("#a", "y", true) }, "", "a:input=y a:change=y"},
		{"a checkbox", `<input type="checkbox" id="a">`, func(v visit) { v.click("#a") }, "", "a:click a:input=on a:change=on"},
		{"a checkbox that is again what it was", `<input type="checkbox" id="a">`, func(v visit) { v.click("#a"); v.click("#a") }, "", ""},
		{"text and click, in their order", `<input id="a"><button id="b">B</button>`,
			func(v visit) { v.enter("#a", "x", true); v.click("#b"); v.enter("#a", "y", true) }, "",
			"a:input=x a:change=x b:click a:input=y a:change=y"},
		{"a form", `<form id="f"><input id="a"></form>`, func(v visit) { v.find("#f").Call("requestSubmit") }, "", "f:submit"},
		{"a form's button", `<form id="f"><button id="a">A</button></form>`, func(v visit) { v.click("#a") }, "", "a:click f:submit"},
		{"a link after something else", `<button id="a">A</button><a id="b" href="/elsewhere">B</a>`,
			func(v visit) { v.click("#a"); v.click("#b") }, "", "a:click b:click"},
	} {
		t.Run(test.reason, func(t *testing.T) {
			v := arrive(t, test.page)
			test.do(v)
			if test.program == "" {
				test.program = test.page
			}
			v.program(test.program)
			if got := v.log(); got != test.log {
				t.Errorf("happened: %q, want %q", got, test.log)
			}
		})
	}
}

func TestAKeptClickIsShown(t *testing.T) {
	v := arrive(t, `<button id="a" role="switch" aria-checked="false"></button>`)
	v.click("#a")
	if html := v.find("#a").Get("outerHTML").String(); !strings.Contains(html, `aria-busy="true"`) ||
		!strings.Contains(html, `data-early`) || !strings.Contains(html, `aria-checked="true"`) {
		t.Error(html)
	}
	v.program(`<button id="a" role="switch" aria-checked="false"></button>`)
}

func TestAControlThatComesLaterIsWaitedFor(t *testing.T) {
	v := arrive(t, `<button id="a">A</button><button id="b">B</button>`)
	v.click("#a")
	v.click("#b")
	v.program(`<button id="b">B</button>`)
	if got := v.log(); got != "" {
		t.Fatalf("out of order: %q", got)
	}
	document().Get("body").Get("firstElementChild").Call("insertAdjacentHTML", "beforeend", `<p><button id="a">A</button></p>`)
	v.pause()
	if got := v.log(); got != "a:click b:click" {
		t.Errorf("happened: %q", got)
	}
}

func TestTheProgramsOwnClicksAreItsOwn(t *testing.T) {
	v := arrive(t, `<button id="a">A</button>`)
	v.click("#a")
	v.program(`<button id="a">A</button>`)
	v.click("#a")
	v.pause()
	if got := v.log(); got != "a:click a:click" {
		t.Errorf("happened: %q", got)
	}
}

func TestFocusCaretScrollAndDetailsStay(t *testing.T) {
	const page = `<input id="a" value="was death of"><div class="box" style="height: 40px; overflow: auto"><p style="height: 400px">x</p></div>
		<details><summary>More</summary>y</details>`
	v := arrive(t, page)
	v.enter("#a", "was the death of", false)
	v.find("#a").Call("setSelectionRange", 4, 7, "backward")
	v.find(".box").Set("scrollTop", 120)
	v.find("details").Set("open", true)
	v.pause()
	v.program(strings.Replace(page, ">x<", ">other rows<", 1))
	a := v.find("#a")
	if !a.Equal(document().Get("activeElement")) {
		t.Error("the focus is lost")
	}
	if a.Get("value").String() != "was the death of" || a.Get("selectionStart").Int() != 4 || a.Get("selectionEnd").Int() != 7 {
		t.Errorf("%q, selected %d to %d", a.Get("value"), a.Get("selectionStart").Int(), a.Get("selectionEnd").Int())
	}
	if got := v.find(".box").Get("scrollTop").Int(); got != 120 {
		t.Errorf("scrolled to %d", got)
	}
	if !v.find("details").Get("open").Bool() {
		t.Error("closed again")
	}
	tell(a, "blur")
	if got := v.log(); got != "a:input=was the death of a:change=was the death of" {
		t.Errorf("happened: %q", got)
	}
}
