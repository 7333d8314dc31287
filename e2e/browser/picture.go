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

// Out is the directory for pictures of pages, those of failed tests among them.
// It is relative to the tests' directory.
var Out = "out"

// Picture writes what the tab shows to Out/name.png.
func (tab *Tab) Picture(name string) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, tab.timeout)
	defer cancel()
	encoded, err := chromedp.Run(ctx, screenshot)
	if err != nil {
		tab.t.Fatalf("taking a picture: %v", err)
	}
	if err := writeFile(name+".png", encoded); err != nil {
		tab.t.Fatalf("keeping a picture: %v", err)
	}
}

// Pixels returns what the tab shows.
func (tab *Tab) Pixels() image.Image {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, tab.timeout)
	defer cancel()
	encoded, err := chromedp.Run(ctx, screenshot)
	if err != nil {
		tab.t.Fatalf("taking a picture: %v", err)
	}
	pixels, err := png.Decode(bytes.NewReader(encoded))
	if err != nil {
		tab.t.Fatalf("taking a picture: %v", err)
	}
	return pixels
}

func screenshot(ctx context.Context, target *chromedp.Target) ([]byte, error) {
	result, err := cdp.Call(ctx, target, page.CaptureScreenshot, page.CaptureScreenshotParams{})
	return result.Data, err
}

// saveEvidence writes what the page of a failed test looks like and consists of.
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
