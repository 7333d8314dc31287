package atom

import (
	"reflect"
	"slices"
	"sort"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// A renameLog is all renames in the log of a root, and those that have left it.
type renameLog struct {
	all     []*draft.Rename         // oldest first
	inBase  int                     // of all
	aliases map[any][]*draft.Rename // by from
}

func (l *renameLog) add(r *draft.Rename) {
	for _, x := range l.all {
		x.InNow = r.Path(x.InNow)
	}
	l.all = append(l.all, r)
	l.aliases[r.From] = append(l.aliases[r.From], r)
}

// renameNow sets r.From to the key now of what was called that.
func (l *renameLog) renameNow(r *draft.Rename) {
	for x := l.find(r.In, r.From); x != nil; x = l.find(r.In, r.From) {
		r.From = x.To
	}
}

// find returns the rename of what was called key in the collection that is at a path now.
func (l *renameLog) find(in draft.Path, key any) *draft.Rename {
	for _, r := range l.aliases[key] {
		if len(r.InNow) == len(in) && in.HasPrefix(r.InNow) {
			return r
		}
	}
	return nil
}

func (l *renameLog) where(path draft.Path) *draft.Path {
	cloned := false
	for i := range path {
		id := path[i].Identity()
		if _, isField := path[i].Field(); isField || id == nil {
			continue
		}
		for r := l.find(path[:i], id); r != nil; r = l.find(path[:i], id) {
			if !cloned {
				path, cloned = slices.Clone(path), true
			}
			id = r.To
			path[i] = path[i].WithKey(id)
		}
	}
	if !cloned {
		return nil
	}
	return &path
}

// after returns the renames that came after an entry.
func (l *renameLog) after(e *Entry) []*draft.Rename {
	i := sort.Search(len(l.all), func(i int) bool { return l.all[i].ID > e.id })
	return l.all[i:]
}

func (l *renameLog) now(path draft.Path, since *Entry) draft.Path {
	for _, r := range l.after(since) {
		path = r.Path(path)
	}
	return path
}

func (l *renameLog) then(path draft.Path, since *Entry) draft.Path {
	for _, r := range slices.Backward(l.after(since)) {
		path = r.Path(path)
	}
	return path
}

func (l *renameLog) valueNow(v any, at draft.Path, since *Entry) any {
	for _, r := range l.after(since) {
		v = r.Value(v, at)
		at = r.Path(at)
	}
	return v
}

func (l *renameLog) changesNow(c draft.Changes, at draft.Path, since *Entry) draft.Changes {
	for _, r := range l.after(since) {
		c = r.Changes(c, at)
		at = r.Path(at)
	}
	return c
}

func (l *renameLog) conflictNow(c *Conflict, at draft.Path) {
	for _, v := range []*any{&c.Mine, &c.Theirs, &c.Base} {
		if *v != nil {
			p := reflect.New(reflect.TypeOf(*v))
			p.Elem().Set(reflect.ValueOf(*v))
			*v = reflect.ValueOf(l.valueNow(p.Interface(), at, c.Entry)).Elem().Interface()
		}
	}
	c.Path = l.now(at, c.Entry).String()
}

func (l *renameLog) baseNow(base any) any {
	for _, r := range l.all[l.inBase:] {
		base = r.State(base)
	}
	return base
}

func (l *renameLog) baseThen(base any) any {
	for _, r := range slices.Backward(l.all[l.inBase:]) {
		base = r.State(base)
	}
	return base
}

func (l *renameLog) folded(p *rootEntry) bool {
	if _, is := p.edits[0].editor.(*renaming); !is {
		return false
	}
	l.inBase++
	return true
}
