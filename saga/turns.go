package saga

import (
	"errors"
	"math"
	"slices"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// abreast is how many effects of an outbox run at a time: what a browser opens
// to one server.
const abreast = 6

// probing is when the oldest is tried again while the server cannot be reached.
var probing = Backoff{Retries: math.MaxInt, Base: time.Second, Max: time.Minute}

// turns says whose effect may run. It is guarded by the keeper's lock.
type turns struct {
	owner   bool
	rows    []*row // the one whose effect found no server last is the last
	running int
	entries uint64

	paused    bool // nothing is tried before the timer
	probing   bool // one at a time, until one gets an answer
	probes    int  // in a row that got none
	timer     *time.Timer
	elsewhere bool // the owner, another page, pauses
}

// A row is the items of one atom, by Order. Only the first is sent.
type row struct {
	target  string
	items   []*item
	sending *item // it may have left items since
	held    bool  // while its order changes
}

func (w *turns) rowOf(target string) *row {
	for _, r := range w.rows {
		if r.target == target {
			return r
		}
	}
	r := &row{target: target}
	w.rows = append(w.rows, r)
	return r
}

// join puts an item in its row.
func (w *turns) join(i *item) {
	i.row = w.rowOf(i.task.launch.on.String())
	i.row.items = append(i.row.items, i)
}

// count returns a higher number each time.
func (w *turns) count() uint64 { w.entries++; return w.entries }

// align brings a row into the order of the outbox, and the log with it: what
// another page has run before may be heard of later. It may not be sent, then.
func (k *keeper) align(b *atom.Batch, r *row) {
	k.mu.Lock()
	late := r.order()
	for _, i := range late {
		i.logged = k.count()
	}
	r.held = true
	k.mu.Unlock()
	for _, i := range late {
		i.task.enterAgain(b)
	}
	k.mu.Lock()
	r.held = false
	k.advance()
	k.mu.Unlock()
}

// order sorts the row, and returns those that are in another order in the log, or
// come after one that is.
func (r *row) order() []*item {
	slices.SortStableFunc(r.items, func(a, b *item) int { return compareOrder(a.record.Order, b.record.Order) })
	waiting := slices.DeleteFunc(slices.Clone(r.items), func(i *item) bool { return i == r.sending })
	for n := 1; n < len(waiting); n++ {
		if waiting[n].logged < waiting[n-1].logged {
			return waiting[n:]
		}
	}
	return nil
}

// compareOrder has those come last that have none yet.
func compareOrder(a, b int64) int {
	switch {
	case a == b:
		return 0
	case b == 0, a != 0 && a < b:
		return -1
	default:
		return 1
	}
}

// advance gives a turn to everyone who may have one.
func (w *turns) advance() {
	most := abreast
	if w.probing {
		most = 1
	}
	for _, r := range w.rows {
		if w.paused || w.running >= most {
			return
		}
		if r.sending == nil && !r.held && len(r.items) > 0 && w.mayGo(r.items[0]) {
			r.sending = r.items[0]
			w.running++
			r.sending.turn <- struct{}{}
		}
	}
}

func (w *turns) mayGo(i *item) bool { return i.unkept || w.owner && i.record.Order != 0 }

// leave takes an item out of its row; if it was given its turn, and has not
// taken it, that goes on to the next.
func (w *turns) leave(i *item) {
	if i.row == nil {
		return
	}
	i.row.items = slices.DeleteFunc(i.row.items, func(x *item) bool { return x == i })
	select {
	case <-i.turn:
		w.release(i)
	default:
		if i.resting {
			i.resting = false
			i.row.sending = nil
		}
	}
	w.tidy(i.row)
}

// release ends the turn of an item.
func (w *turns) release(i *item) {
	if i.row.sending == i {
		i.row.sending = nil
		w.running--
	}
	w.tidy(i.row)
}

func (w *turns) tidy(r *row) {
	if len(r.items) == 0 && r.sending == nil {
		w.rows = slices.DeleteFunc(w.rows, func(x *row) bool { return x == r })
	}
}

// pass ends the turn of an item, and gives it to others.
func (k *keeper) pass(i *item) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.release(i)
	k.advance()
}

// resume is called when a server has said something, whatever it was.
func (k *keeper) resume() {
	k.mu.Lock()
	paused := k.probing
	k.paused, k.probing, k.probes = false, false, 0
	k.advance()
	if paused {
		k.sayNetwork()
	}
	k.mu.Unlock()
	if paused {
		k.publish()
	}
}

// sayNetwork has the others know, if it is this page that counts.
func (k *keeper) sayNetwork() {
	if k.owner {
		k.say(message{Is: network, Paused: k.probing})
	}
}

// online is called when the device has a network again.
func (k *keeper) online() {
	k.mu.Lock()
	k.probes = 0
	k.mu.Unlock()
	k.probe()
}

// pause ends the turn of an item that has found no server. Another row is the
// next to try, or one address that is down would stand for all.
func (k *keeper) pause(i *item) {
	k.mu.Lock()
	k.release(i)
	if n := slices.Index(k.rows, i.row); n >= 0 {
		k.rows = append(slices.Delete(k.rows, n, n+1), i.row)
	}
	if !k.paused {
		k.paused, k.probing = true, true
		k.probes++
		wait, _ := probing.next(k.probes, nil)
		k.timer = time.AfterFunc(wait, k.probe)
		k.sayNetwork()
	}
	k.mu.Unlock()
	k.publish()
}

// probe has one effect try whether the server is there again.
func (k *keeper) probe() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.paused || k.ctx.Err() != nil {
		return
	}
	k.timer.Stop()
	k.paused = false
	k.advance()
}

// rest has an item wait before it is tried again, and its row with it.
func (k *keeper) rest(i *item, wait time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.running--
	i.resting = true
	time.AfterFunc(wait, func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		if i.resting {
			i.resting = false
			i.row.sending = nil
			k.advance()
		}
	})
	k.advance()
}

// Kinds of errors, told by a method as package saga/fetch's errors have it.

func isUnreachable(err error) bool {
	type unreachable interface {
		error
		Unreachable() bool
	}
	e, is := errors.AsType[unreachable](err)
	return errors.Is(err, ErrTimeout) || is && e.Unreachable()
}

func isTemporary(err error) bool {
	type temporary interface {
		error
		Temporary() bool
	}
	e, is := errors.AsType[temporary](err)
	return is && e.Temporary()
}

func isPermanent(err error) bool {
	_, is := errors.AsType[*permanent](err)
	return is
}
