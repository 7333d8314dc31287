//go:build e2e

package browser

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
)

// pollInterval is the time between two checks of a condition. Polling from outside,
// instead of an observer in the page, works across reloads and under a content security
// policy that forbids eval.
const pollInterval = 10 * time.Millisecond

// WantText waits until the element shows the text, ignoring white space around it.
func (e *Element) WantText(want string) {
	e.tab.t.Helper()
	e.want("its text", want, `function() { return this.innerText.trim() }`)
}

// WantAttribute waits until the attribute has the value; a missing attribute has "".
func (e *Element) WantAttribute(name, want string) {
	e.tab.t.Helper()
	e.want(name, want, `function(name) { return this.getAttribute(name) ?? "" }`, name)
}

// WantValue waits until the field holds the value.
func (e *Element) WantValue(want string) {
	e.tab.t.Helper()
	e.want("its value", want, `function() { return this.value }`)
}

// WantFocus waits until the element has the focus.
func (e *Element) WantFocus() {
	e.tab.t.Helper()
	e.want("the focus is on", "it", `function() {
		const active = document.activeElement
		return active === this ? "it" : active.outerHTML.slice(0, 200)
	}`)
}

// WantVisible waits until the element is visible, in view or not.
func (e *Element) WantVisible() {
	e.tab.t.Helper()
	e.want("visible", "true", `function() {
		return String(this.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
	}`)
}

// WantCount waits until exactly that many elements match.
func (e *Element) WantCount(want int) {
	e.tab.t.Helper()
	e.tab.waitUntil(fmt.Sprintf("%v: how many", e), strconv.Itoa(want), func(ctx context.Context, target *chromedp.Target) (string, error) {
		matches, err := e.all(ctx, target)
		return strconv.Itoa(len(matches)), err
	})
}

// WantNone waits until no element matches.
func (e *Element) WantNone() {
	e.tab.t.Helper()
	e.WantCount(0)
}

// WantURL waits until the tab's address ends with end.
func (tab *Tab) WantURL(end string) {
	tab.t.Helper()
	tab.waitUntil("the address ends in", end, func(ctx context.Context, target *chromedp.Target) (string, error) {
		address, err := chromedp.Evaluate[string](`location.href`)(ctx, target)
		if strings.HasSuffix(address, end) {
			return end, err
		}
		return address, err
	})
}

// WantTrue waits until the JavaScript expression, or the promise it returns, is true.
func (tab *Tab) WantTrue(expression string) {
	tab.t.Helper()
	tab.waitUntil(expression, "true", func(ctx context.Context, target *chromedp.Target) (string, error) {
		value, err := chromedp.Evaluate[[]byte](expression, chromedp.EvalAwaitPromise, chromedp.EvalAsValue)(ctx, target)
		return string(value), err
	})
}

// Text waits for the element and returns the text that it shows.
func (e *Element) Text() string {
	e.tab.t.Helper()
	return get[string](e, `function() { return this.innerText.trim() }`)
}

// Attribute waits for the element and returns the attribute, "" when it is missing.
func (e *Element) Attribute(name string) string {
	e.tab.t.Helper()
	return get[string](e, `function(name) { return this.getAttribute(name) ?? "" }`, name)
}

// Value waits for the field and returns its value.
func (e *Element) Value() string {
	e.tab.t.Helper()
	return get[string](e, `function() { return this.value }`)
}

// get waits for the element and returns the result of the function, called on it once.
func get[T any](e *Element, function string, arguments ...any) T {
	e.tab.t.Helper()
	var value T
	e.act("reading", func(ctx context.Context, target *chromedp.Target, found handle) (err error) {
		value, err = call[T](ctx, target, found, function, arguments...)
		return err
	})
	return value
}

// want waits until the function, called on the element, returns want.
func (e *Element) want(what, want, function string, arguments ...any) {
	e.tab.t.Helper()
	e.tab.waitUntil(fmt.Sprintf("%v: %s", e, what), want, func(ctx context.Context, target *chromedp.Target) (string, error) {
		found, err := e.find(ctx, target)
		if err != nil {
			return "", err
		}
		return call[string](ctx, target, found, function, arguments...)
	})
}

// act waits for the element and calls do with it, and tries again when do fails.
func (e *Element) act(what string, do func(context.Context, *chromedp.Target, handle) error) {
	e.tab.t.Helper()
	e.tab.waitUntil(fmt.Sprintf("%v: %s", e, what), "", func(ctx context.Context, target *chromedp.Target) (string, error) {
		found, err := e.find(ctx, target)
		if err != nil {
			return "", err
		}
		return "", do(ctx, target, found)
	})
}

// waitUntil polls until ask returns want, at least once. It fails the test after the
// timeout.
func (tab *Tab) waitUntil(what, want string, ask chromedp.Action[string]) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, tab.timeout+timeout)
	defer cancel()
	for start := time.Now(); ; time.Sleep(pollInterval) {
		got, err := chromedp.Run(ctx, ask)
		switch {
		case err == nil && got == want:
			return
		case time.Since(start) < tab.timeout:
			continue
		case err != nil:
			tab.t.Fatalf("%s: after %v %v", what, tab.timeout, err)
		default:
			tab.t.Fatalf("%s: after %v is %q, want %q", what, tab.timeout, got, want)
		}
	}
}
