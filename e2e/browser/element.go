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

// An Element tells how to find an element of the page. It is looked up each time it is
// used, so it may be made before the element exists and used after the page has replaced
// it. When several elements match its methods fail: see [Element.Nth].
type Element struct {
	tab        *Tab
	within     *Element // nil for the document
	role, name string   // in the accessibility tree
	css        string   // a selector, instead of role and name
	nth        int      // index of the match; -1 when there must be only one
}

// Role finds an element by its role and name in the accessibility tree ("switch", "Has
// direction"): what it cannot find, a person with a screen reader cannot find either. An
// empty name matches any name.
func (tab *Tab) Role(role, name string) *Element {
	return &Element{tab: tab, role: role, name: name, nth: -1}
}

// CSS finds an element by a CSS selector.
func (tab *Tab) CSS(selector string) *Element {
	return &Element{tab: tab, css: selector, nth: -1}
}

// TestID finds an element by the attribute data-testid.
func (tab *Tab) TestID(id string) *Element { return tab.CSS(testID(id)) }

// Role is [Tab.Role] inside this element.
func (e *Element) Role(role, name string) *Element {
	return &Element{tab: e.tab, within: e, role: role, name: name, nth: -1}
}

// CSS is [Tab.CSS] inside this element.
func (e *Element) CSS(selector string) *Element {
	return &Element{tab: e.tab, within: e, css: selector, nth: -1}
}

// TestID is [Tab.TestID] inside this element.
func (e *Element) TestID(id string) *Element { return e.CSS(testID(id)) }

// Nth returns the match with index n, in the order of the document.
func (e *Element) Nth(n int) *Element {
	one := *e
	one.nth = n
	return &one
}

func testID(id string) string { return fmt.Sprintf("[data-testid=%q]", id) }

// String describes the element, for the messages of failed tests.
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

// A handle is an element that was found.
type handle = runtime.RemoteObjectID

var errNotThere = errors.New("it is not there")

// find looks the element up once. It may succeed later, when its error is errNotThere or
// says that there are several matches.
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

// all returns a function for each match, ignoring Nth, that returns its handle.
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

// root returns the handle of the element to search in.
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
