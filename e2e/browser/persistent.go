//go:build e2e

package browser

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// OpenPersistent opens an empty tab in a Chromium of the test's own that has a profile on
// disk, which notifications need.
func OpenPersistent(t testing.TB, extra ...chromedp.ExecAllocatorOption) *Tab {
	t.Helper()
	path, err := findChromium()
	if err != nil {
		t.Fatal(err)
	}
	allocator, end := chromedp.NewExecAllocator(context.Background(),
		append(options(path), append(extra, chromedp.UserDataDir(t.TempDir()))...)...)
	t.Cleanup(end)
	return openTab(t, "failed-persistent", allocator)
}

// Context returns the tab's context for chromedp, for what this package has no method
// for. It is cancelled when the tab is closed.
func (tab *Tab) Context() context.Context { return tab.ctx }

// Minimize minimizes the tab's window, so that its page is hidden, or restores it.
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

// WaitForOpened waits until the browser has opened another page, and returns its tab.
func (tab *Tab) WaitForOpened() *Tab {
	tab.t.Helper()
	own := chromedp.FromContext(tab.ctx).Target.TargetID
	var opened target.ID
	tab.waitUntil("a page that was opened", "there", func(ctx context.Context, _ *chromedp.Target) (string, error) {
		all, err := chromedp.CallBrowser(ctx, target.GetTargets, target.GetTargetsParams{})
		for _, info := range all.TargetInfos {
			if info.Type == "page" && info.TargetID != own {
				opened = info.TargetID
				return "there", err
			}
		}
		return "", err
	})
	return openTab(tab.t, "failed-opened", tab.ctx, chromedp.WithTargetID(opened))
}
