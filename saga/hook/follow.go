package hook

import (
	"fmt"
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
)

// Follow binds the view to an atom, in place of the one before, as Use does. But
// the component is not rendered when the value changes: only what [Attr] and
// [Text] have made of the view is written, to the page itself and at once.
//
//	func (r *row) Render() app.UI {
//		r.item.Follow(&r.bind, itemByID.Of(r.ID))
//		return hook.Attr(app.Li(), &r.item, "data-done", func(i Item) any { return i.Done }).
//			Body(hook.Text(&r.item, func(i Item) string { return i.Name }))
//	}
//
// Each rendering calls Attr and Text for the view alike, and in the same order. It
// is for rows of which there are many; what is pending, and what has failed, is
// shown by hooks that are bound with Use.
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

// Attr gives an element an attribute that follows the value of a hook or view that
// is bound with Follow. It is written as fmt.Sprint does; it is not for attributes
// that are properties of the element as well, as value, checked and disabled are.
func Attr[T any, E interface {
	app.UI
	Attr(name string, value any) E
}](e E, from Followed[T], name string, of func(T) any) E {
	v := from.followed()
	return e.Attr(name, v.parts.next(e, follower{
		text:  func() string { return written(of(v.Value())) },
		write: func(el app.Value, text string) { el.Call("setAttribute", name, text) },
	}))
}

// written is fmt.Sprint, with less ado for what rows mostly say.
func written(value any) string {
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

// Text is a text that follows the value of a hook or view that is bound with
// Follow.
func Text[T any](from Followed[T], of func(T) string) app.UI {
	v := from.followed()
	text := app.Text(of(v.Value()))
	v.parts.next(text, follower{
		text:  func() string { return of(v.Value()) },
		write: func(el app.Value, text string) { el.Set("nodeValue", text) },
	})
	return text
}

// write is what the subscription of a view calls that is followed.
func (v *View[T]) write() {
	if !v.missing() { // else what it is in is about to take it away
		v.parts.write()
	}
}

// followers are the parts of the page that follow a view, in the order in which
// they are rendered.
type followers struct {
	all      []follower
	rendered int // in this rendering
}

type follower struct {
	text  func() string // what it has to say now
	write func(el app.Value, text string)

	element app.UI // the mounted one
	last    app.UI // of the last rendering; mounted when the one before is not any more
	says    string
}

// next makes the follower of an element the next one, and returns what the element
// has to say. go-app is told the same. It still thinks that the element says what
// it was told in the rendering before, and would write nothing when that is the
// same: so what differs is written.
func (p *followers) next(e app.UI, f follower) string {
	if p.rendered == len(p.all) {
		p.all = append(p.all, f)
	}
	now := &p.all[p.rendered]
	p.rendered++
	now.find()
	now.text, now.write, now.last = f.text, f.write, e
	now.show()
	return now.says
}

//go:noinline
func (p *followers) write() {
	for i := range p.all {
		p.all[i].show()
	}
}

// show makes the element say what it has to. A text is written to even when it is
// not on the page: a translator may have put something in its place, and then the
// script of package components/early brings it back.
func (f *follower) show() {
	text := f.text()
	if text == f.says {
		return
	}
	f.says = text
	if f.find(); f.element.Mounted() {
		f.write(f.element.JSValue(), text)
	}
}

// find takes the element of the last rendering once that is the mounted one.
func (f *follower) find() {
	if f.element == nil || f.last.Mounted() && !onPage(f.element) {
		f.element = f.last
	}
}

// onPage reports whether an element is mounted. Of a text go-app says so for ever.
func onPage(e app.UI) bool {
	if _, isElement := e.(app.HTML); isElement || !e.Mounted() {
		return e.Mounted()
	}
	return e.JSValue().Get("isConnected").Bool()
}
