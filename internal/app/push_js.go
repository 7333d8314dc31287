package app

import (
	"context"
	"encoding/json"
	"errors"
	"syscall/js"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/saga/fetch"
	"github.com/atomsaga/atomsaga/saga/live"
)

// pushPossible reports whether the server has push.
func pushPossible() bool { return app.Getenv(PushVariable) != "" }

// receive hands the feed what the service worker is pushed, as long as the page
// is open. The feed has most of it already; it sorts that out.
func receive() {
	workers := js.Global().Get("navigator").Get("serviceWorker")
	if !pushPossible() || !workers.Truthy() {
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

// allowed is what the browser says of notifications; "" where it has no push.
func allowed() string {
	notification, worker := js.Global().Get("Notification"), js.Global().Get("navigator").Get("serviceWorker")
	if !notification.Truthy() || !worker.Truthy() || !js.Global().Get("PushManager").Truthy() {
		return ""
	}
	return notification.Get("permission").String()
}

// turnPush turns push on or off for this browser: see push/push.mjs.
func turnPush(ctx context.Context, on bool) error {
	bundle, err := loadBundle(ctx)
	if err != nil {
		return err
	}
	if on {
		return await(ctx, bundle.Call("on", app.Getenv(PushVariable)))
	}
	return await(ctx, bundle.Call("off"))
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
	if err := await(ctx, loading); err != nil {
		return js.Value{}, fetch.ErrNetwork
	}
	return js.Global().Get(name), nil
}

// await waits until a promise is settled, or ctx is done.
func await(ctx context.Context, promise js.Value) error {
	settled := make(chan error, 1)
	var fulfill, reject js.Func
	settle := func(err error) any {
		fulfill.Release()
		reject.Release()
		settled <- err
		return nil
	}
	fulfill = js.FuncOf(func(js.Value, []js.Value) any { return settle(nil) })
	reject = js.FuncOf(func(_ js.Value, reason []js.Value) any {
		return settle(errors.New(reason[0].Get("message").String()))
	})
	promise.Call("then", fulfill, reject)
	select {
	case err := <-settled:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
