//go:build e2e

package browser

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"
)

// A Tab is an open page in the browser. Its methods fail its test when they cannot do
// what they say. They must be called on the goroutine of the test.
type Tab struct {
	t       testing.TB
	ctx     context.Context
	console *console
	name    string        // suffix of the files of a failed test
	timeout time.Duration // see the package's timeout

	close     context.CancelFunc
	scripts   []string             // of Prepare
	reconnect []context.CancelFunc // gives each worker its network back
}

// Open opens the address in a new browser profile: no cookie, cache, worker or storage is
// shared with another test. The tab is closed at the end of the test.
func Open(t testing.TB, url string) *Tab {
	t.Helper()
	tab := New(t)
	tab.Goto(url)
	return tab
}

// New opens an empty tab in a new browser profile.
func New(t testing.TB) *Tab {
	t.Helper()
	return openTab(t, "failed", chromium, chromedp.WithNewBrowserContext())
}

// OpenAnother opens the address in a second tab of the same browser profile, with the
// same scripts of Prepare.
func (tab *Tab) OpenAnother(url string) *Tab {
	tab.t.Helper()
	same := chromedp.FromContext(tab.ctx).BrowserContextID
	another := openTab(tab.t, "failed-another", chromium, chromedp.WithExistingBrowserContext(same))
	for _, script := range tab.scripts {
		another.Prepare(script)
	}
	another.Goto(url)
	return another
}

// Prepare runs the script in every page that this tab opens from now on, before the
// page's own scripts.
func (tab *Tab) Prepare(script string) {
	tab.t.Helper()
	tab.scripts = append(tab.scripts, script)
	tab.do("preparing", func(ctx context.Context, target *chromedp.Target) (none chromedp.Void, err error) {
		_, err = cdp.Call(ctx, target, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
		return none, err
	})
}

func openTab(t testing.TB, name string, parent context.Context, options ...chromedp.ContextOption) *Tab {
	t.Helper()
	tab := &Tab{t: t, name: name, console: &console{crashed: make(chan struct{})}, timeout: timeout}
	options = append(options, chromedp.WithListener(tab.console.handleEvent))
	tab.ctx, tab.close = chromedp.NewContext(parent, options...)
	t.Cleanup(func() {
		tab.console.report(t)
		if t.Failed() {
			tab.saveEvidence()
		}
		for _, reconnect := range tab.reconnect {
			reconnect()
		}
		tab.close()
	})
	for start := time.Now(); ; time.Sleep(pollInterval) {
		err := chromedp.Do(tab.ctx)
		if err == nil {
			return tab
		}
		if !strings.Contains(err.Error(), "execution context") || time.Since(start) > timeout {
			t.Fatalf("opening a tab: %v", err)
		}
		// A page that the browser is opening changes its process, and runs no script
		// meanwhile. The context that has met that would close the page if it ended
		// now: it ends with its parent.
		tab.ctx, tab.close = chromedp.NewContext(parent, options...)
	}
}

// Goto opens the address in this tab, and returns when the page has loaded.
func (tab *Tab) Goto(url string) {
	tab.t.Helper()
	tab.do("going to "+url, chromedp.Navigate(url))
}

// Reload loads the page again, as the reload button does.
func (tab *Tab) Reload() {
	tab.t.Helper()
	tab.do("reloading", chromedp.Reload())
}

// Back goes one page back in the tab's history. It does not wait for a page to load:
// inside one app nothing is loaded.
func (tab *Tab) Back() {
	tab.t.Helper()
	tab.do("going back", chromedp.Evaluate[chromedp.Void](`history.back()`))
}

// Forward is Back in the other direction.
func (tab *Tab) Forward() {
	tab.t.Helper()
	tab.do("going forward", chromedp.Evaluate[chromedp.Void](`history.forward()`))
}

// BringToFront brings the tab to the front, where its page is drawn and its timers are
// not delayed.
func (tab *Tab) BringToFront() {
	tab.t.Helper()
	tab.do("bringing the tab to the front", func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, page.BringToFront, cdp.Empty{})
		return chromedp.Void{}, err
	})
}

// ClearStorage clears the storage of the page's origin while its pages are open, as a
// user can in the settings, except the files of its service worker.
func (tab *Tab) ClearStorage() {
	tab.t.Helper()
	origin := Eval[string](tab, `location.origin`)
	tab.do("clearing the storage", func(ctx context.Context, target *chromedp.Target) (none chromedp.Void, err error) {
		_, err = cdp.Call(ctx, target, storage.ClearDataForOrigin,
			storage.ClearDataForOriginParams{Origin: origin, StorageTypes: "cookies,indexeddb,local_storage,websql"})
		return none, err
	})
}

// Close closes the tab before the end of its test.
func (tab *Tab) Close() { tab.close() }

// Crash kills the page's process, as when the machine is out of memory: the page gets no
// event. The tab cannot be used afterwards.
func (tab *Tab) Crash() {
	tab.t.Helper()
	tab.Allow("the page crashed")
	ctx, cancel := context.WithTimeout(tab.ctx, tab.timeout)
	defer cancel()
	go chromedp.Do(ctx, func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, page.Crash, cdp.Empty{}) // has no answer
		return chromedp.Void{}, err
	})
	select {
	case <-tab.console.crashed:
	case <-ctx.Done():
		tab.t.Fatalf("the tab did not crash in %v", tab.timeout)
	}
}

// Eval returns the value of a JavaScript expression in the page, and awaits it if it is a
// promise. Prefer an Element for what a person can see.
func Eval[T any](tab *Tab, expression string) T {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, tab.timeout)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		tab.t.Fatalf("evaluating %s: %v", expression, err)
	}
	return value
}

// do runs an action with the timeout of the tab.
func (tab *Tab) do(what string, action chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, tab.timeout)
	defer cancel()
	if err := chromedp.Do(ctx, action); err != nil {
		tab.t.Fatalf("%s: %v", what, err)
	}
}
