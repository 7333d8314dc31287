package atom

import "sync"

// A notifyQueue delivers callbacks in the order in which they were added, one
// at a time, outside the store's lock. A callback that causes more of them
// does not nest: they follow after it.
type notifyQueue struct {
	mu         sync.Mutex
	waiting    []func()
	delivering bool
}

func (q *notifyQueue) add(f func()) {
	q.mu.Lock()
	q.waiting = append(q.waiting, f)
	q.mu.Unlock()
}

// deliver calls everything that waits, unless somebody is at it already. The
// callbacks behind one that panics are still called.
func (q *notifyQueue) deliver() {
	q.mu.Lock()
	if q.delivering || len(q.waiting) == 0 {
		q.mu.Unlock()
		return
	}
	q.delivering = true
	q.mu.Unlock()

	done := false
	defer func() {
		if !done {
			q.stop()
			q.deliver()
		}
	}()
	for f := q.next(); f != nil; f = q.next() {
		f()
	}
	done = true
}

// next takes the first callback. With nil it ends the delivery.
func (q *notifyQueue) next() func() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		q.waiting, q.delivering = nil, false
		return nil
	}
	f := q.waiting[0]
	q.waiting[0] = nil
	q.waiting = q.waiting[1:]
	return f
}

func (q *notifyQueue) stop() {
	q.mu.Lock()
	q.delivering = false
	q.mu.Unlock()
}
