package saga_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/atomsaga/atomsaga/saga"
)

// wire notes what a server would get to see. Each request takes a second.
type wire struct {
	mu    sync.Mutex
	log   []string
	fails map[string]bool
}

func (w *wire) send(ctx context.Context, next doc) error {
	patch, err := saga.TaskFrom(ctx).Patch().JSONPatch()
	if err != nil {
		return err
	}
	w.note("begin %s %s", next.Title, patch)
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		w.note("abort %s", next.Title)
		return ctx.Err()
	}
	if w.fails[next.Title] {
		w.note("fail %s", next.Title)
		return errServer
	}
	w.note("end %s", next.Title)
	return nil
}

func (w *wire) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.log = append(w.log, fmt.Sprintf(format, args...))
}

// seen returns what the server has seen.
func (w *wire) seen() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.log)
}

// titles drops the patches from the log.
func (w *wire) titles() string {
	var short []string
	for _, line := range w.seen() {
		short = append(short, strings.Join(strings.Fields(line)[:2], " "))
	}
	return strings.Join(short, ", ")
}

func (w *wire) title(to string) saga.Saga[doc] {
	return saga.Update(func(d *doc) { d.Title += to }).Effect(w.send)
}
