package atom

import (
	"reflect"
	"slices"
	"sort"
)

// A renameLog is all renames in the log of a root, and those that have left it.
type renameLog struct {
	all     []*rename         // oldest first
	inBase  int               // of all
	aliases map[any][]*rename // by from
}

func (l *renameLog) add(r *rename) {
	for _, x := range l.all {
		x.inNow = r.path(x.inNow)
	}
	l.all = append(l.all, r)
	l.aliases[r.from] = append(l.aliases[r.from], r)
}

// renameNow has r rename what its from has become.
func (l *renameLog) renameNow(r *rename) {
	for x := l.find(r.in, r.from); x != nil; x = l.find(r.in, r.from) {
		r.from = x.to
	}
}

// find returns the rename of what was called key in the collection that is at a path now.
func (l *renameLog) find(in Path, key any) *rename {
	for _, r := range l.aliases[key] {
		if len(r.inNow) == len(in) && in.isIn(r.inNow) {
			return r
		}
	}
	return nil
}

func (l *renameLog) where(path Path) *Path {
	cloned := false
	for i := range path {
		id := path[i].identity()
		if path[i].field() != nil || id == nil {
			continue
		}
		for r := l.find(path[:i], id); r != nil; r = l.find(path[:i], id) {
			if !cloned {
				path, cloned = slices.Clone(path), true
			}
			id = r.to
			path[i].key = id
		}
	}
	if !cloned {
		return nil
	}
	return &path
}

// after returns the renames that came after an entry.
func (l *renameLog) after(e *Entry) []*rename {
	i := sort.Search(len(l.all), func(i int) bool { return l.all[i].id > e.id })
	return l.all[i:]
}

func (l *renameLog) now(path Path, since *Entry) Path {
	for _, r := range l.after(since) {
		path = r.path(path)
	}
	return path
}

func (l *renameLog) then(path Path, since *Entry) Path {
	for _, r := range slices.Backward(l.after(since)) {
		path = r.path(path)
	}
	return path
}

func (l *renameLog) valueNow(v any, at Path, since *Entry) any {
	for _, r := range l.after(since) {
		v = r.value(v, at)
		at = r.path(at)
	}
	return v
}

func (l *renameLog) changesNow(c Changes, at Path, since *Entry) Changes {
	for _, r := range l.after(since) {
		c = r.changes(c, at)
		at = r.path(at)
	}
	return c
}

func (l *renameLog) conflictNow(c *Conflict, at Path) {
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
		base = r.state(base)
	}
	return base
}

func (l *renameLog) baseThen(base any) any {
	for _, r := range slices.Backward(l.all[l.inBase:]) {
		base = r.state(base)
	}
	return base
}

func (l *renameLog) folded(p *portion) bool {
	if _, is := p.edits[0].editor.(*renaming); !is {
		return false
	}
	l.inBase++
	return true
}
