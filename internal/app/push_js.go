package app

import (
	"context"
	"encoding/json"
	"syscall/js"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/saga/fetch"
	"github.com/atomsaga/atomsaga/saga/live"
	"github.com/atomsaga/atomsaga/saga/promise"
)

// pushAvailable reports whether the server has push.
func pushAvailable() bool { return app.Getenv(PushVariable) != "" }

// receivePushes hands the feed what the service worker is pushed, as long as the page
// is open. The feed has most of it already; it sorts that out.
func receivePushes() {
	workers := js.Global().Get("navigator").Get("serviceWorker")
	if !pushAvailable() || !workers.Truthy() {
		return
	}
	workers.Call("addEventListener", "message", js.FuncOf(func(_ js.Value, message []js.Value) any {
		data := message[0].Get("data")
		if data.Type() != js.TypeObject || data.Get("atomsaga").Type() != js.TypeObject {
			return nil // not worker.js's
		}
		text := data.Get("atomsaga").Get("events").String()
		go func() {
			var events []live.Event
			if json.Unmarshal([]byte(text), &events) == nil {
				for _, e := range events {
					feed.Deliver(e)
				}
			}
		}()
		return nil
	}))
}

// pushPermission is what the browser says of notifications; "" where it has no push.
func pushPermission() string {
	notification, worker := js.Global().Get("Notification"), js.Global().Get("navigator").Get("serviceWorker")
	if !notification.Truthy() || !worker.Truthy() || !js.Global().Get("PushManager").Truthy() {
		return ""
	}
	return notification.Get("permission").String()
}

// switchPush turns push on or off for this browser: see push/push.mjs.
func switchPush(ctx context.Context, on bool) error {
	bundle, err := loadBundle(ctx)
	if err != nil {
		return err
	}
	method, config := "off", ""
	if on {
		method, config = "on", app.Getenv(PushVariable)
	}
	_, err = promise.AwaitJS(ctx, bundle.Call(method, config))
	return err
}

// loadBundle loads web/push.js, the first time.
func loadBundle(ctx context.Context) (js.Value, error) {
	const name = "atomsagaPush"
	if bundle := js.Global().Get(name); bundle.Truthy() {
		return bundle, nil
	}
	document := js.Global().Get("document")
	script := document.Call("createElement", "script")
	script.Set("src", "/web/push.js")
	wait := js.FuncOf(func(_ js.Value, settle []js.Value) any {
		script.Set("onload", settle[0])
		script.Set("onerror", settle[1])
		return nil
	})
	defer wait.Release()
	loading := js.Global().Get("Promise").New(wait)
	document.Get("head").Call("append", script)
	if _, err := promise.AwaitJS(ctx, loading); err != nil {
		return js.Value{}, fetch.ErrNetwork
	}
	return js.Global().Get(name), nil
}
