//go:build e2e

// Package browser drives a headless Chromium as a person would: it finds controls by
// the role and name that a screen reader announces, clicks them where they are on the
// screen, and types key by key.
//
// What a test wants of a page is polled until it holds, or until a timeout; then the
// test fails and says what was there instead. A test also fails when the page logged an
// error, violated its content security policy, or when its Go program panicked: see
// [Tab.Allow].
//
// The package is built with the tag e2e only: go test -tags e2e ./e2e/...
package browser

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// timeout is how long anything may take before the test fails. It only has to be longer
// than a busy machine needs.
const timeout = 20 * time.Second

// chromium is the context of the browser, while Run runs.
var chromium context.Context

// Run starts Chromium, runs the tests, and stops Chromium. A package that uses Open must
// call it from its TestMain:
//
//	func TestMain(m *testing.M) { os.Exit(browser.Run(m)) }
func Run(m *testing.M) int {
	path, err := findChromium()
	if err != nil {
		fmt.Println(err)
		return 1
	}
	allocator, end := chromedp.NewExecAllocator(context.Background(), options(path)...)
	defer end()
	var stop context.CancelFunc
	chromium, stop = chromedp.NewContext(allocator)
	defer stop()
	if err := chromedp.Do(chromium); err != nil {
		fmt.Printf("starting %s: %v\n", path, err)
		return 1
	}
	return m.Run()
}

// options returns the options of every Chromium.
func options(path string) []chromedp.ExecAllocatorOption {
	return append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true),
		chromedp.WindowSize(1280, 900),
	)
}

// findChromium returns the path of Chromium or, where there is none, of Chrome.
func findChromium() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no Chromium: `make prepare` installs it on Debian; elsewhere install chromium or google-chrome")
}
