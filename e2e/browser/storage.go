//go:build e2e

package browser

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"
)

// ClearStorage clears what the browser keeps for the page's origin, as its settings do,
// but for the files that its service worker keeps: while its pages are open.
func (tab *Tab) ClearStorage() {
	tab.t.Helper()
	origin := Eval[string](tab, `location.origin`)
	tab.do("clearing the storage", func(ctx context.Context, target *chromedp.Target) (none chromedp.Void, err error) {
		_, err = cdp.Call(ctx, target, storage.ClearDataForOrigin,
			storage.ClearDataForOriginParams{Origin: origin, StorageTypes: "cookies,indexeddb,local_storage,websql"})
		return none, err
	})
}
