//go:build e2e

package browser

import (
	"context"
	"errors"
	"fmt"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Element says how to find an element. It is looked up anew each time it is
// used, so it may be named before it is there and used after the page replaced
// it. Used where several match, it fails: see [Element.Nth].
type Element struct {
	tab        *Tab
	within     *Element // nil: the document
	role, name string   // as a screen reader says them
	css        string   // or this
	nth        int      // from 0; -1 when there must be only one
}

// Role finds by accessible role and name ("switch", "Has direction"), as the
// browser's accessibility tree has them: what this cannot find, a person with a
// screen reader cannot find either. An empty name matches any.
func (tab *Tab) Role(role, name string) *Element {
	return &Element{tab: tab, role: role, name: name, nth: -1}
}

// CSS finds by selector.
func (tab *Tab) CSS(selector string) *Element {
	return &Element{tab: tab, css: selector, nth: -1}
}

// TestID finds by the attribute data-testid.
func (tab *Tab) TestID(id string) *Element { return tab.CSS(testID(id)) }

// Role finds inside this element.
func (e *Element) Role(role, name string) *Element {
	return &Element{tab: e.tab, within: e, role: role, name: name, nth: -1}
}

// CSS finds inside this element.
func (e *Element) CSS(selector string) *Element {
	return &Element{tab: e.tab, within: e, css: selector, nth: -1}
}

// TestID finds inside this element.
func (e *Element) TestID(id string) *Element { return e.CSS(testID(id)) }

// Nth is one of several that match, counted from 0 in the order of the document.
func (e *Element) Nth(n int) *Element {
	one := *e
	one.nth = n
	return &one
}

func testID(id string) string { return fmt.Sprintf("[data-testid=%q]", id) }

// String says what is looked for, for a failed test.
func (e *Element) String() string {
	s := e.css
	if e.css == "" {
		s = fmt.Sprintf("%s %q", e.role, e.name)
	}
	if e.nth >= 0 {
		s += fmt.Sprintf(" (number %d)", e.nth)
	}
	if e.within != nil {
		s += " in " + e.within.String()
	}
	return s
}

// handle is an element that was found: it stays that one element.
type handle = runtime.RemoteObjectID

var errNotThere = errors.New("it is not there")

// findChromium looks the element up once. errNotThere and an error that counts the
// matches are both worth another look.
func (e *Element) find(ctx context.Context, target *chromedp.Target) (handle, error) {
	matches, err := e.all(ctx, target)
	switch {
	case err != nil:
		return "", err
	case e.nth >= len(matches), len(matches) == 0:
		return "", errNotThere
	case e.nth >= 0:
		return matches[e.nth](ctx)
	case len(matches) > 1:
		return "", fmt.Errorf("there are %d of them", len(matches))
	}
	return matches[0](ctx)
}

// all returns a way to get at each element that matches, Nth aside.
func (e *Element) all(ctx context.Context, target *chromedp.Target) ([]func(context.Context) (handle, error), error) {
	root, err := e.root(ctx, target)
	if err != nil {
		return nil, err
	}
	var matches []func(context.Context) (handle, error)
	if e.css != "" {
		count, err := call[int](ctx, target, root, `function(css) { return this.querySelectorAll(css).length }`, e.css)
		if err != nil {
			return nil, err
		}
		for n := range count {
			matches = append(matches, func(ctx context.Context) (handle, error) {
				found, err := call[*runtime.RemoteObject](ctx, target, root,
					`function(css, n) { return this.querySelectorAll(css)[n] }`, e.css, n)
				if err != nil {
					return "", err
				}
				if found.ObjectID == "" { // gone between the count and now
					return "", errNotThere
				}
				return found.ObjectID, nil
			})
		}
		return matches, nil
	}
	found, err := cdp.Call(ctx, target, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{
		ObjectID: root, Role: e.role, AccessibleName: e.name,
	})
	if err != nil {
		return nil, err
	}
	for _, node := range found.Nodes {
		if node.Ignored || node.BackendDOMNodeID == 0 {
			continue
		}
		matches = append(matches, func(ctx context.Context) (handle, error) {
			resolved, err := cdp.Call(ctx, target, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: node.BackendDOMNodeID})
			if err != nil {
				return "", err
			}
			return resolved.Object.ObjectID, nil
		})
	}
	return matches, nil
}

// root is what the element is looked for in.
func (e *Element) root(ctx context.Context, target *chromedp.Target) (handle, error) {
	if e.within != nil {
		return e.within.find(ctx, target)
	}
	document, err := chromedp.Evaluate[*runtime.RemoteObject](`document`)(ctx, target)
	if err != nil {
		return "", err
	}
	return document.ObjectID, nil
}

// call calls a JavaScript function with the element as its this.
func call[T any](ctx context.Context, target *chromedp.Target, this handle, function string, arguments ...any) (T, error) {
	on := func(p *runtime.CallFunctionOnParams) { p.ObjectID = this }
	return chromedp.CallFunctionOn[T](function, on, arguments...)(ctx, target)
}
