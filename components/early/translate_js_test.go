package early

import (
	"syscall/js"
	"testing"
)

// translated puts fonts in the places of an element's texts, as translators do.
var translated = js.Global().Get("Function").New("element", `
	for (const text of Array.from(element.childNodes)) {
		if (text.nodeType !== 3) continue;
		const font = document.createElement("font");
		font.append(document.createElement("font"));
		font.firstChild.textContent = "<" + text.nodeValue + ">";
		text.replaceWith(font);
	}`)

// insertedThenRemoved is another way to do it.
var insertedThenRemoved = js.Global().Get("Function").New("element", `
	const text = element.firstChild, font = document.createElement("font");
	font.textContent = "<" + text.nodeValue + ">";
	element.insertBefore(font, text);
	element.removeChild(text);`)

func TestATextThatIsWrittenToComesBackFromItsTranslation(t *testing.T) {
	for _, translate := range []js.Value{translated, insertedThenRemoved} {
		v := arrive(t, `<p id="p">one</p>`)
		p := v.find("#p")
		text := p.Get("firstChild")
		translate.Invoke(p)
		v.pause()
		for _, value := range []string{"two", "three"} {
			text.Set("nodeValue", value)
			v.pause()
			if got := p.Get("textContent").String(); got != value {
				t.Errorf("%q is written, and the page says %q", value, got)
			}
			translate.Invoke(p)
			v.pause()
			if got := p.Get("textContent").String(); got != "<"+value+">" {
				t.Errorf("translated again, it says %q", got)
			}
		}
	}
}

func TestATranslatedTextCanBeRemovedAndReplaced(t *testing.T) {
	v := arrive(t, `<p id="p">one</p><p id="q">one</p>`)
	p, q := v.find("#p"), v.find("#q")
	removed, replaced := p.Get("firstChild"), q.Get("firstChild")
	translated.Invoke(p)
	translated.Invoke(q)
	v.pause()
	p.Call("removeChild", removed)
	span := document().Call("createElement", "span")
	span.Set("textContent", "two")
	q.Call("replaceChild", span, replaced)
	if p.Get("textContent").String() != "" || q.Get("textContent").String() != "two" {
		t.Errorf("the page has %s %s", p.Get("outerHTML"), q.Get("outerHTML"))
	}
}

func TestAStorageStandsInWhereThereIsNone(t *testing.T) {
	deny := js.Global().Get("Function").New("name", `Object.defineProperty(window, name, { configurable: true, get() { throw new DOMException("denied", "SecurityError") } })`)
	allow := js.Global().Get("Function").New("name", `delete window[name]`)
	for _, name := range []string{"localStorage", "sessionStorage"} {
		deny.Invoke(name)
		t.Cleanup(func() { allow.Invoke(name) })
	}
	arrive(t, "")
	for _, name := range []string{"localStorage", "sessionStorage"} {
		s := js.Global().Get(name)
		s.Call("setItem", "a", 1)
		s.Call("setItem", "b", "two")
		if s.Get("length").Int() != 2 || s.Call("key", 0).String() != "a" || s.Call("getItem", "a").String() != "1" || !s.Call("getItem", "c").IsNull() {
			t.Errorf("%s does not keep what it is given", name)
		}
		s.Call("removeItem", "a")
		if s.Call("clear"); s.Get("length").Int() != 0 {
			t.Errorf("%s keeps what is removed", name)
		}
	}
}
