package hook

import "github.com/atomsaga/atomsaga/atom"

// A binding is what a View is whatever the type of its atom.
type binding struct {
	bind    *Bind
	to      any    // the atom
	follows bool   // parts of the page are written, and nothing is rendered
	end     func() // of the subscription; nil when there is none

	handlers handlers
}

// A subscriber is a View of any type.
type subscriber interface {
	begin(*atom.Store) (end func())
	subscribe(self subscriber)
	unsubscribe()
	missing() bool
	deafen()
}

// rebind is called in each rendering. It reports whether the view has another atom
// now, which it is to subscribe to.
func (v *binding) rebind(self subscriber, b *Bind, to any, follows bool) bool {
	if v.bind == nil {
		v.bind = b
		b.views = append(b.views, self)
	}
	b.stale = false
	v.handlers.rendered = 0
	if v.to == to && v.follows == follows {
		return false
	}
	v.unsubscribe()
	v.to, v.follows = to, follows
	return true
}

// store panics for a hook that has no atom yet, which is more than a page that
// shows nothing would say.
//
//go:noinline
func (v *binding) store() *atom.Store {
	if v.bind == nil {
		panic("hook: the hook is not bound to an atom yet: call its Use in Render")
	}
	return v.bind.Store()
}

func (v *binding) subscribe(self subscriber) {
	if v.end == nil && v.bind.follows() {
		v.end = self.begin(v.bind.Store())
	}
}

//go:noinline
func (v *binding) unsubscribe() {
	if v.end != nil {
		v.end()
		v.end = nil
	}
}

// deafen ends what its component hears of events.
func (v *binding) deafen() { v.handlers.end() }
