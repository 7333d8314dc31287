package hook

import (
	"fmt"
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
)

// Follow binds the view to an atom, instead of the one before, as Use does. But a change
// of the value does not render the component: only the attributes and texts made by
// [Attr] and [Text] are written, to the page itself and at once.
//
//	func (r *row) Render() app.UI {
//		r.item.Follow(&r.bind, itemByID.Of(r.ID))
//		return hook.Attr(app.Li(), &r.item, "data-done", func(i Item) any { return i.Done }).
//			Body(hook.Text(&r.item, func(i Item) string { return i.Name }))
//	}
//
// Each rendering has to call Attr and Text for the view equally often and in the same
// order. Follow is for rows of which there are many. What is pending and what has failed
// is shown by hooks bound with Use.
func (v *View[T]) Follow(b *Bind, src atom.Readable[T]) {
	v.parts.rendered = 0
	v.use(b, src, true)
}

// Follow is [View.Follow] for the hook's atom.
func (h *Hook[T]) Follow(b *Bind, a *atom.Atom[T]) {
	h.atom = a
	h.view.Follow(b, a)
}

// Followed is a [*Hook] or a [*View].
type Followed[T any] interface{ followed() *View[T] }

func (v *View[T]) followed() *View[T] { return v }
func (h *Hook[T]) followed() *View[T] { return &h.view }

// Attr gives e an attribute that follows the value of a hook or view bound with Follow.
// The value of the attribute is what fmt.Sprint returns for that of the function. Attr is
// not for attributes that are properties of the element as well, such as value, checked
// and disabled.
func Attr[T any, E interface {
	app.UI
	Attr(name string, value any) E
}](e E, from Followed[T], name string, value func(T) any) E {
	v := from.followed()
	return e.Attr(name, v.parts.add(e, part{
		text:  func() string { return format(value(v.Value())) },
		write: func(el app.Value, text string) { el.Call("setAttribute", name, text) },
	}))
}

// format returns fmt.Sprint(value), and is faster for the usual types.
func format(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	}
	return fmt.Sprint(value)
}

// Text returns a text that follows the value of a hook or view bound with Follow.
func Text[T any](from Followed[T], text func(T) string) app.UI {
	v := from.followed()
	node := app.Text(text(v.Value()))
	v.parts.add(node, part{
		text:  func() string { return text(v.Value()) },
		write: func(el app.Value, text string) { el.Set("nodeValue", text) },
	})
	return node
}

// writeParts is called when the value of a view that is followed changes.
func (v *View[T]) writeParts() {
	if !v.missing() { // otherwise the parent is about to remove the component
		v.parts.write()
	}
}

// parts are the attributes and texts that follow a view, in the order in which they are
// rendered.
type parts struct {
	all      []part
	rendered int // by this rendering
}

// A part is one attribute or one text.
type part struct {
	text  func() string // what the page has to say
	write func(el app.Value, text string)

	element app.UI // the mounted one
	latest  app.UI // made by the last rendering; go-app mounts it when it replaces element
	written string // what the page says
}

// add registers the next part of a rendering, on element e, and returns its text.
//
// go-app compares the text with that of the rendering before, not with what was written
// since: when both are equal it writes nothing. So add writes itself.
func (ps *parts) add(e app.UI, made part) string {
	if ps.rendered == len(ps.all) {
		ps.all = append(ps.all, made)
	}
	p := &ps.all[ps.rendered]
	ps.rendered++
	p.updateElement()
	p.text, p.write, p.latest = made.text, made.write, e
	p.update()
	return p.written
}

//go:noinline
func (ps *parts) write() {
	for i := range ps.all {
		ps.all[i].update()
	}
}

// update writes the text if it has changed. It writes to a text node even when that is
// not on the page: a translator may have replaced it, and the script of package
// components/early then brings it back.
func (p *part) update() {
	text := p.text()
	if text == p.written {
		return
	}
	p.written = text
	if p.updateElement(); p.element.Mounted() {
		p.write(p.element.JSValue(), text)
	}
}

// updateElement takes the element of the last rendering when go-app has mounted that.
func (p *part) updateElement() {
	if p.element == nil || p.latest.Mounted() && !onPage(p.element) {
		p.element = p.latest
	}
}

// onPage reports whether an element is mounted. A text that was once mounted is so for
// ever to go-app, so the browser is asked.
func onPage(e app.UI) bool {
	if _, isElement := e.(app.HTML); isElement || !e.Mounted() {
		return e.Mounted()
	}
	return e.JSValue().Get("isConnected").Bool()
}
