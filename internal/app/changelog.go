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

// A logLine is the entry of one task in the log of changes.
type logLine struct {
	Number int     `atom:"key"` // counted from 1
	Task   string  // id of the task
	Kind   kind.ID // "" for an import
	Field  string  // label of the field, or what was done
	Value  string  // new value of the field, in words
	State  saga.State
	Began  time.Time
	Took   time.Duration // 0 while it runs
}

// logLines is the log, newest line first.
var logLines = atom.New([]logLine(nil))

// maxLogLines is the number of lines that are kept.
const maxLogLines = 50

// logTask adds a line for a task, unless it has one, and completes the line when the
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

// describeValue returns a value as the log shows it.
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
