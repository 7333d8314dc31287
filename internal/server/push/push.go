//go:build !wasm

// Package push tells devices of commits while no page of theirs is open,
// through Firebase Cloud Messaging.
//
// There is no queue. Each device has a mark in the database, the last commit
// that it has been told of; [Push.Run] brings those that are behind up to date.
// So whatever is committed while a message is on its way, or while a device
// cannot be reached, is in the next message; a server that is stopped goes on
// where it was; and a commit costs its request nothing.
package push

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"firebase.google.com/go/v4/messaging"
	fcm "github.com/appleboy/go-fcm"

	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/internal/server/store"
)

const (
	gathering   = 500 * time.Millisecond // before a message is sent, so that changes made together are in one
	sendTimeout = 30 * time.Second       // of a batch of messages; go-fcm repeats what is answered with 503
	firstPause  = 5 * time.Second        // before a device that could not be reached is tried again
	longestWait = time.Hour              // the pause doubles up to here
	maxBehind   = 200                    // commits that a device is told of one by one
	maxBatch    = 500                    // messages that FCM takes at once
)

// A Push sends messages to devices.
type Push struct {
	web   Web
	store *store.Store
	log   *slog.Logger
	send  func(context.Context, ...*messaging.Message) (*messaging.BatchResponse, error)
	wake  chan struct{}

	failing map[string]failure // by device; Run's own

	sent, failed, forgotten atomic.Int64
}

// A failure is what is remembered of a device that could not be reached.
type failure struct {
	times int
	until time.Time // not tried again before
}

// Open reads the configuration. Its errors name the file that is missing or wrong.
func Open(ctx context.Context, c Config, devices *store.Store, log *slog.Logger) (*Push, error) {
	if c.Account == "" || c.Web == "" {
		return nil, errIncomplete
	}
	web, err := readWeb(c.Web)
	if err != nil {
		return nil, fmt.Errorf("push: %w", err)
	}
	client, err := fcm.NewClient(ctx, c.options()...)
	if err != nil {
		return nil, fmt.Errorf("push: service account %s: %w", c.Account, err)
	}
	return &Push{
		web: web, store: devices, log: log, send: client.Send,
		wake: make(chan struct{}, 1), failing: map[string]failure{},
	}, nil
}

// Web returns what a browser needs. All of it is public.
func (p *Push) Web() Web { return p.web }

// Counts is what has been sent since the server started.
type Counts struct {
	Devices   int   `json:"devices"`   // that are registered now
	Sent      int64 `json:"sent"`      // messages that FCM took
	Failed    int64 `json:"failed"`    // attempts that it did not, for now
	Forgotten int64 `json:"forgotten"` // devices whose token was dead
}

// Counts returns what has been sent so far.
func (p *Push) Counts(ctx context.Context) (Counts, error) {
	devices, err := p.store.CountDevices(ctx)
	return Counts{devices, p.sent.Load(), p.failed.Load(), p.forgotten.Load()}, err
}

// Wake says that there are commits. It returns at once, and one call may stand for several.
func (p *Push) Wake() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Run tells devices of commits until ctx is done: of those that were not told
// when the server stopped, and then each time after Wake.
func (p *Push) Run(ctx context.Context) {
	for {
		again, err := p.tellAll(ctx)
		if err != nil && ctx.Err() == nil {
			p.log.Error("push: the database could not be read", "error", err)
			again = firstPause
		}
		pause := time.NewTimer(again)
		select {
		case <-p.wake:
		case <-pause.C:
		case <-ctx.Done():
			return
		}
		select {
		case <-time.After(gathering):
		case <-ctx.Done():
			return
		}
	}
}

// tellAll tells every device that is behind, except those that were tried not
// long ago, and returns when the next of these is due.
func (p *Push) tellAll(ctx context.Context) (again time.Duration, err error) {
	again = longestWait
	mark, err := p.store.Mark(ctx)
	if err != nil {
		return 0, err
	}
	behind, err := p.store.Behind(ctx)
	if err != nil || len(behind) == 0 {
		return again, err
	}
	first := mark.Version
	for _, d := range behind {
		first = min(first, d.Told)
	}
	first = max(first, mark.Version-maxBehind)
	commits, err := p.store.Commits(ctx, first, maxBehind)
	if err != nil {
		return 0, err
	}
	last := commits[len(commits)-1].Version
	names, err := p.names(ctx, commits)
	if err != nil {
		return 0, err
	}

	var devices []store.Device
	var messages []*messaging.Message
	for _, d := range behind {
		if wait := time.Until(p.failing[d.ID].until); wait > 0 {
			again = min(again, wait)
			continue
		}
		news := commits[max(d.Told-first, 0):]
		switch {
		case d.Told < first:
			messages = append(messages, somethingChanged(d, store.Mark{Database: mark.Database, Version: last}))
		case len(others(d, news)) == 0:
			if err := p.store.Tell(ctx, d.ID, last); err != nil {
				return 0, err
			}
			continue
		default:
			messages = append(messages, message(d, mark.Database, news, names))
		}
		devices = append(devices, d)
	}
	for len(devices) > 0 {
		n := min(len(devices), maxBatch)
		wait, err := p.tell(ctx, devices[:n], messages[:n], last)
		if err != nil {
			return 0, err
		}
		again = min(again, wait)
		devices, messages = devices[n:], messages[n:]
	}
	return again, nil
}

// others are the changes that the device did not make itself. A commit that
// changes nothing only says that a request has been answered.
func others(d store.Device, commits []store.Commit) []store.Commit {
	var others []store.Commit
	for _, c := range commits {
		if c.Device != d.ID && string(c.Patch) != "[]" {
			others = append(others, c)
		}
	}
	return others
}

// names are those of the kinds that the commits are about, as they are now.
func (p *Push) names(ctx context.Context, commits []store.Commit) (map[kind.ID]string, error) {
	names := map[kind.ID]string{}
	for _, c := range commits {
		if _, ok := names[c.Kind]; ok {
			continue
		}
		k, err := p.store.Kind(ctx, c.Kind)
		if err != nil {
			return nil, err
		}
		names[c.Kind] = k.Name
	}
	return names, nil
}

// tell sends one batch, and notes what became of each message.
func (p *Push) tell(ctx context.Context, devices []store.Device, messages []*messaging.Message, last int64) (again time.Duration, err error) {
	limited, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	again = longestWait
	batch, err := p.send(limited, messages...)
	if err != nil {
		return 0, err
	}
	var reason error // of one that failed; the others are likely to say the same
	failures := 0
	for i, response := range batch.Responses {
		d := devices[i]
		switch {
		case response.Success:
			p.sent.Add(1)
			delete(p.failing, d.ID)
			err = p.store.Tell(ctx, d.ID, last)
		case messaging.IsUnregistered(response.Error), messaging.IsSenderIDMismatch(response.Error):
			p.forgotten.Add(1)
			delete(p.failing, d.ID)
			err = p.store.ForgetToken(ctx, d.Token) // it may have another one by now
		case ctx.Err() != nil:
			return 0, ctx.Err()
		default:
			p.failed.Add(1)
			failures++
			reason = response.Error
			again = min(again, p.fail(d))
		}
		if err != nil {
			return 0, err
		}
	}
	if failures > 0 {
		p.log.Warn("push: devices could not be reached and are tried again", "devices", failures, "error", reason)
	}
	return again, nil
}

// fail notes that a device could not be reached, and returns for how long it is left alone.
func (p *Push) fail(d store.Device) time.Duration {
	f := p.failing[d.ID]
	pause := longestWait
	if f.times < 10 {
		pause = min(firstPause<<f.times, longestWait)
	}
	pause -= rand.N(pause / 4) // those that failed together are not tried together
	p.failing[d.ID] = failure{f.times + 1, time.Now().Add(pause)}
	return pause
}
