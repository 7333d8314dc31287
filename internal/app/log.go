package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/saga"
)

// A line of the log tells of one task.
type line struct {
	Number int     `atom:"key"` // counts from 1
	Task   string  // its id
	Kind   kind.ID // "" when it is about many
	Field  string  // or what was done
	Value  string  // what the field was set to, in words
	State  saga.State
	Began  time.Time
	Took   time.Duration // 0 while it runs
}

// lines is the log, the newest first.
var lines = atom.New([]line(nil))

// longestLog is how many lines are kept.
const longestLog = 50

// record writes a line for a task, unless there is one, and completes it when the
// task has ended.
func record(t *saga.Task, id kind.ID, field string, value any) {
	s := t.Store()
	l := line{Task: t.ID(), Kind: id, Field: field, Value: words(value), State: saga.Running, Began: t.Began()}
	recorded := false
	s.Batch(func(b *atom.Batch) {
		all := lines.Get(b)
		if recorded = slices.ContainsFunc(all, func(other line) bool { return other.Task == l.Task }); recorded {
			return
		}
		if len(all) > 0 {
			l.Number = all[0].Number
		}
		l.Number++
		lines.Update(b, func(all *[]line) {
			*all = append([]line{l}, (*all)[:min(len(*all), longestLog-1)]...)
		})
	})
	if recorded {
		return
	}
	go func() {
		t.Wait(context.Background())
		lines.Update(s, func(all *[]line) {
			i := slices.IndexFunc(*all, func(other line) bool { return other.Number == l.Number })
			if i >= 0 {
				(*all)[i].State, (*all)[i].Took = t.State(), t.Ended().Sub(t.Began())
			}
		})
	}()
}

// words is a value as the log shows it.
func words(value any) string {
	switch value {
	case true:
		return "on"
	case false:
		return "off"
	case "":
		return "empty"
	}
	return fmt.Sprintf("“%v”", value)
}
