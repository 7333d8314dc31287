//go:build !wasm

package push

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/internal/server/store"
	"github.com/atomsaga/atomsaga/internal/standin"
	"github.com/atomsaga/atomsaga/saga/live"
)

// A fixture is a Sender with its database, and the stand-in for FCM that it sends to:
// through go-fcm, over HTTP, logged in as a service account.
type fixture struct {
	*Sender
	t     *testing.T
	store *store.Store
	fcm   *standin.FCM
	log   bytes.Buffer
}

// writeConfig writes the files of a Config for an FCM at the address.
func writeConfig(t *testing.T, address string) Config {
	t.Helper()
	c, err := standin.Files(t.TempDir(), address)
	if err != nil {
		t.Fatal(err)
	}
	return Config{AccountFile: c.AccountFile, BrowserFile: c.BrowserFile, Endpoint: c.Endpoint}
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	b := &fixture{t: t, fcm: standin.New(), store: openStore(t)}
	server := httptest.NewServer(b.fcm)
	t.Cleanup(server.Close)
	var err error
	b.Sender, err = Open(t.Context(), writeConfig(t, server.URL), b.store, slog.New(slog.NewTextHandler(&b.log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func openStore(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "test.db"), []kind.Kind{
		{ID: "org:hasMember", Name: "has member", HasDirection: true, Vocabulary: "org", Version: 1},
		{ID: "org:linkedTo", Name: "linked to", Vocabulary: "org", Version: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func (b *fixture) register(id string) {
	b.t.Helper()
	if err := b.store.SaveDevice(b.t.Context(), id, "token of "+id); err != nil {
		b.t.Fatal(err)
	}
}

// commit changes a kind, in the name of a device or of none ("").
func (b *fixture) commit(device string, id kind.ID, edit func(*kind.Kind)) {
	b.t.Helper()
	_, err := b.store.Change(b.t.Context(), store.Mutation{Kind: id, Device: device}, func(k kind.Kind) (kind.Kind, error) {
		edit(&k)
		return k, nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

func rename(name string) func(*kind.Kind) { return func(k *kind.Kind) { k.Name = name } }

// notifyOnce notifies the devices once, and returns the data of the messages by device.
func (b *fixture) notifyOnce() map[string]map[string]string {
	b.t.Helper()
	before, _ := b.fcm.Messages()
	if _, err := b.notifyDevices(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
	after, _ := b.fcm.Messages()
	sent := map[string]map[string]string{}
	for _, m := range after[len(before):] {
		device := strings.TrimPrefix(m.Token, "token of ")
		if sent[device] != nil {
			b.t.Errorf("%s got more than one message", device)
		}
		sent[device] = m.Data
	}
	return sent
}

// events returns the events of a message.
func events(t *testing.T, data map[string]string) []live.Event {
	t.Helper()
	var events []live.Event
	if err := json.Unmarshal([]byte(data["events"]), &events); err != nil {
		t.Fatalf("%v: %q", err, data["events"])
	}
	for _, e := range events {
		if e.Database == "" {
			t.Errorf("an event does not say of which database it is: %+v", e)
		}
	}
	return events
}

func TestEveryOtherDeviceIsNotified(t *testing.T) {
	b := newFixture(t)
	for _, id := range []string{"a", "b", "c"} {
		b.register(id)
	}
	b.commit("a", "org:linkedTo", func(k *kind.Kind) { k.Name, k.HasDirection = "is linked to", true })
	sent := b.notifyOnce()
	if len(sent) != 2 || sent["a"] != nil {
		t.Fatalf("sent %v", sent)
	}
	for _, id := range []string{"b", "c"} {
		got := events(t, sent[id])
		if len(got) != 1 || got[0].Version != 1 || got[0].Entity != "org:linkedTo" ||
			!strings.HasPrefix(string(got[0].Patch), `[{"op":"replace","path":"/name","value":"is linked to"},{"op":"replace","path":"/has_direction","value":true}`) {
			t.Errorf("%s: events %s", id, sent[id]["events"])
		}
		delete(sent[id], "events")
		want := map[string]string{"title": "is linked to", "body": "Has a new name, has a direction now.", "kind": "org:linkedTo"}
		if fmt.Sprint(sent[id]) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", id, sent[id], want)
		}
	}
	if sent := b.notifyOnce(); len(sent) > 0 {
		t.Errorf("told again: %v", sent)
	}
	counts, err := b.Counts(t.Context())
	if want := (Counts{Devices: 3, Sent: 2}); counts != want || err != nil {
		t.Errorf("%+v, want %+v, %v", counts, want, err)
	}
}

func TestChangesMadeMeanwhileAreOneMessage(t *testing.T) {
	b := newFixture(t)
	b.register("a")
	b.register("b")
	b.commit("b", "org:linkedTo", rename("one"))
	b.commit("a", "org:hasMember", rename("two"))
	b.commit("b", "org:linkedTo", rename("three"))
	sent := b.notifyOnce()
	for id, want := range map[string][2]string{
		"a": {"three", "Has a new name."},
		"b": {"two", "Has a new name."},
	} {
		got := events(t, sent[id])
		if len(got) != 3 || got[0].Version != 1 || got[2].Version != 3 {
			t.Errorf("%s: the events have a gap: %+v", id, got)
		}
		if sent[id]["title"] != want[0] || sent[id]["body"] != want[1] {
			t.Errorf("%s is told of its own change: %v", id, sent[id])
		}
	}
}

// Neither is a commit of the device itself.
func TestACommitWithoutChangesIsNotPushed(t *testing.T) {
	b := newFixture(t)
	b.register("a")
	b.commit("a", "org:linkedTo", rename("mine"))
	_, err := b.store.Change(t.Context(), store.Mutation{Kind: "org:hasMember", Key: "key", Request: "r"},
		func(k kind.Kind) (kind.Kind, error) { return k, nil })
	if err != nil {
		t.Fatal(err)
	}
	if sent := b.notifyOnce(); len(sent) > 0 {
		t.Errorf("sent %v", sent)
	}
	if behind, err := b.store.DevicesBehind(t.Context()); len(behind) > 0 || err != nil {
		t.Errorf("asked again each time: %v, %v", behind, err)
	}
}

func TestAFailureLosesNothing(t *testing.T) {
	b := newFixture(t)
	b.register("a")
	b.commit("", "org:linkedTo", rename("one"))
	b.fcm.FailNext(500)
	if sent := b.notifyOnce(); len(sent) > 0 {
		t.Fatalf("sent %v", sent)
	}
	b.commit("", "org:linkedTo", rename("two"))
	if sent := b.notifyOnce(); len(sent) > 0 || b.fcm.Attempts() != 1 {
		t.Fatalf("not left alone: %d attempts, sent %v", b.fcm.Attempts(), sent)
	}
	b.retries = map[string]retry{} // as after a restart
	sent := b.notifyOnce()
	if got := events(t, sent["a"]); len(got) != 2 || sent["a"]["title"] != "two" {
		t.Errorf("%v", sent)
	}
	counts, _ := b.Counts(t.Context())
	if want := (Counts{Devices: 1, Sent: 1, Failed: 1}); counts != want {
		t.Errorf("%+v, want %+v", counts, want)
	}
	if !strings.Contains(b.log.String(), "devices=1") {
		t.Errorf("the log says %q", &b.log)
	}
}

// go-fcm retries at once what FCM answers with 503.
func TestAnUnavailableServiceIsRetried(t *testing.T) {
	b := newFixture(t)
	b.register("a")
	b.commit("", "org:linkedTo", rename("one"))
	b.fcm.FailNext(503)
	if sent := b.notifyOnce(); len(sent) != 1 || b.fcm.Attempts() != 2 {
		t.Errorf("%d attempts, sent %v", b.fcm.Attempts(), sent)
	}
}

func TestADeadTokenIsForgotten(t *testing.T) {
	b := newFixture(t)
	b.register("a")
	b.register("b")
	b.fcm.Unregister("token of a")
	b.commit("", "org:linkedTo", rename("one"))
	if sent := b.notifyOnce(); len(sent) != 1 || sent["b"] == nil {
		t.Errorf("sent %v", sent)
	}
	b.commit("", "org:linkedTo", rename("two"))
	b.notifyOnce()
	counts, _ := b.Counts(t.Context())
	if want := (Counts{Devices: 1, Sent: 2, Forgotten: 1}); counts != want || b.fcm.Attempts() != 3 {
		t.Errorf("%+v, want %+v, %d attempts", counts, want, b.fcm.Attempts())
	}
}

func TestADeviceFarBehindIsSentOneReload(t *testing.T) {
	b := newFixture(t)
	b.register("old")
	for i := range maxBehind {
		b.commit("", "org:linkedTo", rename(fmt.Sprint("change ", i)))
	}
	b.register("new")
	b.commit("", "org:linkedTo", rename("the last"))
	sent := b.notifyOnce()
	got := events(t, sent["old"])
	if len(got) != 1 || got[0].Patch != nil || got[0].Version != maxBehind+1 || sent["old"]["title"] == "" || sent["old"]["body"] == "" {
		t.Errorf("old: %v", sent["old"])
	}
	if got := events(t, sent["new"]); len(got) != 1 || got[0].Patch == nil {
		t.Errorf("new: %v", sent["new"])
	}
}

func TestRunNotifiesUntilItIsCancelled(t *testing.T) {
	b := newFixture(t)
	b.register("a")
	b.commit("", "org:linkedTo", rename("before it was started"))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { b.Run(ctx); close(ended) }()
	for want := 1; want <= 2; want++ {
		for {
			messages, more := b.fcm.Messages()
			if len(messages) == want {
				break
			}
			<-more
		}
		if want == 1 {
			b.commit("", "org:linkedTo", rename("after"))
			b.Wake()
			b.Wake() // and none of them waits
		}
	}
	cancel()
	<-ended
}
