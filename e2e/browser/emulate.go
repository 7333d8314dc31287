//go:build e2e

package browser

import (
	"context"
	"errors"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// SetOffline disconnects the page and its service workers from the network, or connects
// them again. Offline, navigator.onLine is false and every request fails.
func (tab *Tab) SetOffline(offline bool) {
	tab.t.Helper()
	tab.do("switching the network", func(ctx context.Context, target *chromedp.Target) (none chromedp.Void, err error) {
		if err := disconnect(ctx, target, offline); err != nil {
			return none, err
		}
		if !offline {
			for _, reconnect := range tab.reconnect {
				reconnect()
			}
			tab.reconnect = nil
			return none, nil
		}
		// Workers have to be disconnected on their own.
		workers, err := tab.workers(ctx)
		if err != nil {
			return none, err
		}
		for _, id := range workers {
			worker, leave := chromedp.NewContext(tab.ctx, chromedp.WithTargetID(id), chromedp.WithDetachOnCancel())
			tab.reconnect = append(tab.reconnect, leave) // detaching from a worker connects it again
			if err := chromedp.Do(worker, func(ctx context.Context, target *chromedp.Target) (none chromedp.Void, err error) {
				return none, disconnect(ctx, target, offline)
			}); err != nil {
				return none, err
			}
		}
		return none, nil
	})
}

// disconnect disconnects one target from the network, or connects it again.
func disconnect(ctx context.Context, target *chromedp.Target, offline bool) error {
	rules := network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{}}
	if offline {
		rules.MatchedNetworkConditions = append(rules.MatchedNetworkConditions,
			&network.Conditions{Offline: true, DownloadThroughput: -1, UploadThroughput: -1})
	}
	state := network.OverrideNetworkStateParams{Offline: offline, DownloadThroughput: -1, UploadThroughput: -1}
	_, err := cdp.Call(ctx, target, network.EmulateNetworkConditionsByRule, rules)
	if invalid := (*cdproto.Error)(nil); errors.As(err, &invalid) {
		// An older Chromium has one command for both.
		return target.Call(ctx, "Network.emulateNetworkConditions", state, nil)
	}
	if err == nil {
		_, err = cdp.Call(ctx, target, network.OverrideNetworkState, state)
	}
	return err
}

// workers returns the service workers of the tab's browser.
func (tab *Tab) workers(ctx context.Context) ([]target.ID, error) {
	all, err := chromedp.CallBrowser(ctx, target.GetTargets, target.GetTargetsParams{})
	var workers []target.ID
	own := chromedp.FromContext(tab.ctx).BrowserContextID // "" in a persistent browser
	for _, info := range all.TargetInfos {
		if info.Type == "service_worker" && (own == "" || info.BrowserContextID == own) {
			workers = append(workers, info.TargetID)
		}
	}
	return workers, err
}

// SetDark makes the page prefer dark colours, or light ones.
func (tab *Tab) SetDark(dark bool) {
	tab.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	tab.do("asking for "+scheme+" colours", func(ctx context.Context, target *chromedp.Target) (none chromedp.Void, err error) {
		_, err = cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return none, err
	})
}

// Resize sets the size of the window, in CSS pixels.
func (tab *Tab) Resize(width, height int64) {
	tab.t.Helper()
	tab.do("resizing the window", chromedp.EmulateViewport(width, height))
}

// EmulatePhone gives the page the screen of a phone, with touch events.
func (tab *Tab) EmulatePhone() {
	tab.t.Helper()
	tab.do("becoming a phone", chromedp.EmulateViewport(390, 844, chromedp.EmulateScale(2), chromedp.EmulateMobile, chromedp.EmulateTouch))
}
