package app

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/saga/fetch"
	"github.com/atomsaga/atomsaga/saga/live"
)

func TestEventsThatMakeAKindInvalidAreRefused(t *testing.T) {
	s, _ := loadFrom(t, func(fetch.Request) (*fetch.Response, error) { return answerOf(nil) })
	for _, test := range []struct {
		reason, entity, patch string
		fine                  bool
	}{
		{"a change", string(p100), `[{"op":"replace","path":"/name","value":"changed"}]`, true},
		{"nothing", string(p100), `[]`, true},
		{"another id", string(p100), `[{"op":"replace","path":"/id","value":"foaf:knows"}]`, false},
		{"no name", string(p100), `[{"op":"replace","path":"/name","value":" "}]`, false},
		{"a name that is too long", string(p100), `[{"op":"replace","path":"/name","value":"` + strings.Repeat("x", kind.MaxName+1) + `"}]`, false},
		{"a name that is none", string(p100), `[{"op":"replace","path":"/name","value":{"html":"<b>"}}]`, false},
		{"a field that is not there", string(p100), `[{"op":"add","path":"/onclick","value":"x"}]`, false},
		{"all of it", string(p100), `[{"op":"replace","path":"","value":null}]`, false},
		{"no patch", string(p100), `"changed"`, false},
		{"a kind that is not there", "crm:P0", `[]`, false},
	} {
		before := kinds.Get(s).Value
		var err error
		s.Batch(func(b *atom.Batch) {
			err = applyEvent(b, live.Event{Version: 1, Entity: test.entity, Patch: json.RawMessage(test.patch)})
		})
		if (err == nil) != test.fine {
			t.Errorf("%s: %v", test.reason, err)
		}
		if after := kinds.Get(s).Value; !test.fine && after.String() != before.String() {
			t.Errorf("%s has changed something", test.reason)
		}
	}
	if got := kindByID.Of(p100).Get(s); got.Name != "changed" {
		t.Errorf("the page shows %+v", got)
	}
}
