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

// ErrType is returned by everything that takes a value apart (updates, patches,
// comparison) when a type cannot be the value of an atom: a [List] or [Map]
// where it cannot be edited in place, or an element type with two keys.
var ErrType = errors.New("draft: type cannot be drafted")

// kind says how a plan copies, compares and descends into a value. It is
// coarser than reflect.Kind where the work is the same, and finer where it is not.
type kind uint8

const (
	kindBits      kind = iota // Equal when its bytes are: booleans, integers
	kindOpaque                // compared by its words, which are never followed: func, chan, runtime types
	kindFloat                 // float32, float64: by bits, and NaN equals NaN
	kindComplex               // two floats
	kindString                //
	kindTime                  // time.Time
	kindBytes                 // []byte: JSON knows it as one string
	kindStruct                //
	kindArray                 //
	kindPointer               //
	kindSlice                 //
	kindGoMap                 //
	kindInterface             //
	kindList                  // List[E]
	kindMap                   // Map[K,V]
)

// A plan is what the engine knows about one type. It is made once, kept in
// plans, and never changes after that, so that a draft costs no reflection on
// types, only work on memory.
type plan struct {
	typ             reflect.Type
	kind            kind
	size            uintptr
	hasPointers     bool   // the collector has to see its words
	hasSharedMemory bool   // a plain copy of it shares memory that somebody can write to
	pointerWords    uint64 // if not 0: which of its words are pointers, in memory of at most 64 words
	zero            any    // for the type word of interfaces that hold it
	direct          bool   // an interface holds it in its own data word

	// clone does what copied does, faster than reflection can. It is there
	// once the type was a type parameter of ours.
	cloneFunc atomic.Pointer[func(unsafe.Pointer) unsafe.Pointer]

	// leaf is set where the type has a JSON form of its own (MarshalJSON,
	// MarshalText): a change inside is then a change of the whole.
	leaf bool

	// always tells of a leaf that encoding/json takes that form wherever the
	// newValue stands, and not only where it can take its address.
	alwaysOwnForm bool

	elem         *plan    // of an array, pointer, slice, map, List or Map
	key          *plan    // of a map or Map
	keyMayBeNaN  bool     // of a map: a key may differ from itself
	box          *plan    // of a List or Map: what its tree holds
	elemOffset   uintptr  // of a List or Map: the offset of the element in the box
	order        keyOrder // of a Map: how its keys are compared
	length       int      // of an array
	fields       []*field // of a struct
	sharedFields []*field // of a struct: those whose plain copy shares memory
	identity     *field   // of a struct: the field tagged `atom:"key"`, if any
}

// A field is a struct field as seen from its struct.
type field struct {
	in     *plan // the struct
	plan   *plan
	name   string // in Go
	json   string // in JSON
	offset uintptr
	hidden bool // has no JSON form: json:"-", unexported, or shadowed
	inline bool // embedded: its own fields appear in the struct's JSON object
	quoted bool // json:",string", unless its plan has a form of its own where it stands
	omit   func(unsafe.Pointer) bool
}

// hasOwnForm tells whether a p has a JSON form of its own where it stands so.
func (p *plan) hasOwnForm(stands Addressability) bool {
	return p.leaf && (p.alwaysOwnForm || stands != Unaddressable)
}

// inString tells whether the value of f, or of no field, is in a JSON string
// where it stands so.
func (f *field) inString(stands Addressability) bool {
	return f != nil && f.quoted && !f.plan.hasOwnForm(stands)
}

var (
	plans       sync.Map // reflect.Type -> *plan or error
	plansBehind sync.Map // the same for types seen behind interfaces

	compiling sync.Mutex
	compiled  = map[reflect.Type]*plan{} // guarded by compiling

	marshaler = reflect.TypeFor[json.Marshaler]()
	texter    = reflect.TypeFor[encoding.TextMarshaler]()
	timeType  = reflect.TypeFor[time.Time]()
)

// planOf returns the plan of t, or ErrType.
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

// planFor is planOf for a type that is known where it is called.
func planFor[T any]() (*plan, error) {
	p, err := planOf(reflect.TypeFor[T]())
	if err == nil && p.cloneFunc.Load() == nil {
		f := cloneOf[T]
		p.cloneFunc.Store(&f)
	}
	return p, err
}

// recent is a part of plans, by the address of the type: every update asks for
// a plan or two, and a sync.Map takes as long as an allocation.
var recent [64]atomic.Pointer[plan]

// planBehindInterface is planOf for what an interface holds. A List or Map
// there could only be copied, never edited, so it is refused.
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
