package atom

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// Sane returns an error when something that always holds of a store's logs does not. Tests
// call it after every step.
func Sane(s *Store) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, l := range s.logs {
		if err := l.sane(); err != nil {
			return fmt.Errorf("atom: the log of root %d: %w", id, err)
		}
		if err := l.top.sane(); err != nil {
			return fmt.Errorf("atom: the regions of root %d: %w", id, err)
		}
	}
	switch {
	case len(s.dirty) > 0 || len(s.changed) > 0:
		return fmt.Errorf("atom: %d subscriptions are dirty, and %d changed, outside of a batch", len(s.dirty), len(s.changed))
	case s.permitted != nil:
		return fmt.Errorf("atom: a %T is permitted outside of a function of the user", s.permitted)
	}
	return nil
}

func (l *rootLog) sane() error {
	state := l.base
	for i, p := range l.entries {
		e := p.entry
		switch {
		case p.log != l:
			return fmt.Errorf("entry %d is of another log", e.id)
		case !e.live() || p.inBase:
			return fmt.Errorf("entry %d is not live (%d, in the base %v)", e.id, e.state, p.inBase)
		case i > 0 && l.entries[i-1].entry.id >= e.id:
			return fmt.Errorf("entry %d is above %d", e.id, l.entries[i-1].entry.id)
		case l.index(p) != i:
			return fmt.Errorf("entry %d is not found", e.id)
		case i == 0 && e.state == entrySucceeded && len(e.parts) == 1:
			return fmt.Errorf("entry %d is the oldest, has succeeded, and is not folded", e.id)
		case p.index != nil && p.index.of.Same(p.changes) && len(p.index.next) != p.changes.Len()+1:
			return fmt.Errorf("the index of entry %d has %d changes of %d", e.id, len(p.index.next)-1, p.changes.Len())
		}
		if state = p.after; state != nil && reflect.TypeOf(state) != reflect.TypeOf(l.base) {
			return fmt.Errorf("the state above entry %d is a %T", e.id, state)
		}
	}
	if state == nil || state == l.visible { // not computed, or the one that was
		return nil
	}
	if got, want := formOf(l.visible), formOf(state); got != want {
		return fmt.Errorf("%s is visible, and %s is the state above the last entry", got, want)
	}
	return nil
}

// formOf is a state as JSON, or why it has none.
func formOf(state any) string {
	b, err := json.Marshal(state)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func (r *region) sane() error {
	anywhere := 0
	for key, child := range r.children {
		if child.parent != r || child.step != key {
			return fmt.Errorf("the region at %v has another parent or step", key)
		}
		if child.first == nil && len(child.children) == 0 {
			return fmt.Errorf("nobody watches the region at %v", key)
		}
		if draft.IsAnywhere(key) {
			anywhere++
		}
		if err := child.sane(); err != nil {
			return err
		}
	}
	if anywhere != r.anywhere {
		return fmt.Errorf("%d children may be anywhere, counted %d", anywhere, r.anywhere)
	}
	var last *watch
	for x := r.first; x != nil; x = x.next {
		if x.region != r || x.prev != last {
			return fmt.Errorf("a watch is not linked")
		}
		last = x
	}
	return nil
}
