//go:build e2e

package e2e

import (
	"fmt"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	cdp "github.com/chromedp/cdproto/browser"

	"github.com/atomsaga/atomsaga/e2e/browser"
	"github.com/atomsaga/atomsaga/e2e/gate"
	"github.com/atomsaga/atomsaga/internal/standin"
	"github.com/atomsaga/atomsaga/internal/standin/chromium"
)

// A device is an app in a browser that push messages reach. The page, Firebase's code in
// it, its worker, the server and go-fcm are real. A stand-in answers instead of Google,
// and deliver passes what it was sent to the worker.
type device struct {
	*app
	fcm     *standin.FCM
	desktop *browser.Desktop
	pushed  int         // number of messages that were delivered
	refused atomic.Bool // the stand-in refuses a token
}

// tokenOfB is the token of the browser.
const tokenOfB = "token-of-b"

// openPushable starts a server with push, and a browser that push messages can reach, with
// no page open.
func openPushable(t *testing.T) *device {
	t.Helper()
	fcm := standin.New()
	google := httptest.NewServer(fcm)
	t.Cleanup(google.Close)
	config, err := standin.Files(t.TempDir(), google.URL)
	if err != nil {
		t.Fatal(err)
	}
	program := start(t, config.Flags()...)
	desktop := browser.NewDesktop(t)
	d := &device{app: newAppOf(browser.OpenPersistent(t, desktop.Option()), program, gate.New(t, program.url)), fcm: fcm, desktop: desktop}
	if err := chromium.Attach(d.Context(), d.token); err != nil {
		t.Fatal(err)
	}
	return d
}

// openPage goes to the path and waits until the page's program and worker run.
func (d *device) openPage(path string) {
	d.Goto(d.gate.URL(path))
	d.waitForProgram()
	d.waitForWorker()
}

func (d *device) panel() *browser.Element { return d.TestID("push") }
func (d *device) tell() *browser.Element  { return d.panel().Role("switch", "Tell this device") }
func (d *device) wantState(state string)  { d.panel().CSS(".panel-state").WantText(state) }

// turnOn turns push on.
func (d *device) turnOn() {
	d.panel().CSS("summary").Click()
	d.tell().Click()
	d.wantState("on")
}

// deliver waits for the next message that the server sends, and delivers it to the
// browser unchanged.
func (d *device) deliver(t *testing.T) standin.Message {
	t.Helper()
	for {
		messages, more := d.fcm.Messages()
		if len(messages) > d.pushed {
			m := messages[d.pushed]
			d.pushed++
			if m.Token != tokenOfB {
				t.Fatalf("sent to %q", m.Token)
			}
			d.push(m.Payload())
			return m
		}
		select {
		case <-more:
		case <-time.After(timeout):
			t.Fatal("the server sends nothing")
		}
	}
}

// token returns the token for the browser, "" to refuse it.
func (d *device) token() string {
	if d.refused.Load() {
		return ""
	}
	return tokenOfB
}

// push delivers a message to the browser.
func (d *device) push(payload []byte) {
	if err := chromium.Deliver(d.Context(), d.gate.URL(""), payload); err != nil {
		d.program.t.Fatal(err)
	}
}

// allow allows notifications, or blocks them, as the user would.
func (d *device) allow(setting cdp.PermissionSetting) {
	if err := chromium.SetNotifications(d.Context(), setting); err != nil {
		d.program.t.Fatal(err)
	}
}

func TestANotificationOpensItsKindWhileThePageIsClosed(t *testing.T) {
	b := openPushable(t)
	b.allow("granted")
	b.openPage("/")
	b.turnOn()
	b.Goto("about:blank")

	b.program.patch(wasDeathOf, `{"name": "was <b>murder</b> of", "has_direction": false}`)
	b.deliver(t)

	b.desktop.Want("was <b>murder</b> of: Has a new name, reads the same both ways now.")
	b.desktop.Click("was <b>murder</b> of")
	opened := &app{b.WaitForOpened(), b.program, b.gate}
	opened.WantURL(pathOf(wasDeathOf))
	opened.name().WantValue("was <b>murder</b> of")
	b.desktop.Want()
}

func TestANotificationBringsThePageBackThatNobodyLooksAt(t *testing.T) {
	b := openPushable(t)
	b.allow("granted")
	b.openPage("/")
	b.turnOn()
	b.Minimize(true)
	b.WantTrue(`document.visibilityState === "hidden"`)

	b.program.patch(wasDeathOf, `{"has_direction": false}`)
	b.deliver(t)

	b.desktop.Want("was death of: Reads the same both ways now.")
	b.desktop.Click("was death of")
	b.WantURL(pathOf(wasDeathOf))
	b.Minimize(false) // which is the desktop's to do
	b.wantDirection(false, false)
}

// Without its event stream an open page gets the changes of others by push.
func TestAnOpenPageShowsWhatIsPushedBelowItsPendingChange(t *testing.T) {
	b := openPushable(t)
	b.allow("granted")
	b.Allow("422")
	for range 20 { // however often it is tried
		b.gate.Hold("GET", "/api/events")
	}
	b.openPage(pathOf(wasDeathOf))
	b.turnOn()
	change := b.hold(wasDeathOf)
	b.edit(b.name(), "mine")
	change.Arrived()

	b.program.patch(wasDeathOf, `{"name": "theirs", "has_direction": false}`)
	b.deliver(t)

	b.wantDirection(false, false)
	b.name().WantValue("mine")
	b.desktop.Want() // somebody sees it
	change.Refuse(422, "not today")
	b.name().WantValue("theirs")
	b.wantDirection(false, false)
}

func TestAMessageThatCannotBeReadIsShownAllTheSame(t *testing.T) {
	b := openPushable(t)
	b.allow("granted")
	b.openPage("/")
	b.turnOn()
	b.Goto("about:blank")
	const unsaid = "Relationship kinds have changed: "
	for _, test := range []struct {
		payload string
		shown   []string
	}{
		{`no JSON`, []string{unsaid}},
		{`{"data": {"kind": "../../evil", "title": {}}}`, []string{unsaid, "[object Object]: "}},
		{`{"data": null}`, []string{"[object Object]: ", unsaid}}, // in the place of the first
	} {
		b.push([]byte(test.payload))
		b.desktop.Want(test.shown...)
	}
	b.desktop.Click("[object Object]")
	opened := b.WaitForOpened()
	opened.Allow("404")
	opened.WantURL("/kinds/..%2F..%2Fevil")
}

func TestOnStaysOnAndTokensAreRefreshed(t *testing.T) {
	b := openPushable(t)
	b.allow("granted")
	b.openPage("/")
	b.wantState("off")
	b.turnOn()
	b.wantDevices(1)
	b.reload()
	b.wantState("on")
	b.panel().CSS("summary").Click()
	b.tell().Click()
	b.wantState("off")
	b.wantDevices(0)
	b.reload()
	b.wantState("off")
}

// wantDevices waits until the server has that many devices.
func (d *device) wantDevices(n int) {
	d.WantTrue(fmt.Sprintf(`fetch("/api/push").then(r => r.json()).then(counts => counts.devices === %d)`, n))
}

func TestWhatKeepsPushFromBeingTurnedOn(t *testing.T) {
	for _, test := range []struct {
		reason string
		given  func(*device)
		state  string
	}{
		{"blocked", func(d *device) { d.allow("denied") }, "blocked"},
		{"no push in this browser", func(d *device) { d.Prepare(`delete window.PushManager`) }, "not possible"},
	} {
		t.Run(test.reason, func(t *testing.T) {
			b := openPushable(t)
			test.given(b)
			b.openPage("/")
			b.wantState(test.state)
			b.panel().CSS("summary").Click()
			b.panel().CSS(".hint").WantVisible()
			b.tell().WantNone()
		})
	}
}

func TestAFailureToTurnPushOnIsTakenBack(t *testing.T) {
	for _, test := range []struct {
		reason  string
		decide  func(registration *gate.Rule)
		says    string
		allowed string // what the console may say
	}{
		{"Google says no", nil, "not of this project", "403"},
		{"the server cannot be reached", func(r *gate.Rule) { r.Lose() }, "could not be reached", "ERR_"},
		{"the server says no", func(r *gate.Rule) { r.Refuse(503, "too many devices") }, "too many devices", "503"},
	} {
		t.Run(test.reason, func(t *testing.T) {
			b := openPushable(t)
			b.Allow(test.allowed)
			b.allow("granted")
			b.openPage("/")
			b.panel().CSS("summary").Click()
			if test.decide == nil {
				b.refused.Store(true)
				b.tell().Click()
			} else {
				registration := b.gate.Hold("PUT", "/api/push/device")
				b.tell().Click()
				b.wantState("one moment")
				test.decide(registration)
			}
			b.alert().WantVisible()
			b.WantTrue(`/` + test.says + `/.test(document.querySelector("[role=alert]").innerText)`)
			b.wantState("off")
			b.tell().WantAttribute("aria-checked", "false")
			b.wantDevices(0)
		})
	}
}

func TestWithoutPushThePageHasNoSwitch(t *testing.T) {
	a := openPage(t, "/")
	a.TestID("network").WantVisible()
	a.TestID("push").WantNone()
}
