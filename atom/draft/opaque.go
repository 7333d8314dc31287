package draft

import (
	"reflect"
	"slices"
	"sync"
	"time"
)

// Opaque marks a type whose values mean a thing and not a content: a service, a
// connection, a component. Atoms hold such a value as it is. It is never copied,
// followed or compared with another in depth, and drafts share it: two are equal
// when they are the same one.
//
// Only types with exported fields have to say so. These are opaque anyway:
//
//   - pointers to structs that have fields, all of them unexported, unless the
//     struct has a JSON form of its own (MarshalJSON or MarshalText, as [*big.Int]
//     has): such a struct is a value, and a draft of it is a copy;
//   - pointers to structs that contain a lock, which must not be copied;
//   - pointers that are errors, which [errors.Is] compares;
//   - funcs, channels and unsafe pointers; contexts, [reflect.Type] and what else
//     of the standard library is a thing: timers, files, [*http.Client], js.Value.
//
// To hold a thing whose type belongs to others, put it into an unexported field of
// a struct, and hold a pointer to that.
type Opaque interface{ AtomOpaque() }

var (
	opaqueType  = reflect.TypeFor[Opaque]()
	errorType   = reflect.TypeFor[error]()
	lockerType  = reflect.TypeFor[sync.Locker]()
	zoneType    = reflect.TypeFor[time.Location]()
	timerType   = reflect.TypeFor[time.Timer]()
	tickerType  = reflect.TypeFor[time.Ticker]()
	opaqueHTTP  = []string{"Client", "Request", "Response"}
	errHasLock  = "a lock cannot be copied, as every read and every draft would: hold a pointer to the struct that contains it"
	notFollowed = map[reflect.Kind]bool{reflect.Func: true, reflect.Chan: true, reflect.UnsafePointer: true}
)

// opaqueIn are the packages whose types stand for things: a copy of what their pointers
// lead to would be another thing.
var opaqueIn = map[string]bool{
	"context": true, "internal/abi": true, "internal/sync": true, "os": true, "reflect": true, "runtime": true,
	"sync": true, "sync/atomic": true, "syscall/js": true, "unique": true, "weak": true,
}

// isOpaque reports whether a t is held as it is: never followed, and equal to another t if
// their words are equal.
func isOpaque(t reflect.Type) bool {
	switch k := t.Kind(); {
	case notFollowed[k]:
		return true
	case k == reflect.Pointer && t.Name() == "":
		return opaqueIn[t.Elem().PkgPath()] || t.Implements(opaqueType) || t.Implements(errorType) || isOpaquePointee(t.Elem())
	case k == reflect.Struct || k == reflect.Interface:
		return opaqueIn[t.PkgPath()] || t.Implements(opaqueType)
	}
	return t.Implements(opaqueType)
}

// isOpaquePointee reports whether a pointer to a t is opaque, whatever its methods are.
func isOpaquePointee(t reflect.Type) bool {
	switch {
	case containsLock(t), t == zoneType, t == timerType, t == tickerType:
		return true
	case t.Kind() != reflect.Struct || t.NumField() == 0:
		return false
	case t.PkgPath() == "net/http" && slices.Contains(opaqueHTTP, t.Name()):
		return true
	case hasMarshaler(t):
		return false
	}
	return !hasExportedField(t)
}

// hasExportedField reports whether the struct t, or a struct embedded in it, has an exported
// field.
func hasExportedField(t reflect.Type) bool {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.IsExported() || f.Anonymous && f.Type.Kind() == reflect.Struct && hasExportedField(f.Type) {
			return true
		}
	}
	return false
}

// hasMarshaler reports whether a t has a JSON form of its own: MarshalJSON or MarshalText.
func hasMarshaler(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(marshaler) || p.Implements(texter)
}
