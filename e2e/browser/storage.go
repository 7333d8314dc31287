//go:build e2e

package browser

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"
)

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
