//go:build e2e

package browser

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Out is the directory for pictures of pages, relative to the directory of the tests.
// Failed tests add theirs.
var Out = "out"

// Picture writes a picture of the tab to Out/name.png.
func (tab *Tab) Picture(name string) {
	tab.t.Helper()
	if err := writeFile(name+".png", tab.capture()); err != nil {
		tab.t.Fatalf("keeping a picture: %v", err)
	}
}

// Pixels returns a picture of the tab.
func (tab *Tab) Pixels() image.Image {
	tab.t.Helper()
	pixels, err := png.Decode(bytes.NewReader(tab.capture()))
	if err != nil {
		tab.t.Fatalf("taking a picture: %v", err)
	}
	return pixels
}

// capture returns a picture of what the tab shows, as PNG.
func (tab *Tab) capture() []byte {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, tab.timeout)
	defer cancel()
	encoded, err := chromedp.Run(ctx, screenshot)
	if err != nil {
		tab.t.Fatalf("taking a picture: %v", err)
	}
	return encoded
}

// screenshot is the action that takes a picture.
func screenshot(ctx context.Context, target *chromedp.Target) ([]byte, error) {
	result, err := cdp.Call(ctx, target, page.CaptureScreenshot, page.CaptureScreenshotParams{})
	return result.Data, err
}

// saveEvidence writes a picture and the HTML of the page of a failed test to Out.
func (tab *Tab) saveEvidence() {
	ctx, cancel := context.WithTimeout(tab.ctx, tab.timeout)
	defer cancel()
	name := strings.ReplaceAll(tab.t.Name(), "/", "-") + "-" + tab.name
	if encoded, err := chromedp.Run(ctx, screenshot); err == nil {
		err = writeFile(name+".png", encoded)
		tab.t.Logf("a picture of the page: %s (%v)", filepath.Join(Out, name+".png"), err)
	}
	if html, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.documentElement.outerHTML`)); err == nil {
		err = writeFile(name+".html", []byte(html))
		tab.t.Logf("what it consists of: %s (%v)", filepath.Join(Out, name+".html"), err)
	}
}

func writeFile(name string, content []byte) error {
	if err := os.MkdirAll(Out, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(Out, name), content, 0o644)
}
