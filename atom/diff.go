package atom

import (
	"reflect"
	"slices"
	"strings"
	"sync"
	"unsafe"
)

// A differ compares an immutable value with a draft of it, records what
// changed, and builds the next value: the old one with the changed parts
// replaced, and all else shared. Nothing of the draft gets into the record or
// into the next value but copies, since somebody may still have a pointer into
// it.
type differ struct {
	walk
	path  Path
	steps []change
	arena []Step // the paths of the steps
	given bool   // the later value is not a draft of ours: not even its journals are
}

// A spot is a piece of memory of the old value, as one allocation, and, once
// something in it has changed, its counterpart in the next value.
type spot struct {
	plan *plan
	old  unsafe.Pointer
	next unsafe.Pointer // nil as long as nothing has changed
}

// next is where the part of the old value at a is in the next one.
func (s *spot) at(a unsafe.Pointer) unsafe.Pointer {
	if s.next == nil {
		s.next = s.plan.copied(s.old)
	}
	return unsafe.Add(s.next, uintptr(a)-uintptr(s.old))
}

// settle compares prev with draft and returns the next value, which is prev
// itself if nothing changed. A draft that is given was not made by us, and is
// left as it is.
func settle(p *plan, prev, draft unsafe.Pointer, given bool) (next unsafe.Pointer, c Changes, err error) {
	path := paths.Get().(*[16]Step) // values are rarely deeper
	defer func() {
		clear(path[:])
		paths.Put(path)
	}()
	d := differ{given: given, path: path[:0]}
	s := spot{plan: p, old: prev}
	d.diff(p, prev, draft, &s)
	if d.err != nil {
		return nil, Changes{}, d.err
	}
	if s.next == nil {
		return prev, Changes{}, nil
	}
	return s.next, Changes{steps: d.steps}, nil
}

// paths is the memory of the paths of differs.
var paths = sync.Pool{New: func() any { return new([16]Step) }}

// part compares the p at a, which is in memory of its own, with the one at b
// in the draft, and returns the next one, or nil if nothing changed. It is a
// call of its own because inside of a loop the spot would be allocated.
//
//go:noinline
func (d *differ) part(p *plan, a, b unsafe.Pointer) unsafe.Pointer {
	s := spot{plan: p, old: a}
	d.diff(p, a, b, &s)
	return s.next
}

// diff compares the p at a, which is in s, with the one at b in the draft.
func (d *differ) diff(p *plan, a, b unsafe.Pointer, s *spot) {
	if d.err != nil {
		return
	}
	if p.leaf {
		d.diffWhole(p, a, b, s)
		return
	}
	switch p.kind {
	case kindStruct:
		d.diffStruct(p, a, b, s)
	case kindPointer:
		d.diffPointer(p, a, b, s)
	case kindSlice:
		d.diffSlice(p, a, b, s)
	case kindArray:
		for i := range p.length {
			d.push(elementStep(i, nil))
			d.diff(p.elem, p.elem.at(a, i), p.elem.at(b, i), s)
			d.pop()
		}
	case kindMap:
		d.diffMap(p, a, b, s)
	case kindInterface:
		d.diffInterface(p, a, b, s)
	case kindList, kindTable:
		d.diffCollection(p, a, b, s)
	default:
		d.diffWhole(p, a, b, s)
	}
}

func (d *differ) push(s Step) { d.path = append(d.path, s) }
func (d *differ) pop()        { d.path = d.path[:len(d.path)-1] }

// diffWhole compares what is changed as a whole or not at all.
func (d *differ) diffWhole(p *plan, a, b unsafe.Pointer, s *spot) {
	if !d.equal(p, a, b) {
		d.replace(p, a, b, s)
	}
}

// replace records that b takes the place of a.
func (d *differ) replace(p *plan, a, b unsafe.Pointer, s *spot) {
	next := s.at(a)
	d.isolate(p, next, b)
	d.record(change{op: OpReplace, plan: p, old: a, new: next})
}

// isolate puts a copy of the p at src, which is in the draft, into the next
// value at dst.
func (d *differ) isolate(p *plan, dst, src unsafe.Pointer) {
	p.copy(dst, src)
	if p.shares {
		d.detach(p, dst)
	}
}

// oneStep is memory for what is most common: one step, not far down.
type oneStep struct {
	step [1]change
	path [4]Step
}

// expect makes room for n more steps at the current path.
func (d *differ) expect(n int) {
	if n > 1 {
		d.steps = slices.Grow(d.steps, n)
		d.arena = make([]Step, 0, n*(len(d.path)+2))
	}
}

// record adds a step at the current path.
func (d *differ) record(c change) {
	n := len(d.path)
	if d.steps == nil && n <= len(oneStep{}.path) {
		one := new(oneStep)
		d.steps, d.arena = one.step[:0], one.path[:0]
	}
	if cap(d.arena)-len(d.arena) < n {
		size := n
		if len(d.steps) > 0 {
			size = n * max(8, len(d.steps))
		}
		d.arena = make([]Step, 0, size)
	}
	from := len(d.arena)
	d.arena = append(d.arena, d.path...)
	c.path = d.arena[from:len(d.arena):len(d.arena)]
	d.steps = append(d.steps, c)
}

func (d *differ) diffStruct(p *plan, a, b unsafe.Pointer, s *spot) {
	for _, f := range p.fields {
		x, y := unsafe.Add(a, f.offset), unsafe.Add(b, f.offset)
		switch f.plan.kind { // without a call for the most common kinds
		case kindString:
			if *(*string)(x) == *(*string)(y) {
				continue
			}
		case kindBits:
			if equalWords(f.plan.size, x, y) {
				continue
			}
		}
		d.push(fieldStep(f))
		if f.omit != nil && (f.omit(x) || f.omit(y)) {
			// As JSON it comes or goes whole, so it is told as a whole.
			d.diffWhole(f.plan, x, y, s)
		} else {
			d.diff(f.plan, x, y, s)
		}
		d.pop()
	}
}

func (d *differ) diffPointer(p *plan, a, b unsafe.Pointer, s *spot) {
	x, y := *(*unsafe.Pointer)(a), *(*unsafe.Pointer)(b)
	if x == y {
		return
	}
	if x == nil || y == nil {
		d.replace(p, a, b, s)
		return
	}
	if !p.elem.parts() {
		d.diffWhole(p, a, b, s)
		return
	}
	if d.enter(p, y) {
		next := d.part(p.elem, x, y)
		d.leave(y)
		if next != nil {
			*(*unsafe.Pointer)(s.at(a)) = next
		}
	}
}

// parts tells whether a change can be of a part of a p.
func (p *plan) parts() bool {
	switch p.kind {
	case kindStruct, kindArray, kindPointer, kindSlice, kindMap, kindInterface, kindList, kindTable:
		return !p.leaf
	}
	return false
}

func (d *differ) diffInterface(p *plan, a, b unsafe.Pointer, s *spot) {
	e, x, err := p.held(a)
	d.fail(err)
	f, y, err := p.held(b)
	d.fail(err)
	if d.err != nil || e == f && (e == nil || x == y) {
		return
	}
	if e != f || e.wholeInInterface(x, y) {
		d.diffWhole(p, a, b, s)
		return
	}
	if d.enter(p, y) {
		next := d.part(e, x, y)
		d.leave(y)
		if next != nil {
			p.hold(s.at(a), e, next)
		}
	}
}

// wholeInInterface tells whether the p at a and b, held by an interface, are
// replaced rather than changed: whatever is recorded below an interface has at
// least one step of its own.
func (p *plan) wholeInInterface(a, b unsafe.Pointer) bool {
	if p.leaf {
		return true
	}
	switch p.kind {
	case kindStruct, kindArray:
		return false
	case kindSlice, kindMap:
		return p.value(a).IsNil() != p.value(b).IsNil()
	case kindPointer:
		x, y := *(*unsafe.Pointer)(a), *(*unsafe.Pointer)(b)
		return x == nil || y == nil || p.elem.leaf || p.elem.kind != kindStruct
	}
	return true
}

func (d *differ) diffMap(p *plan, a, b unsafe.Pointer, s *spot) {
	x, y := p.value(a), p.value(b)
	if x.UnsafePointer() == y.UnsafePointer() {
		return
	}
	if x.IsNil() || y.IsNil() {
		d.replace(p, a, b, s)
		return
	}
	if !d.enter(p, y.UnsafePointer()) {
		return
	}
	defer d.leave(y.UnsafePointer())
	var next reflect.Value
	own := func() reflect.Value {
		if !next.IsValid() {
			next = reflect.MakeMapWithSize(p.typ, y.Len())
			for i := x.MapRange(); i.Next(); {
				next.SetMapIndex(i.Key(), i.Value())
			}
			p.value(s.at(a)).Set(next)
		}
		return next
	}
	for _, k := range d.changedKeys(p, x, y) {
		before, after := x.MapIndex(k), y.MapIndex(k)
		d.push(keyStep(k.Interface()))
		switch {
		case !after.IsValid():
			d.record(change{op: OpRemove, plan: p.elem, old: p.elem.stored(before)})
			own().SetMapIndex(k, reflect.Value{})
		case !before.IsValid():
			n := p.elem.stored(after)
			d.detach(p.elem, n)
			d.record(change{op: OpAdd, plan: p.elem, new: n})
			own().SetMapIndex(k, p.elem.value(n))
		default:
			if next := d.part(p.elem, p.elem.stored(before), p.elem.stored(after)); next != nil {
				own().SetMapIndex(k, p.elem.value(next))
			}
		}
		d.pop()
	}
}

// changedKeys finds the keys under which x and y differ, in the order of their
// JSON names: the same draft must give the same changes, in the same order.
func (d *differ) changedKeys(p *plan, x, y reflect.Value) (keys []reflect.Value) {
	e, f := p.elem.new(), p.elem.new()
	for i := x.MapRange(); i.Next(); {
		k := i.Key()
		after := y.MapIndex(k)
		if after.IsValid() {
			p.elem.value(e).SetIterValue(i)
			p.elem.value(f).Set(after)
			if d.equal(p.elem, e, f) {
				continue
			}
		}
		keys = append(keys, k)
	}
	for i := y.MapRange(); i.Next(); {
		if k := i.Key(); !x.MapIndex(k).IsValid() {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(keyText(a), keyText(b)) })
	return keys
}

// stored is v, a value of p, in memory of its own.
func (p *plan) stored(v reflect.Value) unsafe.Pointer {
	n := p.new()
	p.value(n).Set(v)
	return n
}

func (d *differ) diffSlice(p *plan, a, b unsafe.Pointer, s *spot) {
	x, y := *(*slice)(a), *(*slice)(b)
	if (x.data == nil) != (y.data == nil) {
		d.replace(p, a, b, s)
		return
	}
	if x.data == y.data && x.len == y.len || !d.enter(p, y.data) {
		return
	}
	defer d.leave(y.data)
	e := p.elem
	if (x.len != y.len || !d.sameOrder(e, x, y)) && d.diffOrder(p, a, b, s) {
		return
	}
	for i := range y.len {
		old, draft := e.at(x.data, i), e.at(y.data, i)
		if !e.parts() && d.equal(e, old, draft) {
			continue
		}
		d.push(elementStep(i, e.idIn(old)))
		changed := d.part(e, old, draft)
		d.pop()
		if changed != nil {
			next := (*slice)(s.at(a))
			if next.data == x.data {
				p.cloneSlice(unsafe.Pointer(next))
			}
			e.copy(e.at(next.data, i), changed)
		}
	}
}

// diffOrder records what came, went and moved between two slices, and what
// changed in the elements that both have, or false if all are where they were.
func (d *differ) diffOrder(p *plan, a, b unsafe.Pointer, s *spot) bool {
	x, y, e := *(*slice)(a), *(*slice)(b), p.elem
	var match []int
	if e.keyed() {
		match = e.matchByID(x, y)
	} else {
		match = matchByValue(x.len, y.len, func(i, j int) bool { return d.equal(e, e.at(x.data, i), e.at(y.data, j)) })
	}
	edits, ok := script(units(x.len), match)
	switch {
	case !ok:
		d.replace(p, a, b, s)
	case len(edits) > 0:
		d.diffElements(p, a, x, y, match, edits, s)
	}
	return !ok || len(edits) > 0
}

// sameOrder tells whether two sequences of equal length can be compared
// position by position. Keyed elements can when their keys agree.
func (d *differ) sameOrder(p *plan, x, y slice) bool {
	if p.keyed() {
		for i := range x.len {
			if !d.sameID(p, p.at(x.data, i), p.at(y.data, i)) {
				return false
			}
		}
		return true
	}
	// The edited ones are then one by one replaced; a shift shows in the
	// elements before and after.
	edited := 0
	for i := range x.len {
		if !d.equal(p, p.at(x.data, i), p.at(y.data, i)) {
			if edited++; edited > 1 {
				return false
			}
		}
	}
	return true
}

// units is the sizes of n pieces that are one element each.
func units(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = 1
	}
	return s
}

// matchByID matches elements by identity, those of one identity in order.
func (p *plan) matchByID(x, y slice) []int {
	at := make(map[any][]int, x.len)
	for i := range x.len {
		id := p.id(p.at(x.data, i))
		at[id] = append(at[id], i)
	}
	match := make([]int, y.len)
	for j := range y.len {
		match[j] = none
		id := p.id(p.at(y.data, j))
		if l := at[id]; len(l) > 0 {
			match[j], at[id] = l[0], l[1:]
		}
	}
	return match
}

// diffElements records the edits that lead from x to y, then what changed in
// the elements that both have.
func (d *differ) diffElements(p *plan, a unsafe.Pointer, x, y slice, match []int, edits []edit, s *spot) {
	e := p.elem
	next := reflect.MakeSlice(p.typ, y.len, y.len)
	p.value(s.at(a)).Set(next)
	out := next.UnsafePointer()
	for j, i := range match {
		if i != none {
			e.copy(e.at(out, j), e.at(x.data, i))
		} else {
			d.isolate(e, e.at(out, j), e.at(y.data, j))
		}
	}
	id := func(s slice, i int) any {
		if i == none {
			return nil
		}
		return e.id(e.at(s.data, i))
	}
	for _, t := range edits {
		c := change{op: t.op, from: t.from, plan: e}
		in := y
		switch t.op {
		case OpRemove:
			in, c.old = x, e.at(x.data, t.item)
		case OpAdd:
			c.new = e.at(out, t.item)
		}
		if e.keyed() {
			c.behind = &neighbours{old: id(in, t.behindOld), new: id(in, t.behindNew)}
		}
		d.push(elementStep(t.at, id(in, t.item)))
		d.record(c)
		d.pop()
	}
	for j, i := range match {
		if i == none {
			continue
		}
		old := e.at(x.data, i)
		d.push(elementStep(j, e.idIn(old)))
		next := d.part(e, old, e.at(y.data, j))
		d.pop()
		if next != nil {
			e.copy(e.at(out, j), next)
		}
	}
}
