//go:build e2e

package browser

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Persistent opens an empty tab in a Chromium of the test's own, with a profile
// on disk, as New's have none: notifications need one.
func Persistent(t testing.TB, more ...chromedp.ExecAllocatorOption) *Tab {
	t.Helper()
	path, err := find()
	if err != nil {
		t.Fatal(err)
	}
	allocator, end := chromedp.NewExecAllocator(context.Background(),
		append(options(path), append(more, chromedp.UserDataDir(t.TempDir()))...)...)
	t.Cleanup(end)
	return open(t, "failed-persistent", allocator)
}

// SetNotifications has the user allow notifications ("granted"), or block them ("denied").
func (tab *Tab) SetNotifications(setting browser.PermissionSetting) {
	tab.t.Helper()
	tab.do("notifications: "+string(setting), func(ctx context.Context, _ *chromedp.Target) (none chromedp.Void, err error) {
		_, err = chromedp.CallBrowser(ctx, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: "notifications"}, Setting: setting,
		})
		return none, err
	})
}

// Minimize minimizes the window that the tab is in, so that nobody sees its page
// any more, or has it back.
func (tab *Tab) Minimize(minimized bool) {
	tab.t.Helper()
	state := browser.WindowStateNormal
	if minimized {
		state = browser.WindowStateMinimized
	}
	tab.do("making the window "+string(state), func(ctx context.Context, target *chromedp.Target) (none chromedp.Void, err error) {
		window, err := cdp.Call(ctx, target, browser.GetWindowForTarget, browser.GetWindowForTargetParams{})
		if err != nil {
			return none, err
		}
		_, err = cdp.Call(ctx, target, browser.SetWindowBounds, browser.SetWindowBoundsParams{
			WindowID: window.WindowID, Bounds: &browser.Bounds{WindowState: state},
		})
		return none, err
	})
}

// Answer answers what the page asks of another origin, in its place. The pattern
// is a URL with * for any characters.
func (tab *Tab) Answer(pattern string, answer func(r *network.Request) (status int64, body any)) {
	tab.t.Helper()
	err := chromedp.Listen(tab.ctx, func(event any) {
		paused, ok := event.(*fetch.EventRequestPaused)
		if !ok || !matches(pattern, paused.Request.URL) {
			return
		}
		status, body := int64(200), any(nil)
		if paused.Request.Method != "OPTIONS" { // by which the browser asks whether it may
			status, body = answer(paused.Request)
		}
		encoded, _ := json.Marshal(body)
		go chromedp.Do(tab.ctx, func(ctx context.Context, target *chromedp.Target) (none chromedp.Void, err error) {
			_, err = cdp.Call(ctx, target, fetch.FulfillRequest, fetch.FulfillRequestParams{
				RequestID: paused.RequestID, ResponseCode: status, Body: encoded,
				ResponseHeaders: []*fetch.HeaderEntry{
					{Name: "Content-Type", Value: "application/json"},
					{Name: "Access-Control-Allow-Origin", Value: "*"},
					{Name: "Access-Control-Allow-Headers", Value: "*"},
					{Name: "Access-Control-Allow-Methods", Value: "*"},
				},
			})
			return none, err
		})
	})
	if err != nil {
		tab.t.Fatal(err)
	}
	tab.answered = append(tab.answered, &fetch.RequestPattern{URLPattern: pattern})
	tab.do("answering "+pattern, func(ctx context.Context, target *chromedp.Target) (none chromedp.Void, err error) {
		_, err = cdp.Call(ctx, target, fetch.Enable, fetch.EnableParams{Patterns: tab.answered})
		return none, err
	})
}

// matches reports whether the address is the pattern's: its parts between the
// stars, in this order, from the beginning to the end.
func matches(pattern, address string) bool {
	parts := strings.Split(pattern, "*")
	rest, ok := strings.CutPrefix(address, parts[0])
	for _, part := range parts[1:] {
		_, after, found := strings.Cut(rest, part)
		ok, rest = ok && found, after
	}
	return ok
}

// Push delivers a push message to the worker of the origin, as the browser does
// when its push service has one. It wakes the worker, whether or not a page is open.
func (tab *Tab) Push(origin string, payload []byte) {
	tab.t.Helper()
	tab.until("the worker of "+origin, "pushed", func(ctx context.Context, target *chromedp.Target) (string, error) {
		id, err := registration(ctx, target, origin)
		if err != nil {
			return "", err
		}
		_, err = cdp.Call(ctx, target, serviceworker.DeliverPushMessage, serviceworker.DeliverPushMessageParams{
			Origin: origin, RegistrationID: id, Data: string(payload),
		})
		return "pushed", err
	})
}

// registration returns the id under which the browser knows the origin's worker.
func registration(ctx context.Context, target *chromedp.Target, origin string) (serviceworker.RegistrationID, error) {
	var mu sync.Mutex
	var id serviceworker.RegistrationID
	listening, stop := context.WithCancel(ctx)
	defer stop()
	err := chromedp.Listen(listening, func(event any) {
		updated, ok := event.(*serviceworker.EventWorkerRegistrationUpdated)
		if !ok {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		for _, r := range updated.Registrations {
			if r.ScopeURL == origin+"/" && !r.IsDeleted {
				id = r.RegistrationID
			}
		}
	})
	if err != nil {
		return "", err
	}
	// It tells of all that there are when it is switched on.
	for _, command := range []cdp.Command[cdp.Empty, cdp.Empty]{serviceworker.Disable, serviceworker.Enable} {
		if _, err := cdp.Call(ctx, target, command, cdp.Empty{}); err != nil {
			return "", err
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if id == "" {
		return "", errors.New("it has none")
	}
	return id, nil
}

// Opened waits until the browser has opened another page, by itself, and returns it.
func (tab *Tab) Opened() *Tab {
	tab.t.Helper()
	own := chromedp.FromContext(tab.ctx).Target.TargetID
	var opened target.ID
	tab.until("a page that was opened", "there", func(ctx context.Context, _ *chromedp.Target) (string, error) {
		all, err := chromedp.CallBrowser(ctx, target.GetTargets, target.GetTargetsParams{})
		for _, info := range all.TargetInfos {
			if info.Type == "page" && info.TargetID != own {
				opened = info.TargetID
				return "there", err
			}
		}
		return "", err
	})
	return open(tab.t, "failed-opened", tab.ctx, chromedp.WithTargetID(opened))
}
