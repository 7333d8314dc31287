package atom

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

// ErrType is returned by everything that takes a value apart (updates, patches,
// comparison) when a type cannot be the value of an atom: a [List] or [Map]
// where it cannot be edited in place, or an element type with two keys.
var ErrType = errors.New("atom: type cannot be held by an atom")

// kind says how a plan copies, compares and descends into a value. It is
// coarser than reflect.Kind where the work is the same, and finer where it is not.
type kind uint8

const (
	kindBits      kind = iota // equal when its bytes are: booleans, integers
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
	kindMap                   //
	kindInterface             //
	kindList                  // List[E]
	kindTable                 // Map[K,V]
)

// A plan is what the engine knows about one type. It is made once, kept in
// plans, and never changes after that, so that a draft costs no reflection on
// types, only work on memory.
type plan struct {
	typ      reflect.Type
	kind     kind
	size     uintptr
	pointers bool   // the collector has to see its words
	shares   bool   // a plain copy of it shares memory that somebody can write to
	words    uint64 // if not 0: which of its words are pointers, in memory of at most 64 words
	zero     any    // for the type word of interfaces that hold it
	direct   bool   // an interface holds it in its own data word

	// clone does what copied does, faster than reflection can. It is there
	// once the type was a type parameter of ours.
	clone atomic.Pointer[func(unsafe.Pointer) unsafe.Pointer]

	// leaf is set where the type has a JSON form of its own (MarshalJSON,
	// MarshalText): a change inside is then a change of the whole.
	leaf bool

	elem     *plan    // of an array, pointer, slice, map, List or Map
	key      *plan    // of a map or Map
	box      *plan    // of a List or Map: what its tree holds
	inBox    uintptr  // of a List or Map: the offset of the element in the box
	order    order    // of a Map: how its keys are compared
	length   int      // of an array
	fields   []*field // of a struct
	sharing  []*field // of a struct: those whose plain copy shares memory
	identity *field   // of a struct: the field tagged `atom:"key"`, if any
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
	quoted bool // json:",string"
	omit   func(unsafe.Pointer) bool
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
		return planNew(&plans, t, editable)
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
	if err == nil && p.clone.Load() == nil {
		f := cloned[T]
		p.clone.Store(&f)
	}
	return p, err
}

func cloned[T any](src unsafe.Pointer) unsafe.Pointer {
	v := new(T)
	*v = *(*T)(src)
	return unsafe.Pointer(v)
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
	return planNew(&plansBehind, t, behindInterface)
}

func planNew(plans *sync.Map, t reflect.Type, where place) (*plan, error) {
	if err := misplaced(t, where); err != nil {
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

// compilePlan makes the plan of t and of all types that it reaches, or takes
// those that are there: there is one plan for each type.
func compilePlan(t reflect.Type) (*plan, error) {
	compiling.Lock()
	defer compiling.Unlock()
	c := compiler{made: map[reflect.Type]*plan{}}
	p, err := c.compile(t)
	if err != nil {
		return nil, err
	}
	for t, p := range c.made {
		compiled[t] = p
	}
	return p, nil
}

// A compiler makes plans. They reach the shared table together, when all of
// them are complete.
type compiler struct{ made map[reflect.Type]*plan }

func (c compiler) compile(t reflect.Type) (*plan, error) {
	if p := compiled[t]; p != nil {
		return p, nil
	}
	if p := c.made[t]; p != nil {
		return p, nil // a type that contains itself
	}
	p := newPlan(t)
	c.made[t] = p
	if s, ok := shapeOf(t); ok {
		return p, c.collection(p, s)
	}
	switch {
	case t == rootType:
		return nil, fmt.Errorf("%w: %w", ErrType, errLostMethods)
	case t == timeType:
		p.kind, p.pointers, p.leaf = kindTime, true, true
		return p, nil
	case opaque(t):
		p.kind, p.pointers = kindOpaque, true
		return p, nil
	}
	if k := t.Kind(); k != reflect.Interface && (k != reflect.Pointer || t.Name() != "") {
		e := reflect.PointerTo(t)
		p.leaf = e.Implements(marshaler) || e.Implements(texter)
	}
	return p, c.byKind(p)
}

func newPlan(t reflect.Type) *plan {
	p := &plan{typ: t, size: t.Size(), direct: holdsDirectly(t), words: pointerWords(t)}
	if t.Kind() != reflect.Interface {
		p.zero = reflect.Zero(t).Interface()
	}
	return p
}

func (c compiler) byKind(p *plan) (err error) {
	t := p.typ
	switch t.Kind() {
	case reflect.String:
		p.kind, p.pointers = kindString, true
	case reflect.Float32, reflect.Float64:
		p.kind = kindFloat
	case reflect.Complex64, reflect.Complex128:
		p.kind = kindComplex
	case reflect.Pointer:
		p.kind, p.pointers, p.shares = kindPointer, true, true
		p.elem, err = c.compile(t.Elem())
	case reflect.Slice:
		p.kind, p.pointers, p.shares = kindSlice, true, true
		p.elem, err = c.compile(t.Elem())
		if t.Elem().Kind() == reflect.Uint8 && err == nil && !p.elem.leaf {
			p.kind = kindBytes
		}
	case reflect.Array:
		p.kind, p.length = kindArray, t.Len()
		if p.elem, err = c.compile(t.Elem()); err == nil {
			p.pointers, p.shares = p.elem.pointers, p.elem.shares
		}
	case reflect.Map:
		p.kind, p.pointers, p.shares = kindMap, true, true
		if p.key, err = c.compile(t.Key()); err == nil {
			p.elem, err = c.compile(t.Elem())
		}
	case reflect.Interface:
		p.kind, p.pointers, p.shares = kindInterface, true, true
	case reflect.Struct:
		p.kind = kindStruct
		err = c.structure(p, nil, jsonFields(t), nil)
	default:
		p.kind = kindBits
	}
	return err
}

// structure makes the fields of the struct p, which stands at index in the
// struct whose JSON fields are visible.
func (c compiler) structure(p *plan, index []int, visible map[string]jsonField, embedding []reflect.Type) error {
	for i := range p.typ.NumField() {
		sf := p.typ.Field(i)
		if sf.Name == "_" {
			continue
		}
		index := append(slices.Clip(index), i)
		f := &field{in: p, name: sf.Name, json: sf.Name, offset: sf.Offset, hidden: true}
		var err error
		if f.plan, err = c.compile(sf.Type); err != nil {
			return err
		}
		if j, ok := visible[indexKey(index)]; ok {
			f.json, f.hidden = j.name, false
			f.quoted = j.quoted && !f.plan.leaf
			f.omit = omission(f.plan, j)
		} else if embedded := inlined(sf); embedded != nil && !slices.Contains(embedding, embedded) {
			f.inline, f.hidden = true, false
			if f.plan, err = c.embed(sf.Type, index, visible, append(embedding, p.typ)); err != nil {
				return err
			}
		}
		if tag, _, _ := strings.Cut(sf.Tag.Get("atom"), ","); tag == "key" {
			if p.identity != nil {
				return fmt.Errorf("%w: %s has two fields tagged as key, %s and %s", ErrType, p.typ, p.identity.name, f.name)
			}
			if !sf.Type.Comparable() || f.plan.kind == kindInterface {
				return fmt.Errorf("%w: the key %s of %s is not comparable", ErrType, f.name, p.typ)
			}
			p.identity = f
		}
		p.fields = append(p.fields, f)
		p.pointers = p.pointers || f.plan.pointers
		if f.plan.shares {
			p.shares, p.sharing = true, append(p.sharing, f)
		}
	}
	return nil
}

// embed makes the plan of an embedded struct, or pointer to one, whose fields
// appear in the JSON object of the struct around it. Which of them do depends
// on that struct, so this plan is its own and in no table.
func (c compiler) embed(t reflect.Type, index []int, visible map[string]jsonField, embedding []reflect.Type) (*plan, error) {
	p := newPlan(t)
	if t.Kind() == reflect.Pointer {
		p.kind, p.pointers, p.shares = kindPointer, true, true
		var err error
		p.elem, err = c.embed(t.Elem(), index, visible, embedding)
		return p, err
	}
	if _, ok := shapeOf(t); ok || t == timeType || opaque(t) {
		return c.compile(t)
	}
	p.kind = kindStruct
	return p, c.structure(p, index, visible, embedding)
}

// opaqueIn are the packages whose types mean an identity, not a content: a copy
// of what their pointers lead to would be another thing.
var opaqueIn = map[string]bool{
	"context": true, "internal/abi": true, "internal/sync": true, "os": true, "reflect": true, "runtime": true,
	"sync": true, "sync/atomic": true, "unique": true, "weak": true,
}

// opaque tells whether a t is taken as it is: never followed, and equal to
// another when its words are.
func opaque(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return true
	case reflect.Pointer:
		return opaqueIn[t.Elem().PkgPath()] || t.Elem() == reflect.TypeFor[time.Location]()
	case reflect.Struct:
		return opaqueIn[t.PkgPath()]
	}
	return false
}

// holdsDirectly tells whether an interface that holds a t has the value itself
// in its data word, as it does for what is one pointer, rather than a pointer
// to the value. The compiler's rule for structs changes between Go versions;
// a zero value shows which it is: only a direct one leaves the word nil.
func holdsDirectly(t reflect.Type) bool {
	if t.Kind() == reflect.Interface {
		return false
	}
	v := reflect.Zero(t).Interface()
	return (*eface)(unsafe.Pointer(&v)).data == nil
}

// eface is an interface in memory; the first word is a type or an itab.
type eface struct{ typ, data unsafe.Pointer }

const ptrSize = unsafe.Sizeof(uintptr(0))

// slice is a slice in memory.
type slice struct {
	data     unsafe.Pointer
	len, cap int
}

// at is element i of a slice or array of p that begins at base.
func (p *plan) at(base unsafe.Pointer, i int) unsafe.Pointer {
	return unsafe.Add(base, uintptr(i)*p.size)
}

// value is the settable reflect.Value of the p in memory at a.
func (p *plan) value(a unsafe.Pointer) reflect.Value { return reflect.NewAt(p.typ, a).Elem() }

// new allocates a p.
func (p *plan) new() unsafe.Pointer { return reflect.New(p.typ).UnsafePointer() }

// held returns the plan and the memory of what the interface in memory at a
// holds, or nil for a nil interface. That memory is shared with every copy of
// the interface and is only ever read.
func (p *plan) held(a unsafe.Pointer) (*plan, unsafe.Pointer, error) {
	i := (*eface)(a)
	if i.typ == nil {
		return nil, nil, nil
	}
	var v any
	if p.typ.NumMethod() == 0 {
		v = *(*any)(a)
	} else {
		v = p.value(a).Interface()
	}
	e, err := planBehindInterface(reflect.TypeOf(v))
	if err != nil {
		return nil, nil, err
	}
	if e.direct {
		return e, unsafe.Pointer(&i.data), nil
	}
	return e, i.data, nil
}

// pointerWords is the words of a t, by bit, that are pointers to the collector.
// It is 0 for a type with more words than bits.
func pointerWords(t reflect.Type) (words uint64) {
	if t.Size() > 64*ptrSize || t.Size()%ptrSize != 0 {
		return 0
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer, reflect.String, reflect.Slice:
		return 1
	case reflect.Interface:
		return 3
	case reflect.Array:
		for i := range t.Len() {
			words |= pointerWords(t.Elem()) << (uintptr(i) * t.Elem().Size() / ptrSize)
		}
	case reflect.Struct:
		for i := range t.NumField() {
			words |= pointerWords(t.Field(i).Type) << (t.Field(i).Offset / ptrSize)
		}
	}
	return words
}

// copy copies the p at src over the one at dst. What it refers to is shared.
func (p *plan) copy(dst, src unsafe.Pointer) {
	switch {
	case p.words != 0: // faster than to ask reflect
		words := p.words
		for o := uintptr(0); o < p.size; o += ptrSize {
			if words&1 == 1 {
				*(*unsafe.Pointer)(unsafe.Add(dst, o)) = *(*unsafe.Pointer)(unsafe.Add(src, o))
			} else {
				*(*uintptr)(unsafe.Add(dst, o)) = *(*uintptr)(unsafe.Add(src, o))
			}
			words >>= 1
		}
	case p.size == 0:
	case !p.pointers:
		switch p.size {
		case 1:
			*(*uint8)(dst) = *(*uint8)(src)
		case 4:
			*(*uint32)(dst) = *(*uint32)(src)
		case 8:
			*(*uint64)(dst) = *(*uint64)(src)
		default:
			copy(unsafe.Slice((*byte)(dst), p.size), unsafe.Slice((*byte)(src), p.size))
		}
	default:
		p.value(dst).Set(p.value(src))
	}
}

// copied is a fresh p, a copy of the one at src that shares what it refers to.
func (p *plan) copied(src unsafe.Pointer) unsafe.Pointer {
	if f := p.clone.Load(); f != nil {
		return (*f)(src)
	}
	dst := p.new()
	p.copy(dst, src)
	return dst
}
