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

// pushAvailable reports whether push is on at the server.
func pushAvailable() bool { return app.Getenv(PushVariable) != "" }

// receivePushes delivers the events of push messages, which the service worker passes
// on while the page is open, to the feed. The feed ignores events that it has already.
func receivePushes() {
	workers := js.Global().Get("navigator").Get("serviceWorker")
	if !pushAvailable() || !workers.Truthy() {
		return
	}
	workers.Call("addEventListener", "message", js.FuncOf(func(_ js.Value, message []js.Value) any {
		data := message[0].Get("data")
		if data.Type() != js.TypeObject || data.Get("atomsaga").Type() != js.TypeObject {
			return nil // not from worker.js
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

// pushPermission returns the browser's permission for notifications: "granted",
// "denied", "default", or "" when it has no push.
func pushPermission() string {
	notification, worker := js.Global().Get("Notification"), js.Global().Get("navigator").Get("serviceWorker")
	if !notification.Truthy() || !worker.Truthy() || !js.Global().Get("PushManager").Truthy() {
		return ""
	}
	return notification.Get("permission").String()
}

// switchPush turns push on or off for this browser; push/push.mjs does the work.
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

// loadBundle returns the object of web/push.js, which it loads the first time.
func loadBundle(ctx context.Context) (js.Value, error) {
	const name = "atomsagaPush"
	if bundle := js.Global().Get(name); bundle.Truthy() {
		return bundle, nil
	}
	document := js.Global().Get("document")
	script := document.Call("createElement", "script")
	script.Set("src", "/web/push.js")
	executor := js.FuncOf(func(_ js.Value, callbacks []js.Value) any {
		script.Set("onload", callbacks[0])
		script.Set("onerror", callbacks[1])
		return nil
	})
	defer executor.Release()
	loading := js.Global().Get("Promise").New(executor)
	document.Get("head").Call("append", script)
	if _, err := promise.AwaitJS(ctx, loading); err != nil {
		return js.Value{}, fetch.ErrNetwork
	}
	return js.Global().Get(name), nil
}
