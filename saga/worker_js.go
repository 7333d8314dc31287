package saga

import (
	"sync"
	"time"
)

// worker is a goroutine that performs effects, one after the other. A goroutine for each
// would begin with a small stack, which most effects outgrow, and throw the large one away:
// in a page that is a good part of what a click costs.
type worker chan *Task

// idle has the workers that wait for an effect.
var idle struct {
	sync.Mutex
	workers []worker
}

const maxIdle = 64

// start performs the effect on a worker.
func (t *Task) start() {
	if inBubble() {
		go t.perform()
		return
	}
	idle.Lock()
	defer idle.Unlock()
	last := len(idle.workers) - 1
	if last < 0 {
		go make(worker, 1).loop(t)
		return
	}
	idle.workers[last] <- t
	idle.workers = idle.workers[:last]
}

func (w worker) loop(t *Task) {
	growStack()
	for {
		t.perform()
		t = nil // a worker that waits keeps no task in memory
		if !w.park() {
			return
		}
		t = <-w
	}
}

// park adds the worker to those that wait for an effect. It returns false when there are
// enough of them.
func (w worker) park() bool {
	idle.Lock()
	defer idle.Unlock()
	if len(idle.workers) == maxIdle {
		return false
	}
	idle.workers = append(idle.workers, w)
	return true
}

// growStack grows the stack of a goroutine that has just begun in one step. That is faster
// than to double it again and again, and copy what is on it.
//
//go:noinline
func growStack() {
	var room [6 << 10]byte
	use(&room)
}

//go:noinline
func use(room *[6 << 10]byte) { room[0] = 1 }

// inBubble reports whether the goroutine is in a bubble of testing/synctest, whose goroutines
// have to end before the test does. The time there begins in the year 2000, long before the
// program did.
func inBubble() bool { return time.Since(startTime).Abs() > 10*365*24*time.Hour }

var startTime = time.Now()
