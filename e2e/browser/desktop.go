//go:build e2e

package browser

import (
	"bufio"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/godbus/dbus/v5"
)

// A Desktop shows the notifications of a browser, as the desktops of Linux do: the
// browser sends them over D-Bus, here on a bus of the test's own, and is sent clicks.
type Desktop struct {
	t    testing.TB
	bus  string
	conn *dbus.Conn

	mu    sync.Mutex
	shown []Notification // oldest first
}

// A Notification is a notification that a desktop shows.
type Notification struct {
	Title, Body string
	id          uint32
}

const (
	notifications     = "org.freedesktop.Notifications"
	notificationsPath = "/org/freedesktop/Notifications"
)

// NewDesktop starts a desktop. Pass its Option to OpenPersistent.
func NewDesktop(t testing.TB) *Desktop {
	t.Helper()
	d := &Desktop{t: t}
	daemon := exec.Command("dbus-daemon", "--session", "--nofork", "--print-address",
		"--address=unix:path="+filepath.Join(t.TempDir(), "bus"))
	output, err := daemon.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := daemon.Start(); err != nil {
		t.Fatalf("%v: `make prepare` installs it on Debian, with Chromium", err)
	}
	t.Cleanup(func() {
		daemon.Process.Kill()
		daemon.Wait()
	})
	address, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatalf("dbus-daemon: %v", err)
	}
	d.bus = strings.TrimSpace(address)
	if d.conn, err = dbus.Connect(d.bus); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.conn.Close() })
	if err := d.conn.Export((*notificationService)(d), notificationsPath, notifications); err != nil {
		t.Fatal(err)
	}
	if got, err := d.conn.RequestName(notifications, dbus.NameFlagDoNotQueue); got != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("the bus has notifications already: %v", err)
	}
	return d
}

// Option returns the option of a browser on this desktop.
func (d *Desktop) Option() chromedp.ExecAllocatorOption {
	return chromedp.Env("DBUS_SESSION_BUS_ADDRESS=" + d.bus)
}

// Shown returns the notifications that are shown now, oldest first.
func (d *Desktop) Shown() []Notification {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]Notification(nil), d.shown...)
}

// Want waits until exactly these notifications, each as "title: body", are shown.
func (d *Desktop) Want(want ...string) {
	d.t.Helper()
	for start := time.Now(); ; time.Sleep(pollInterval) {
		var got []string
		for _, n := range d.Shown() {
			got = append(got, n.Title+": "+n.Body)
		}
		if fmt.Sprint(got) == fmt.Sprint(want) {
			return
		}
		if time.Since(start) > timeout {
			d.t.Fatalf("shown after %v: %q, want %q", timeout, got, want)
		}
	}
}

// Click clicks the notification with the title.
func (d *Desktop) Click(title string) {
	d.t.Helper()
	for _, n := range d.Shown() {
		if n.Title == title {
			if err := d.conn.Emit(notificationsPath, notifications+".ActionInvoked", n.id, "default"); err != nil {
				d.t.Fatal(err)
			}
			return
		}
	}
	d.t.Fatalf("%q is not shown", title)
}

// A notificationService is a Desktop with the methods of the D-Bus interface:
// https://specifications.freedesktop.org/notification-spec/latest/protocol.html
type notificationService Desktop

func (*notificationService) GetCapabilities() ([]string, *dbus.Error) {
	return []string{"actions", "body", "persistence"}, nil
}

func (*notificationService) GetServerInformation() (name, vendor, version, spec string, _ *dbus.Error) {
	return "desktop", "atomsaga", "1", "1.2", nil
}

func (s *notificationService) Notify(_ string, replaces uint32, _, title, body string, _ []string, _ map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remove(replaces)
	_, body, _ = strings.Cut(body, "\n\n") // before it the browser puts the origin
	n := Notification{title, body, replaces}
	if n.id == 0 {
		n.id = uint32(len(s.shown)) + 1
	}
	s.shown = append(s.shown, n)
	return n.id, nil
}

func (s *notificationService) CloseNotification(id uint32) *dbus.Error {
	s.mu.Lock()
	s.remove(id)
	s.mu.Unlock()
	if err := s.conn.Emit(notificationsPath, notifications+".NotificationClosed", id, uint32(3)); err != nil {
		return dbus.MakeFailedError(err)
	}
	return nil
}

func (s *notificationService) remove(id uint32) {
	for i, n := range s.shown {
		if n.id == id {
			s.shown = append(s.shown[:i:i], s.shown[i+1:]...)
			return
		}
	}
}
