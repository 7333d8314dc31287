package nodes

import (
	"reflect"
	"unsafe"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Mark marks one component, that of ctx, to be rendered in go-app's next frame. It
// is nil when go-app has no field like the one that it uses.
//
// [app.Context.Dispatch], which go-app has for that, marks every component around it as
// well: in a list of 4,000 rows that takes 2 ms for a change of one, and this 7 µs.
var Mark = marker()

// markWeight is more than any number of calls of [app.Context.PreventUpdate] takes
// away: those are about what a handler has changed, not about an atom.
const markWeight = 1 << 20

func marker() func(ctx app.Context, c app.Composer) {
	field, found := fieldByName(reflect.TypeFor[app.Context](), "addComponentUpdate")
	if !found || field.Type != reflect.TypeFor[func(app.Composer, int)]() {
		return nil
	}
	offset := field.Offset
	return func(ctx app.Context, c app.Composer) {
		add := *(*func(app.Composer, int))(unsafe.Add(unsafe.Pointer(&ctx), offset))
		add(c, markWeight)
	}
}
