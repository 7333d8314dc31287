//go:build !wasm

// Package push tells devices of commits while no page of theirs is open,
// through Firebase Cloud Messaging.
//
// There is no queue. Each device has a mark in the database, the last commit
// that it has been told of; [Sender.Run] brings those that are behind up to date.
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
	batchDelay    = 500 * time.Millisecond // before a message is sent, so that changes made together are in one
	sendTimeout   = 30 * time.Second       // of a batch of messages; go-fcm repeats what is answered with 503
	minRetryDelay = 5 * time.Second        // before a device that could not be reached is tried again
	maxRetryDelay = time.Hour              // the pause doubles up to here
	maxBehind     = 200                    // commits that a device is told of one by one
	maxBatchLen   = 500                    // messages that FCM takes at once
)

// A Sender sends messages to devices.
type Sender struct {
	browser BrowserConfig
	store   *store.Store
	log     *slog.Logger
	send    func(context.Context, ...*messaging.Message) (*messaging.BatchResponse, error)
	wake    chan struct{}

	retries map[string]retry // by device; Run's own

	sent, failed, forgotten atomic.Int64
}

// A retry is what is remembered of a device that could not be reached.
type retry struct {
	attempts  int
	notBefore time.Time // not tried again before
}

// Open reads the configuration. Its errors name the file that is missing or wrong.
func Open(ctx context.Context, c Config, devices *store.Store, log *slog.Logger) (*Sender, error) {
	if c.AccountFile == "" || c.BrowserFile == "" {
		return nil, errIncomplete
	}
	web, err := readBrowserConfig(c.BrowserFile)
	if err != nil {
		return nil, fmt.Errorf("push: %w", err)
	}
	client, err := fcm.NewClient(ctx, c.options()...)
	if err != nil {
		return nil, fmt.Errorf("push: service account %s: %w", c.AccountFile, err)
	}
	return &Sender{
		browser: web, store: devices, log: log, send: client.Send,
		wake: make(chan struct{}, 1), retries: map[string]retry{},
	}, nil
}

// BrowserConfig returns what a browser needs. All of it is public.
func (p *Sender) BrowserConfig() BrowserConfig { return p.browser }

// Counts is what has been sent since the server started.
type Counts struct {
	Devices   int   `json:"devices"`   // that are registered now
	Sent      int64 `json:"sent"`      // messages that FCM took
	Failed    int64 `json:"failed"`    // attempts that it did not, for now
	Forgotten int64 `json:"forgotten"` // devices whose token was dead
}

// Counts returns what has been sent so far.
func (p *Sender) Counts(ctx context.Context) (Counts, error) {
	devices, err := p.store.CountDevices(ctx)
	return Counts{devices, p.sent.Load(), p.failed.Load(), p.forgotten.Load()}, err
}

// Wake says that there are commits. It returns at once, and one call may stand for several.
func (p *Sender) Wake() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Run tells devices of commits until ctx is done: of those that were not told
// when the server stopped, and then each time after Wake.
func (p *Sender) Run(ctx context.Context) {
	for {
		again, err := p.notifyDevices(ctx)
		if err != nil && ctx.Err() == nil {
			p.log.Error("push: the database could not be read", "error", err)
			again = minRetryDelay
		}
		pause := time.NewTimer(again)
		select {
		case <-p.wake:
		case <-pause.C:
		case <-ctx.Done():
			return
		}
		select {
		case <-time.After(batchDelay):
		case <-ctx.Done():
			return
		}
	}
}

// notifyDevices tells every device that is behind, except those that were tried not
// long ago, and returns when the next of these is due.
func (p *Sender) notifyDevices(ctx context.Context) (again time.Duration, err error) {
	again = maxRetryDelay
	mark, err := p.store.Position(ctx)
	if err != nil {
		return 0, err
	}
	behind, err := p.store.DevicesBehind(ctx)
	if err != nil || len(behind) == 0 {
		return again, err
	}
	first := mark.Version
	for _, d := range behind {
		first = min(first, d.NotifiedVersion)
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
		if wait := time.Until(p.retries[d.ID].notBefore); wait > 0 {
			again = min(again, wait)
			continue
		}
		news := commits[max(d.NotifiedVersion-first, 0):]
		switch {
		case d.NotifiedVersion < first:
			messages = append(messages, newReloadMessage(d, store.Position{Database: mark.Database, Version: last}))
		case len(commitsOfOthers(d, news)) == 0:
			if err := p.store.SetNotified(ctx, d.ID, last); err != nil {
				return 0, err
			}
			continue
		default:
			messages = append(messages, newMessage(d, mark.Database, news, names))
		}
		devices = append(devices, d)
	}
	for len(devices) > 0 {
		n := min(len(devices), maxBatchLen)
		wait, err := p.sendBatch(ctx, devices[:n], messages[:n], last)
		if err != nil {
			return 0, err
		}
		again = min(again, wait)
		devices, messages = devices[n:], messages[n:]
	}
	return again, nil
}

// commitsOfOthers are the changes that the device did not make itself. A commit that
// changes nothing only says that a request has been answered.
func commitsOfOthers(d store.Device, commits []store.Commit) []store.Commit {
	var others []store.Commit
	for _, c := range commits {
		if c.Device != d.ID && string(c.Patch) != "[]" {
			others = append(others, c)
		}
	}
	return others
}

// names are those of the kinds that the commits are about, as they are now.
func (p *Sender) names(ctx context.Context, commits []store.Commit) (map[kind.ID]string, error) {
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

// sendBatch sends one batch, and notes what became of each message.
func (p *Sender) sendBatch(ctx context.Context, devices []store.Device, messages []*messaging.Message, last int64) (again time.Duration, err error) {
	limited, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	again = maxRetryDelay
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
			delete(p.retries, d.ID)
			err = p.store.SetNotified(ctx, d.ID, last)
		case messaging.IsUnregistered(response.Error), messaging.IsSenderIDMismatch(response.Error):
			p.forgotten.Add(1)
			delete(p.retries, d.ID)
			err = p.store.DeleteDeviceByToken(ctx, d.Token) // it may have another one by now
		case ctx.Err() != nil:
			return 0, ctx.Err()
		default:
			p.failed.Add(1)
			failures++
			reason = response.Error
			again = min(again, p.scheduleRetry(d))
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

// scheduleRetry notes that a device could not be reached, and returns for how long it is left alone.
func (p *Sender) scheduleRetry(d store.Device) time.Duration {
	f := p.retries[d.ID]
	pause := maxRetryDelay
	if f.attempts < 10 {
		pause = min(minRetryDelay<<f.attempts, maxRetryDelay)
	}
	pause -= rand.N(pause / 4) // those that failed together are not tried together
	p.retries[d.ID] = retry{f.attempts + 1, time.Now().Add(pause)}
	return pause
}
