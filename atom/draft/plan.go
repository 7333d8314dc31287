package draft

import (
	"encoding"
	"encoding/json"
	"errors"
	"reflect"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

// ErrType is wrapped by the errors for a type that cannot be drafted: one that contains a
// lock, a [List] or [Map] where it cannot be edited in place, a [Map] whose keys have no
// order, or an element type with two keys. The message says where in the type it is.
var ErrType = errors.New("draft: type cannot be drafted")

// kind selects how a plan copies, compares and descends into a value. It is coarser than
// [reflect.Kind] where the work is the same, and finer where it differs.
type kind uint8

const (
	kindBits    kind = iota // equal if its bytes are: booleans, integers
	kindOpaque              // equal if its words are, which are never followed, see Opaque
	kindFloat               // float32, float64: equal if the bits are, or both are NaN
	kindComplex             // two floats
	kindString
	kindTime  // time.Time
	kindBytes // []byte, a string in JSON
	kindStruct
	kindArray
	kindPointer
	kindSlice
	kindGoMap // map[K]V
	kindInterface
	kindList // [List]
	kindMap  // [Map]
)

// plan is what the package knows about one type. A plan is compiled once, cached in plans
// and immutable from then on, so a draft reflects on no types and only works on memory.
//
// In comments, "a p" is a value of the type of plan p, "the p at a" the one at address a, and
// "a t" a value of type t.
type plan struct {
	typ             reflect.Type
	kind            kind
	size            uintptr
	hasPointers     bool   // the garbage collector has to see its words
	hasSharedMemory bool   // a plain copy shares memory that can be written to
	pointerWords    uint64 // which of its words are pointers, by bit; 0 if not known
	zero            any    // its zero value, for the type word of interfaces; nil for an interface
	direct          bool   // an interface has it in its data word, see isDirect

	// cloneFunc is clone without reflection. It is set once the type has been a type
	// argument of an exported function.
	cloneFunc atomic.Pointer[func(unsafe.Pointer) unsafe.Pointer]

	// leaf is set for a type with a JSON form of its own (MarshalJSON, MarshalText). It
	// changes as a whole.
	leaf bool

	// alwaysOwnForm is set for a leaf that has this form wherever it is, and not only
	// where it is addressable.
	alwaysOwnForm bool

	elem         *plan    // of an array, pointer, slice, Go map, List or Map
	key          *plan    // of a Go map or Map
	keyMayBeNaN  bool     // of a Go map: a key may differ from itself
	box          *plan    // of a List or Map: the memory of an element, see treeNode
	elemOffset   uintptr  // of a List or Map: the offset of the element in its box
	order        keyOrder // of a Map: how its keys are compared
	length       int      // of an array
	fields       []*field // of a struct
	sharedFields []*field // of a struct: those with hasSharedMemory
	identity     *field   // of a struct: the field tagged `atom:"key"`, or nil
}

// field is a struct field as its struct sees it.
type field struct {
	in     *plan // the struct
	plan   *plan
	name   string // in Go
	json   string // in JSON
	offset uintptr
	hidden bool                      // has no JSON form: json:"-", unexported, or shadowed by another field
	inline bool                      // embedded: its fields appear in the JSON object of the struct
	quoted bool                      // option ",string", which applies unless the value has a form of its own
	omit   func(unsafe.Pointer) bool // reports whether JSON leaves the value out; nil if never
}

// hasOwnForm reports whether encoding/json writes a p with its MarshalJSON or MarshalText,
// given whether the value is addressable.
func (p *plan) hasOwnForm(addressable Addressability) bool {
	return p.leaf && (p.alwaysOwnForm || addressable != Unaddressable)
}

// inString reports whether the option ",string" of f applies to a value that is addressable
// or not. f may be nil, for a value that is no field.
func (f *field) inString(addressable Addressability) bool {
	return f != nil && f.quoted && !f.plan.hasOwnForm(addressable)
}

var (
	plans       sync.Map // reflect.Type -> *plan or error
	plansBehind sync.Map // the same for types of values in interfaces

	compiling sync.Mutex
	compiled  = map[reflect.Type]*plan{} // guarded by compiling

	marshaler = reflect.TypeFor[json.Marshaler]()
	texter    = reflect.TypeFor[encoding.TextMarshaler]()
	timeType  = reflect.TypeFor[time.Time]()
)

// planOf returns the plan of t. Its error wraps [ErrType].
func planOf(t reflect.Type) (*plan, error) {
	slot := &recent[uintptr((*eface)(unsafe.Pointer(&t)).data)/64%uintptr(len(recent))]
	if p := slot.Load(); p != nil && p.typ == t {
		return p, nil
	}
	v, ok := plans.Load(t)
	if !ok {
		return compileAndStore(&plans, t, editable)
	}
	p, err := planOrError(v)
	if err == nil {
		slot.Store(p)
	}
	return p, err
}

// planFor is planOf for a type that is known at compile time, which can be cloned without
// reflection.
func planFor[T any]() (*plan, error) {
	p, err := planOf(reflect.TypeFor[T]())
	if err == nil && p.cloneFunc.Load() == nil {
		f := cloneOf[T]
		p.cloneFunc.Store(&f)
	}
	return p, err
}

// recent caches plans by the address of their type. Every update asks for one or two plans,
// and a lookup in a sync.Map takes as long as an allocation.
var recent [64]atomic.Pointer[plan]

// planBehindInterface is planOf for the type of a value in an interface. Such a value can be
// copied but not edited in place, so a List or Map in it is an error.
func planBehindInterface(t reflect.Type) (*plan, error) {
	if p, ok := plansBehind.Load(t); ok {
		return planOrError(p)
	}
	return compileAndStore(&plansBehind, t, behindInterface)
}

func compileAndStore(plans *sync.Map, t reflect.Type, where location) (*plan, error) {
	if err := checkLocations(t, where); err != nil {
		plans.Store(t, err)
		return nil, err
	}
	p, err := compilePlan(t)
	if err != nil {
		plans.Store(t, err)
		return nil, err
	}
	plans.Store(t, p)
	return p, nil
}

func planOrError(p any) (*plan, error) {
	if err, ok := p.(error); ok {
		return nil, err
	}
	return p.(*plan), nil
}
