//go:build !wasm

// Package push notifies devices of commits while no page of theirs is open, through
// Firebase Cloud Messaging (FCM).
//
// There is no queue. The database has, for each device, the last commit that it was
// notified of; [Sender.Run] notifies the devices that are behind. So a commit that is
// made while a message is sent, or while a device cannot be reached, is in the next
// message; a server that is restarted goes on where it was; and no request waits for
// push.
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
	batchDelay    = 500 * time.Millisecond // between a commit and its message, to collect changes made together
	sendTimeout   = 30 * time.Second       // for a batch of messages; go-fcm retries those answered with 503
	minRetryDelay = 5 * time.Second        // before the first retry for a device
	maxRetryDelay = time.Hour              // the delay doubles up to this
	maxBehind     = 200                    // commits that a device is sent one by one
	maxBatchLen   = 500                    // messages in a request to FCM
)

// A Sender notifies devices. Its methods are safe for concurrent use, but only one
// goroutine may be in Run.
type Sender struct {
	browser BrowserConfig
	store   *store.Store
	log     *slog.Logger
	send    func(context.Context, ...*messaging.Message) (*messaging.BatchResponse, error)
	wake    chan struct{}

	retries map[string]retry // by device id; used by Run only

	sent, failed, forgotten atomic.Int64
}

// A retry is the state of a device that could not be reached.
type retry struct {
	attempts  int
	notBefore time.Time
}

// Open reads the configuration and returns a Sender for the devices in the store. Its
// errors name the file that is missing or wrong.
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

// BrowserConfig returns what a browser needs to get a token. All of it is public.
func (p *Sender) BrowserConfig() BrowserConfig { return p.browser }

// Counts are statistics since the server started.
type Counts struct {
	Devices   int   `json:"devices"`   // registered now
	Sent      int64 `json:"sent"`      // messages accepted by FCM
	Failed    int64 `json:"failed"`    // attempts that failed and are retried
	Forgotten int64 `json:"forgotten"` // devices removed, as FCM does not know their token
}

// Counts returns the statistics so far.
func (p *Sender) Counts(ctx context.Context) (Counts, error) {
	devices, err := p.store.CountDevices(ctx)
	return Counts{devices, p.sent.Load(), p.failed.Load(), p.forgotten.Load()}, err
}

// Wake tells Run that there are commits. It does not block.
func (p *Sender) Wake() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Run notifies the devices that are behind: at once, after each Wake and when a retry is
// due. It returns when ctx is done.
func (p *Sender) Run(ctx context.Context) {
	for {
		nextRetry, err := p.notifyDevices(ctx)
		if err != nil && ctx.Err() == nil {
			p.log.Error("push: the database could not be read", "error", err)
			nextRetry = minRetryDelay
		}
		delay := time.NewTimer(nextRetry)
		select {
		case <-p.wake:
		case <-delay.C:
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

// notifyDevices notifies every device that is behind, except those whose retry is not
// due yet, and returns the time until the next retry is.
func (p *Sender) notifyDevices(ctx context.Context) (nextRetry time.Duration, err error) {
	nextRetry = maxRetryDelay
	position, err := p.store.Position(ctx)
	if err != nil {
		return 0, err
	}
	behind, err := p.store.DevicesBehind(ctx)
	if err != nil || len(behind) == 0 {
		return nextRetry, err
	}
	first := position.Version
	for _, d := range behind {
		first = min(first, d.NotifiedVersion)
	}
	first = max(first, position.Version-maxBehind)
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
			nextRetry = min(nextRetry, wait)
			continue
		}
		news := commits[max(d.NotifiedVersion-first, 0):]
		switch {
		case d.NotifiedVersion < first:
			messages = append(messages, newReloadMessage(d, store.Position{Database: position.Database, Version: last}))
		case len(commitsOfOthers(d, news)) == 0:
			if err := p.store.SetNotified(ctx, d.ID, last); err != nil {
				return 0, err
			}
			continue
		default:
			messages = append(messages, newMessage(d, position.Database, news, names))
		}
		devices = append(devices, d)
	}
	for len(devices) > 0 {
		n := min(len(devices), maxBatchLen)
		wait, err := p.sendBatch(ctx, devices[:n], messages[:n], last)
		if err != nil {
			return 0, err
		}
		nextRetry = min(nextRetry, wait)
		devices, messages = devices[n:], messages[n:]
	}
	return nextRetry, nil
}

// commitsOfOthers returns the commits that the device did not make itself, without
// those that change nothing: they only record that a request was answered.
func commitsOfOthers(d store.Device, commits []store.Commit) []store.Commit {
	var others []store.Commit
	for _, c := range commits {
		if c.Device != d.ID && string(c.Patch) != "[]" {
			others = append(others, c)
		}
	}
	return others
}

// names returns the current names of the kinds that the commits changed.
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

// sendBatch sends one batch of messages and records the outcome of each. It returns the
// time until the next retry is due.
func (p *Sender) sendBatch(ctx context.Context, devices []store.Device, messages []*messaging.Message, last int64) (nextRetry time.Duration, err error) {
	limited, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	nextRetry = maxRetryDelay
	batch, err := p.send(limited, messages...)
	if err != nil {
		return 0, err
	}
	var reason error // of the last failure; the others are likely the same
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
			err = p.store.DeleteDeviceByToken(ctx, d.Token) // the device may have registered another token by now
		case ctx.Err() != nil:
			return 0, ctx.Err()
		default:
			p.failed.Add(1)
			failures++
			reason = response.Error
			nextRetry = min(nextRetry, p.scheduleRetry(d))
		}
		if err != nil {
			return 0, err
		}
	}
	if failures > 0 {
		p.log.Warn("push: devices could not be reached and are tried nextRetry", "devices", failures, "error", reason)
	}
	return nextRetry, nil
}

// scheduleRetry records that a device could not be reached, and returns the time until
// its retry is due.
func (p *Sender) scheduleRetry(d store.Device) time.Duration {
	r := p.retries[d.ID]
	delay := maxRetryDelay
	if r.attempts < 10 {
		delay = min(minRetryDelay<<r.attempts, maxRetryDelay)
	}
	delay -= rand.N(delay / 4) // so that devices that failed together are not all retried together
	p.retries[d.ID] = retry{r.attempts + 1, time.Now().Add(delay)}
	return delay
}
