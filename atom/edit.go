package atom

// An Edit is a change of one atom, made to be dispatched. Make it with [EditOf].
type Edit struct {
	root  *origin
	path  Path
	as    editor
	patch Changes  // what it changes, seen from its target
	sent  *Changes // what is re-applied in place of the edit; nil: the edit
}

// An editor is what an Edit does, whatever the type of its atom.
type editor interface {
	apply(state any) (after any, c Changes, err error) // makes the change
	again(state any) any                               // makes it where the value below it is what it was
	undo(state any) any                                // puts back what was there before

	look(state any) any  // the value in a state, nil when it is missing
	point(state any) any // a pointer to it
}

// EditOf is a change of a for [DispatchAll]. A nil edit changes nothing.
func EditOf[T any](a *Atom[T], edit func(*T)) *Edit { return editOf(a, drafting(edit)) }

func editOf[T any](a *Atom[T], revise revision[T]) *Edit {
	e := &revising[T]{Edit: Edit{root: a.root, path: a.path}, atom: a, revise: revise}
	e.as = e
	return &e.Edit
}

// A revising is an edit of one type. It knows between which values it has led when it was applied last.
type revising[T any] struct {
	Edit
	atom          *Atom[T]
	revise        revision[T]
	before, after *T
}

func (e *revising[T]) apply(state any) (any, Changes, error) { return e.atom.edit(state, e.next) }

func (e *revising[T]) next(prev *T) (next *T, c Changes, err error) {
	switch {
	case prev == e.before:
		return e.after, e.patch, nil
	case e.sent != nil:
		next, c, err = repeated(prev, *e.sent)
	default:
		next, c, err = e.revise(prev)
	}
	if err == nil {
		e.before, e.after, e.patch = prev, next, c
	}
	return next, c, err
}

func (e *revising[T]) again(state any) any { return e.put(state, e.after) }
func (e *revising[T]) undo(state any) any  { return e.put(state, e.before) }

// put has the value in a state be one of those that the edit has led between. It
// is not missing there: that would be a change of what it is in.
func (e *revising[T]) put(state any, value *T) any {
	after, _, err := e.atom.edit(state, func(*T) (*T, Changes, error) { return value, e.patch, nil })
	if err != nil {
		panic(err)
	}
	return after
}

// repeated makes changes again that were made of another value. They stay what
// they are: what was sent.
func repeated[T any](prev *T, sent Changes) (*T, Changes, error) {
	next, err := applied(prev, sent)
	if err != nil {
		return prev, Changes{}, err
	}
	c, err := diff(prev, next)
	return next, c, err
}

func (e *revising[T]) look(state any) any {
	if p, ok := e.atom.read(state); ok {
		return *p
	}
	return nil
}

func (e *revising[T]) point(state any) any {
	if p, ok := e.atom.read(state); ok {
		return p
	}
	return nil
}
