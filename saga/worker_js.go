package saga

import (
	"sync"
	"time"
)

// A worker is a goroutine that performs effects, one after the other. A goroutine for
// each would be given a small stack, which most effects outgrow, and leave the large one
// behind: in a page that is a good part of what a click costs.
type worker chan *Task

// idle are the workers that wait for an effect.
var idle struct {
	sync.Mutex
	workers []worker
}

const mostIdle = 64

// start has the effect performed.
func (t *Task) start() {
	if inBubble() {
		go t.perform()
		return
	}
	idle.Lock()
	defer idle.Unlock()
	last := len(idle.workers) - 1
	if last < 0 {
		go make(worker, 1).work(t)
		return
	}
	idle.workers[last] <- t
	idle.workers = idle.workers[:last]
}

func (w worker) work(t *Task) {
	roomy()
	for {
		t.perform()
		t = nil // who waits keeps nothing of what is over
		if !w.rest() {
			return
		}
		t = <-w
	}
}

// rest reports whether the worker may wait for another effect.
func (w worker) rest() bool {
	idle.Lock()
	defer idle.Unlock()
	if len(idle.workers) == mostIdle {
		return false
	}
	idle.workers = append(idle.workers, w)
	return true
}

// roomy makes room on the stack of a goroutine that has just begun, in one step: to double
// it again and again, and copy what is on it, takes longer.
//
//go:noinline
func roomy() {
	var room [6 << 10]byte
	use(&room)
}

//go:noinline
func use(room *[6 << 10]byte) { room[0] = 1 }

// inBubble reports whether the goroutine is in a bubble of testing/synctest, where all that
// were begun have to end. Its time begins in the year 2000, long before the program did.
func inBubble() bool { return time.Since(start).Abs() > 10*365*24*time.Hour }

var start = time.Now()
