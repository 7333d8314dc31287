//go:build !wasm

// Package chromium stands in for Google in a Chromium that is driven: it answers
// what Firebase's code in a page asks, and delivers push messages to the page's
// service worker. All else is real.
package chromium

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/chromedp"
)

// subscriptionScript stands for what the browser agrees on with its push service.
const subscriptionScript = `{
	let subscription = null
	PushManager.prototype.subscribe = async () => subscription ??= {
		endpoint: "https://push.example/",
		getKey: (name) => new Uint8Array(name === "auth" ? 16 : 65).buffer,
		unsubscribe: async () => { subscription = null; return true },
	}
	PushManager.prototype.getSubscription = async () => subscription
}`

// The two places that Firebase asks.
const (
	installationsURL = "https://firebaseinstallations.googleapis.com/"
	registrationsURL = "https://fcmregistrations.googleapis.com/"
)

// Attach answers in Google's place whatever the tab of ctx asks of it from now on.
// token returns what the browser is called, or "" to refuse it.
func Attach(ctx context.Context, token func() string) error {
	err := chromedp.Listen(ctx, func(event any) {
		if paused, ok := event.(*fetch.EventRequestPaused); ok {
			status, body := respond(paused, token)
			go fulfill(ctx, paused.RequestID, status, body) // not on the goroutine that listens
		}
	})
	if err != nil {
		return err
	}
	return chromedp.Do(ctx, func(ctx context.Context, tab *chromedp.Target) (none chromedp.Void, err error) {
		if _, err = cdp.Call(ctx, tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: subscriptionScript}); err != nil {
			return none, err
		}
		_, err = cdp.Call(ctx, tab, fetch.Enable, fetch.EnableParams{
			Patterns: []*fetch.RequestPattern{{URLPattern: installationsURL + "*"}, {URLPattern: registrationsURL + "*"}},
		})
		return none, err
	})
}

func respond(paused *fetch.EventRequestPaused, token func() string) (status int64, body any) {
	switch {
	case paused.Request.Method == "OPTIONS": // by which the browser asks whether it may
		return 200, nil
	case strings.HasPrefix(paused.Request.URL, installationsURL):
		return 200, map[string]any{"refreshToken": "r", "authToken": map[string]string{"token": "t", "expiresIn": "604800s"}}
	}
	if name := token(); name != "" {
		return 200, map[string]string{"token": name}
	}
	return 403, map[string]any{"error": map[string]string{"message": "not of this project"}}
}

func fulfill(ctx context.Context, id fetch.RequestID, status int64, body any) {
	encoded, _ := json.Marshal(body) // texts always encode
	_ = chromedp.Do(ctx, func(ctx context.Context, tab *chromedp.Target) (none chromedp.Void, err error) {
		_, err = cdp.Call(ctx, tab, fetch.FulfillRequest, fetch.FulfillRequestParams{
			RequestID: id, ResponseCode: status, Body: encoded,
			ResponseHeaders: []*fetch.HeaderEntry{
				{Name: "Content-Type", Value: "application/json"},
				{Name: "Access-Control-Allow-Origin", Value: "*"},
				{Name: "Access-Control-Allow-Headers", Value: "*"},
				{Name: "Access-Control-Allow-Methods", Value: "*"},
			},
		})
		return none, err // of a tab that has been closed
	})
}

// SetNotifications has the user allow notifications ("granted"), or block them
// ("denied"), in a browser with a profile on disk; another one has none.
func SetNotifications(ctx context.Context, setting browser.PermissionSetting) error {
	_, err := chromedp.CallBrowser(ctx, browser.SetPermission, browser.SetPermissionParams{
		Permission: &browser.PermissionDescriptor{Name: "notifications"}, Setting: setting,
	})
	return err
}

// workerTimeout is how long the browser may take to tell of a worker.
const workerTimeout = 5 * time.Second

// ErrNoWorker is returned by Deliver when the origin has no service worker.
var ErrNoWorker = errors.New("the page has no service worker yet")

// Deliver delivers a push message to the worker of the origin, as the browser does
// when its push service has one. It wakes the worker, whether or not a page is open.
func Deliver(ctx context.Context, origin string, payload []byte) error {
	return chromedp.Do(ctx, func(ctx context.Context, tab *chromedp.Target) (none chromedp.Void, err error) {
		id, err := findRegistration(ctx, tab, origin)
		if err != nil {
			return none, err
		}
		_, err = cdp.Call(ctx, tab, serviceworker.DeliverPushMessage, serviceworker.DeliverPushMessageParams{
			Origin: origin, RegistrationID: id, Data: string(payload),
		})
		return none, err
	})
}

// findRegistration returns the id under which the browser knows the origin's worker.
func findRegistration(ctx context.Context, tab *chromedp.Target, origin string) (serviceworker.RegistrationID, error) {
	found := make(chan serviceworker.RegistrationID, 1)
	ctx, stop := context.WithTimeout(ctx, workerTimeout)
	defer stop()
	err := chromedp.Listen(ctx, func(event any) {
		updated, ok := event.(*serviceworker.EventWorkerRegistrationUpdated)
		if !ok {
			return
		}
		for _, r := range updated.Registrations {
			if r.ScopeURL == origin+"/" && !r.IsDeleted {
				select {
				case found <- r.RegistrationID:
				default:
				}
			}
		}
	})
	if err != nil {
		return "", err
	}
	// It tells of all that there are after it has been switched on.
	for _, command := range []cdp.Command[cdp.Empty, cdp.Empty]{serviceworker.Disable, serviceworker.Enable} {
		if _, err := cdp.Call(ctx, tab, command, cdp.Empty{}); err != nil {
			return "", err
		}
	}
	select {
	case id := <-found:
		return id, nil
	case <-ctx.Done():
		return "", ErrNoWorker
	}
}
