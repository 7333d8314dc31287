// Package promise waits for promises of the browser, in effects that call the browser or a
// script of the page:
//
//	share := saga.Update(func(k *Kind) { k.Shared = true }).
//		Effect(func(ctx context.Context, k Kind) error {
//			_, err := promise.Await(ctx, app.Window().Get("navigator").Call("share", map[string]any{"title": k.Name}))
//			return err
//		})
package promise
