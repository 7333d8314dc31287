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

// A logLine of the log tells of one task.
type logLine struct {
	Number int     `atom:"key"` // importCounts from 1
	Task   string  // its id
	Kind   kind.ID // "" when it is about many
	Field  string  // or what was done
	Value  string  // what the field was set to, in words
	State  saga.State
	Began  time.Time
	Took   time.Duration // 0 while it runs
}

// logLines is the log, the newest first.
var logLines = atom.New([]logLine(nil))

// maxLogLines is how many lines are kept.
const maxLogLines = 50

// logTask writes a line for a task, unless there is one, and completes it when the
// task has ended.
func logTask(t *saga.Task, id kind.ID, field string, value any) {
	s := t.Store()
	l := logLine{Task: t.ID(), Kind: id, Field: field, Value: describeValue(value), State: saga.Running, Began: t.Began()}
	recorded := false
	s.Batch(func(b *atom.Batch) {
		all := logLines.Get(b)
		if recorded = slices.ContainsFunc(all, func(other logLine) bool { return other.Task == l.Task }); recorded {
			return
		}
		if len(all) > 0 {
			l.Number = all[0].Number
		}
		l.Number++
		logLines.Update(b, func(all *[]logLine) {
			*all = append([]logLine{l}, (*all)[:min(len(*all), maxLogLines-1)]...)
		})
	})
	if recorded {
		return
	}
	go func() {
		t.Wait(context.Background())
		logLines.Update(s, func(all *[]logLine) {
			i := slices.IndexFunc(*all, func(other logLine) bool { return other.Number == l.Number })
			if i >= 0 {
				(*all)[i].State, (*all)[i].Took = t.State(), t.Ended().Sub(t.Began())
			}
		})
	}()
}

// describeValue is a value as the log shows it.
func describeValue(value any) string {
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
