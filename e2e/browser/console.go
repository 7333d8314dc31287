//go:build e2e

package browser

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
)

// console collects what the page reports to a developer: its log, uncaught exceptions,
// failed loads, and violations of the content security policy.
type console struct {
	mu      sync.Mutex
	lines   []line
	allowed []string
	crashed chan struct{} // closed when the page's process has ended
}

type line struct {
	text    string
	problem bool
}

// Allow declares that the test causes errors that contain this text. Any other error
// fails the test.
func (tab *Tab) Allow(text string) {
	tab.console.mu.Lock()
	defer tab.console.mu.Unlock()
	tab.console.allowed = append(tab.console.allowed, text)
}

// Problems returns the errors of the page so far that are not allowed.
func (tab *Tab) Problems() []string {
	tab.console.mu.Lock()
	defer tab.console.mu.Unlock()
	return tab.console.problems()
}

// ClearProblems forgets the errors so far.
func (tab *Tab) ClearProblems() {
	tab.console.mu.Lock()
	defer tab.console.mu.Unlock()
	for i := range tab.console.lines {
		tab.console.lines[i].problem = false
	}
}

// handleEvent records an event of the tab. It is called on the goroutine that reads events,
// and must not block.
func (c *console) handleEvent(event any) {
	var heard line
	switch event := event.(type) {
	case *log.EventEntryAdded:
		heard.text = fmt.Sprintf("%s: %s %s", event.Entry.Source, event.Entry.Text, event.Entry.URL)
		heard.problem = event.Entry.Level == log.EntryLevelError
	case *runtime.EventConsoleAPICalled:
		var words []string
		for _, argument := range event.Args {
			word := strings.Trim(string(argument.Value), `"`)
			if word == "" {
				word = argument.Description
			}
			words = append(words, word)
		}
		heard.text = fmt.Sprintf("console.%s: %s", event.Type, strings.Join(words, " "))
		heard.problem = event.Type == runtime.ConsoleAPICalledTypeError || event.Type == runtime.ConsoleAPICalledTypeAssert || goProgramEnded(words)
	case *runtime.EventExceptionThrown:
		heard.text = "uncaught: " + event.ExceptionDetails.Text
		if event.ExceptionDetails.Exception != nil {
			heard.text += " " + event.ExceptionDetails.Exception.Description
		}
		heard.problem = true
	case *inspector.EventTargetCrashed:
		heard = line{text: "the page crashed", problem: true}
		close(c.crashed)
	default:
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = append(c.lines, heard)
}

// goProgramEnded reports whether the words tell of the end of a Go program: wasm_exec.js
// writes stderr with console.log, and the exit code with console.warn.
func goProgramEnded(words []string) bool {
	text := strings.Join(words, " ")
	return strings.HasPrefix(text, "panic: ") || strings.HasPrefix(text, "fatal error: ") || strings.HasPrefix(text, "exit code: ")
}

// problems returns the errors that are not allowed. c.mu must be held.
func (c *console) problems() []string {
	var problems []string
lines:
	for _, line := range c.lines {
		if !line.problem {
			continue
		}
		for _, allowed := range c.allowed {
			if strings.Contains(line.text, allowed) {
				continue lines
			}
		}
		problems = append(problems, line.text)
	}
	return problems
}

// report fails the test if the page has problems. It logs all that the page reported if
// the test has failed.
func (c *console) report(t testing.TB) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, problem := range c.problems() {
		t.Errorf("in the page: %s", problem)
	}
	if t.Failed() {
		for _, line := range c.lines {
			t.Logf("the page said: %s", line.text)
		}
	}
}
