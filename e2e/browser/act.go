//go:build e2e

package browser

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Click scrolls the element into view and clicks its center with the mouse. It fails when
// another element covers it.
func (e *Element) Click() {
	e.tab.t.Helper()
	e.act("clicking", func(ctx context.Context, target *chromedp.Target, found handle) error {
		x, y, err := centerOf(ctx, target, found)
		if err != nil {
			return err
		}
		covered, err := call[string](ctx, target, found, `function(x, y) {
			const hit = document.elementFromPoint(x, y)
			if (hit && (this.contains(hit) || hit.contains(this) || [...(this.labels ?? [])].some(l => l.contains(hit)))) return ""
			return hit ? hit.outerHTML.slice(0, 200) : "nothing is drawn there"
		}`, x, y)
		if err != nil {
			return err
		}
		if covered != "" {
			return errors.New("it is covered by " + covered)
		}
		_, err = chromedp.MouseClickXY(x, y)(ctx, target)
		return err
	})
}

// centerOf scrolls the element into view and returns its center on the screen.
func centerOf(ctx context.Context, target *chromedp.Target, found handle) (x, y float64, err error) {
	if _, err := cdp.Call(ctx, target, dom.ScrollIntoViewIfNeeded, dom.ScrollIntoViewIfNeededParams{ObjectID: found}); err != nil {
		return 0, 0, err
	}
	quads, err := cdp.Call(ctx, target, dom.GetContentQuads, dom.GetContentQuadsParams{ObjectID: found})
	if err != nil {
		return 0, 0, err
	}
	if len(quads.Quads) == 0 {
		return 0, 0, errors.New("it is not drawn")
	}
	corners := quads.Quads[0]
	for i := 0; i < len(corners); i += 2 {
		x += corners[i] / 4
		y += corners[i+1] / 4
	}
	return x, y, nil
}

// Focus focuses the element.
func (e *Element) Focus() {
	e.tab.t.Helper()
	e.act("focusing", func(ctx context.Context, target *chromedp.Target, found handle) error {
		_, err := call[chromedp.Void](ctx, target, found, `function() { this.focus() }`)
		return err
	})
}

// Fill clicks the field and replaces its text by typing key by key.
func (e *Element) Fill(text string) {
	e.tab.t.Helper()
	e.Click()
	e.WantFocus()
	e.tab.Press("Control+a")
	if text == "" {
		e.tab.Press("Delete")
		return
	}
	e.tab.Type(text)
}

// Choose selects the option with this value or label. The page gets the events input and
// change.
func (e *Element) Choose(option string) {
	e.tab.t.Helper()
	e.act("choosing "+option, func(ctx context.Context, target *chromedp.Target, found handle) error {
		has, err := call[string](ctx, target, found, `function(wanted) {
			const option = [...this.options].find(o => o.value === wanted || o.label.trim() === wanted)
			if (!option) return "its options are " + [...this.options].map(o => o.label.trim()).join(", ")
			this.focus()
			this.value = option.value
			this.dispatchEvent(new Event("input", { bubbles: true }))
			this.dispatchEvent(new Event("change", { bubbles: true }))
			return ""
		}`, option)
		if err != nil {
			return err
		}
		if has != "" {
			return errors.New(has)
		}
		return nil
	})
}

// Slide sets a range to the value. The page gets the events input and change, once each.
func (e *Element) Slide(value float64) {
	e.tab.t.Helper()
	e.act(fmt.Sprintf("sliding to %v", value), func(ctx context.Context, target *chromedp.Target, found handle) error {
		at, err := call[float64](ctx, target, found, `function(value) {
			this.focus()
			this.value = value
			this.dispatchEvent(new Event("input", { bubbles: true }))
			this.dispatchEvent(new Event("change", { bubbles: true }))
			return this.valueAsNumber
		}`, value)
		if err == nil && at != value {
			err = fmt.Errorf("it stops at %v", at)
		}
		return err
	})
}

// Type types the text into the focused element, key by key.
func (tab *Tab) Type(text string) {
	tab.t.Helper()
	tab.do("typing "+text, chromedp.KeyEvent(text))
}

// keys has the keys that Press accepts by name, as in KeyboardEvent.key.
var keys = map[string]string{
	"Tab": kb.Tab, "Enter": kb.Enter, "Space": " ", "Escape": kb.Escape,
	"Backspace": kb.Backspace, "Delete": kb.Delete, "Home": kb.Home, "End": kb.End,
	"ArrowLeft": kb.ArrowLeft, "ArrowRight": kb.ArrowRight, "ArrowUp": kb.ArrowUp, "ArrowDown": kb.ArrowDown,
}

var modifiers = map[string]chromedp.Modifier{
	"Shift": chromedp.ModifierShift, "Control": chromedp.ModifierCtrl, "Alt": chromedp.ModifierAlt,
}

// Press presses keys one after the other in the focused element. Each is a letter, a name
// as in KeyboardEvent.key, or a combination such as "Shift+Tab".
func (tab *Tab) Press(presses ...string) {
	tab.t.Helper()
	for _, press := range presses {
		parts := strings.Split(press, "+")
		key, held := parts[len(parts)-1], parts[:len(parts)-1]
		if code, ok := keys[key]; ok {
			key = code
		} else if len([]rune(key)) != 1 {
			tab.t.Fatalf("no key is named %q", key)
		}
		var options []chromedp.KeyOption
		for _, name := range held {
			modifier, ok := modifiers[name]
			if !ok {
				tab.t.Fatalf("no modifier is named %q", name)
			}
			options = append(options, chromedp.KeyModifiers(modifier))
		}
		if press == "Control+a" {
			// Headless Chromium has no shortcuts of a desktop; it is sent the command.
			options = append(options, func(p *input.DispatchKeyEventParams) { p.Commands = []string{"selectAll"} })
		}
		tab.do("pressing "+press, chromedp.KeyEvent(key, options...))
	}
}

// Upload chooses the files in a file field.
func (e *Element) Upload(paths ...string) {
	e.tab.t.Helper()
	e.act("choosing files", func(ctx context.Context, target *chromedp.Target, found handle) error {
		_, err := cdp.Call(ctx, target, dom.SetFileInputFiles, dom.SetFileInputFilesParams{ObjectID: found, Files: paths})
		return err
	})
}
