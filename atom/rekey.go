package atom

import (
	"errors"
	"fmt"
	"slices"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// ErrKeyTaken is returned by [Rekey] when another element has the key already, or had it.
var ErrKeyTaken = errors.New("atom: another element has this key")

// Rekey says that the element of a collection which is known by oldKey, such as a temporary
// key that the page has made up, is called newKey from now on, as the server calls it. The
// collection is a slice or a [draft.List] whose elements have a key, a [draft.Map], or a map. In the last
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
// The error wraps [draft.ErrType] when oldKey cannot be the key of an element; [ErrLens] when the
// collection is behind a lens that may lead anywhere; and [ErrKeyTaken] when there is another
// element newKey, when there was one that was renamed, and when the base has newKey and an
// entry is about it. Nothing has changed then.
func Rekey[C any, K comparable](w Writer, collection *Atom[C], oldKey, newKey K) error {
	b := w.beginWrite()
	defer w.endWrite(b)
	c := b.s.logOf(collection.root)
	r, err := draft.NewRename[C](c.pathNow(collection.path).Clone(), oldKey, newKey)
	if err == nil {
		err = b.s.rekey(c, collection.root, r)
	}
	if err != nil {
		b.s.reportError(collection, err)
	}
	return err
}

func (s *Store) rekey(c *rootLog, root *definition, r *draft.Rename) error {
	from, to := r.From, r.To
	for _, step := range r.In {
		if id := step.Identity(); id == nil || draft.IsAnywhere(id) {
			return fmt.Errorf("%w: Rekey in %s, which may be anywhere", ErrLens, r.In)
		}
	}
	log, _ := c.renames.(*renameLog)
	if log == nil {
		log = &renameLog{aliases: map[any][]*draft.Rename{}}
	}
	log.renameNow(r)
	if r.From == to || r.From == r.To && log.find(r.In, from) != nil {
		return nil
	}
	if log.find(r.In, to) != nil {
		return fmt.Errorf("%w: %v was renamed", ErrKeyTaken, to)
	}
	base := c.baseNow()
	fromThere, toThere := r.Has(base, r.From), r.Has(base, to)
	if toThere && (fromThere || c.names(r.In.With(draft.KeyStep(to)))) || !toThere && r.Has(c.visible, to) {
		return fmt.Errorf("%w: %v", ErrKeyTaken, to)
	}
	if toThere {
		c.computeStates() // may call a lens that does not return: nothing has changed yet
	}
	c.renames = log
	s.renames++
	s.entryID++
	r.ID = s.entryID
	e := &Entry{store: s, id: r.ID, state: entrySucceeded}
	edit := &renaming{Edit: Edit{root: root, path: r.In}, rename: r}
	edit.editor = edit
	e.edits = []*Edit{&edit.Edit}
	e.parts = []rootEntry{{entry: e, log: c, edits: e.edits, after: r.State(c.visible)}}
	log.add(r)
	for i := range c.userPaths {
		c.userPaths[i] = r.Path(c.userPaths[i])
	}
	for name, path := range c.initialized {
		delete(c.initialized, name)
		path = r.Path(path)
		c.initialized[path.String()] = path
	}
	c.entries = append(c.entries, &e.parts[0])
	c.top.rename(r.In.With(draft.KeyStep(r.From)), r.In.With(draft.KeyStep(to)))
	c.notify(s, slices.Values([]draft.Path{r.In.With(draft.KeyStep(to))}), bothChanged)
	c.setVisible(s, e.parts[0].after)
	if toThere {
		c.rebase(s, base, slices.Values([]draft.Path{r.In}), nil)
	} else {
		e.fold()
	}
	return nil
}

// names reports whether an entry in the log is about what is at a path, or a part of it.
func (c *rootLog) names(path draft.Path) bool {
	return slices.ContainsFunc(c.entries, func(p *rootEntry) bool {
		for x := range p.touchedPathsNow() {
			if x.HasPrefix(path) {
				return true
			}
		}
		return slices.ContainsFunc(p.edits, func(e *Edit) bool { return e.path.HasPrefix(path) })
	})
}

// A renaming is the edit that a rename is in the log. It changes nothing that anybody has
// to be notified of when what is below it changes: they were, with the keys of now.
type renaming struct {
	Edit
	rename *draft.Rename
}

func (e *renaming) clone() *Edit                   { return &e.Edit }
func (e *renaming) endpoints() (before, after any) { return nil, nil }
func (e *renaming) release()                       {}
func (e *renaming) find(state any) any             { return state }

func (e *renaming) apply(state any, _ applyMode) (any, draft.Changes, error) {
	return e.rename.State(state), draft.Changes{}, nil
}

// rename moves the watchers of one path to another.
func (p *region) rename(from, to draft.Path) {
	at := p
	for _, step := range from {
		if at = at.children[step.Identity()]; at == nil {
			return
		}
	}
	delete(at.parent.children, at.step)
	for _, step := range to {
		p = p.child(step)
	}
	p.merge(at)
}

// merge has p have all that another region has.
func (p *region) merge(other *region) {
	for x := other.first; x != nil; {
		next := x.next
		x.region, x.prev, x.next = p, nil, p.first
		if p.first != nil {
			p.first.prev = x
		}
		p.first, x = x, next
	}
	for key, child := range other.children {
		p.child(draft.KeyStep(key)).merge(child)
	}
}
