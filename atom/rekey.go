package atom

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
)

// ErrKeyTaken is returned by [Rekey] when another element has the key already, or had it.
var ErrKeyTaken = errors.New("atom: another element has this key")

// Rekey says that the element of a collection which is known by oldKey, such as a temporary
// key that the page has made up, is called newKey from now on, as the server calls it. The
// collection is a slice or a [List] whose elements have a key, a [Map], or a map. In the last
// two a field of the element that is tagged `atom:"key"` is renamed with it.
//
// A rename has its place in the log, and so the Law holds. What was dispatched before runs
// again on a value in which the element still has oldKey, which is the key that those update
// functions know, whatever the server calls it. What is dispatched later, and a base that
// comes from a server, have newKey. Everybody sees newKey alone: in the value, and in the
// patches and values of the entries that were dispatched before. In this store an atom of
// the element under oldKey, the atoms of its parts, and those who watch them go on with the
// element.
//
// The answer of a server, or its feed, tells the new key. Call Rekey before the base that
// has it is put in its place, and in the same batch, so that nobody sees a value in between:
//
//	atom.Rekey(b, rows, temporary, row.ID)
//	rows.SyncFunc(b, func(base []Row) ([]Row, error) { return append(slices.Clone(base), row), nil }, contained...)
//
// When the base has an element newKey already, that is the element. The entry that has added
// it under oldKey has to be among the contained ones of a SyncFunc in the same batch, or there
// are two of it. A second call with the same keys does nothing.
//
// Only the key is renamed. The old one stays
//   - in other fields that refer to the element;
//   - in what an effect has captured, and an update function that is dispatched later, or
//     again when a task is run again;
//   - in a task's patch that was recorded before, unless it is made anew to be sent;
//   - in the input of a durable saga, which a page reads that knows of no rename;
//   - in the values and the patch of an entry on an atom behind a lens that may lead anywhere,
//     unless that leads to the element itself.
//
// Keys that the page makes for good, such as random ones, need no Rekey.
//
// The error wraps [ErrType] when oldKey cannot be the key of an element; [ErrLens] when the
// collection is behind a lens that may lead anywhere; and [ErrKeyTaken] when there is another
// element newKey, when there was one that was renamed, and when the base has newKey and an
// entry is about it. Nothing has changed then.
func Rekey[C any, K comparable](w Writer, collection *Atom[C], oldKey, newKey K) error {
	b := w.begin()
	defer w.end(b)
	p, err := planFor[C]()
	if err == nil {
		err = b.s.rekey(collection.root, collection.path, p, oldKey, newKey)
	}
	if err != nil {
		b.s.failed(collection, err)
	}
	return err
}

func (s *Store) rekey(root *origin, path Path, p *plan, from, to any) error {
	c := s.cellOf(root)
	r, err := newRename(c.pathNow(path).own(), p, from, to)
	if err != nil {
		return err
	}
	log, _ := c.renames.(*renameLog)
	if log == nil {
		log = &renameLog{aliases: map[any][]*rename{}}
	}
	log.renameNow(r)
	if r.from == to || r.from == r.to && log.find(r.in, from) != nil {
		return nil
	}
	if log.find(r.in, to) != nil {
		return fmt.Errorf("%w: %v was renamed", ErrKeyTaken, to)
	}
	base := c.baseNow()
	fromThere, toThere := r.has(base, r.from), r.has(base, to)
	if toThere && (fromThere || c.names(r.in.with(keyStep(to)))) || !toThere && r.has(c.visible, to) {
		return fmt.Errorf("%w: %v", ErrKeyTaken, to)
	}
	if toThere {
		c.makeStates() // may call a lens that does not return: nothing has changed yet
	}
	c.renames = log
	s.renames++
	s.entryID++
	r.id = s.entryID
	e := &Entry{store: s, id: r.id, state: entrySucceeded}
	edit := &renaming{Edit: Edit{root: root, path: r.in}, rename: r}
	edit.editor = edit
	e.edits = []*Edit{&edit.Edit}
	e.portions = []portion{{entry: e, cell: c, edits: e.edits, after: r.state(c.visible)}}
	log.add(r)
	for i := range c.changed {
		c.changed[i] = r.path(c.changed[i])
	}
	for name, path := range c.initialized {
		delete(c.initialized, name)
		path = r.path(path)
		c.initialized[path.String()] = path
	}
	c.portions = append(c.portions, &e.portions[0])
	c.top.move(r.in.with(keyStep(r.from)), r.in.with(keyStep(to)))
	c.touch(s, slices.Values([]Path{r.in.with(keyStep(to))}), becauseBoth)
	c.show(s, e.portions[0].after)
	if toThere {
		c.rebase(s, base, slices.Values([]Path{r.in}), nil)
	} else {
		e.fold()
	}
	return nil
}

// names reports whether an entry in the log is about what is at a path, or a part of it.
func (c *cell) names(path Path) bool {
	return slices.ContainsFunc(c.portions, func(p *portion) bool {
		for x := range p.concernNow() {
			if x.isIn(path) {
				return true
			}
		}
		return slices.ContainsFunc(p.edits, func(e *Edit) bool { return e.path.isIn(path) })
	})
}

// A rename is one element of a collection that is called otherwise. It exchanges the two
// keys, so that it leads back as well, whatever a value has.
type rename struct {
	id       uint64 // in the order of entries
	in       Path   // the collection, when it was renamed
	inNow    Path
	from, to any

	elem     *plan
	sequence bool // a slice or a List, in which the element itself has the key
}

func newRename(in Path, p *plan, from, to any) (*rename, error) {
	for _, step := range in {
		if id := step.identity(); id == nil || isAnywhere(id) {
			return nil, fmt.Errorf("%w: Rekey in %s, which may be anywhere", ErrLens, in)
		}
	}
	keyed := false
	switch p.kind {
	case kindSlice, kindList:
		keyed = p.elem.keyed() && p.elem.isID(from)
	case kindMap, kindTable:
		keyed = p.key.typ == reflect.TypeOf(from)
	}
	if !keyed {
		return nil, fmt.Errorf("%w: Rekey of %s, of which no key is a %T", ErrType, p.typ, from)
	}
	return &rename{in: in, inNow: in, from: from, to: to, elem: p.elem, sequence: p.kind == kindSlice || p.kind == kindList}, nil
}

// other is the key in the place of another one, which is equal to it for most.
func (r *rename) other(key any) any {
	switch key {
	case r.from:
		return r.to
	case r.to:
		return r.from
	}
	return key
}

// path is p after the rename, and that before.
func (r *rename) path(p Path) Path {
	if n := len(r.in); len(p) > n && p.isIn(r.in) {
		if id := p[n].identity(); id == r.from || id == r.to {
			p = slices.Clone(p)
			p[n].key = r.other(id)
		}
	}
	return p
}

// A renaming is the edit that a rename is in the log. It changes nothing that anybody has
// to be told of when what is below it changes: that has been told, with the keys of now.
type renaming struct {
	Edit
	rename *rename
}

func (e *renaming) fresh() *Edit             { return &e.Edit }
func (e *renaming) led() (before, after any) { return nil, nil }
func (e *renaming) forget()                  {}
func (e *renaming) find(state any) any       { return state }

func (e *renaming) apply(state any, _ application) (any, Changes, error) {
	return e.rename.state(state), Changes{}, nil
}

// move has those told of what is at one path who were told of what is at another.
func (p *region) move(from, to Path) {
	at := p
	for _, step := range from {
		if at = at.children[step.identity()]; at == nil {
			return
		}
	}
	delete(at.parent.children, at.step)
	for _, step := range to {
		p = p.child(step)
	}
	p.take(at)
}

// take has p have all that another region has.
func (p *region) take(other *region) {
	for x := other.first; x != nil; {
		next := x.next
		x.region, x.prev, x.next = p, nil, p.first
		if p.first != nil {
			p.first.prev = x
		}
		p.first, x = x, next
	}
	for key, child := range other.children {
		p.child(Step{key: key}).take(child)
	}
}
