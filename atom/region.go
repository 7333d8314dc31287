package atom

import (
	"iter"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// A region is a part of a root atom's value that somebody watches, or that
// leads to such a part. Regions form a tree by the steps of their paths, so that
// a change finds those whom it concerns without looking at the others: a write
// to one row of 10,000 that are watched reaches one region.
type region struct {
	parent   *region
	step     any             // the key in parent.children
	children map[any]*region // by what Step.identity returns
	anywhere int             // how many of them may lie anywhere in the value
	first    *watch
}

// A watch is one watcher's interest in one region.
type watch struct {
	region     *region
	prev, next *watch
	watcher    watcher
}

// A watcher is notified, under the lock, that what it watches may have changed.
type watcher interface {
	invalidate(s *Store, why reason)
}

type reason uint8

const (
	valueChanged  reason = 1 << iota // the value may have changed
	statusChanged                    // an entry on it came, went or succeeded
	bothChanged   = valueChanged | statusChanged
)

// watch adds a watcher to the region at path.
func (c *rootLog) watch(path draft.Path, w watcher) *watch {
	at := &c.top
	for _, step := range path {
		at = at.child(step)
	}
	return at.watch(w)
}

//go:noinline
func (p *region) watch(w watcher) *watch {
	x := &watch{region: p, watcher: w, next: p.first}
	if x.next != nil {
		x.next.prev = x
	}
	p.first = x
	return x
}

func (p *region) child(step draft.Step) *region {
	key := step.Identity()
	if child := p.children[key]; child != nil {
		return child
	}
	if p.children == nil {
		p.children = map[any]*region{}
	}
	child := &region{parent: p, step: key}
	p.children[key] = child
	if draft.IsAnywhere(key) {
		p.anywhere++
	}
	return child
}

// remove removes the watch, and the regions that nobody needs any more.
//
//go:noinline
func (x *watch) remove() {
	if x.next != nil {
		x.next.prev = x.prev
	}
	if x.prev != nil {
		x.prev.next = x.next
	} else {
		x.region.first = x.next
	}
	for p := x.region; p.parent != nil && p.first == nil && len(p.children) == 0; p = p.parent {
		delete(p.parent.children, p.step)
		if draft.IsAnywhere(p.step) {
			p.parent.anywhere--
		}
	}
}

// notify notifies the watchers of every region on the way to each path, of the
// region itself, and of everything below it.
func (c *rootLog) notify(s *Store, paths iter.Seq[draft.Path], why reason) {
	if len(c.top.children) == 0 {
		c.top.notifyWatchers(s, why)
		return
	}
	for path := range paths {
		c.top.notify(s, path, why)
	}
}

func (p *region) notify(s *Store, path draft.Path, why reason) {
	p.notifyWatchers(s, why)
	if len(p.children) == 0 {
		return
	}
	if len(path) == 0 || path[0].Identity() == nil {
		for _, child := range p.children {
			child.notify(s, nil, why)
		}
		return
	}
	key := path[0].Identity()
	if child := p.children[key]; child != nil {
		child.notify(s, path[1:], why)
	}
	if p.anywhere == 0 || draft.IsAnywhere(key) {
		return
	}
	for key, child := range p.children {
		if draft.IsAnywhere(key) {
			child.notify(s, nil, why)
		}
	}
}

//go:noinline
func (p *region) notifyWatchers(s *Store, why reason) {
	for x := p.first; x != nil; x = x.next {
		x.watcher.invalidate(s, why)
	}
}
