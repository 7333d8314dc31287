//go:build !wasm

// Package chromium stands in for Google in a Chromium under test: it answers the
// requests of Firebase's code in a page, and delivers push messages to the page's
// service worker. Everything else is real.
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

// subscriptionScript replaces the subscription of the browser at its push service.
const subscriptionScript = `{
	let subscription = null
	PushManager.prototype.subscribe = async () => subscription ??= {
		endpoint: "https://push.example/",
		getKey: (name) => new Uint8Array(name === "auth" ? 16 : 65).buffer,
		unsubscribe: async () => { subscription = null; return true },
	}
	PushManager.prototype.getSubscription = async () => subscription
}`

// The two services that Firebase requests.
const (
	installationsURL = "https://firebaseinstallations.googleapis.com/"
	registrationsURL = "https://fcmregistrations.googleapis.com/"
)

// Attach answers the requests to Google of the tab of ctx from now on. token returns the
// token for the browser, or "" to refuse it one.
func Attach(ctx context.Context, token func() string) error {
	err := chromedp.Listen(ctx, func(event any) {
		if paused, ok := event.(*fetch.EventRequestPaused); ok {
			status, body := respond(paused, token)
			go fulfill(ctx, paused.RequestID, status, body) // a listener must not block
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

// respond returns the answer to a request.
func respond(paused *fetch.EventRequestPaused, token func() string) (status int64, body any) {
	switch {
	case paused.Request.Method == "OPTIONS": // a preflight
		return 200, nil
	case strings.HasPrefix(paused.Request.URL, installationsURL):
		return 200, map[string]any{"refreshToken": "r", "authToken": map[string]string{"token": "t", "expiresIn": "604800s"}}
	}
	if name := token(); name != "" {
		return 200, map[string]string{"token": name}
	}
	return 403, map[string]any{"error": map[string]string{"message": "not of this project"}}
}

// fulfill answers the paused request with that id.
func fulfill(ctx context.Context, id fetch.RequestID, status int64, body any) {
	encoded, _ := json.Marshal(body) // strings always encode
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
		return none, err // ignored: the tab was closed
	})
}

// SetNotifications allows notifications ("granted") or blocks them ("denied"), as the
// user would. The browser must have a profile on disk.
func SetNotifications(ctx context.Context, setting browser.PermissionSetting) error {
	_, err := chromedp.CallBrowser(ctx, browser.SetPermission, browser.SetPermissionParams{
		Permission: &browser.PermissionDescriptor{Name: "notifications"}, Setting: setting,
	})
	return err
}

// workerTimeout is how long the browser may take to report a worker.
const workerTimeout = 5 * time.Second

// ErrNoWorker is returned by Deliver when the origin has no service worker.
var ErrNoWorker = errors.New("the page has no service worker yet")

// Deliver delivers a push message to the service worker of the origin, as the browser
// does when its push service sends one. It starts the worker, whether or not a page is
// open.
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

// findRegistration returns the id of the origin's service worker in the browser.
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
	// The browser reports all workers after this has been enabled.
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
