//go:build !js

package live

import "testing"

func TestPosition(t *testing.T) {
	for text, want := range map[string]position{`W/"17.ab"`: {17, "ab"}, `"0.ab"`: {0, "ab"}, "3": {3, ""}} {
		if got, err := parsePosition(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "x.ab", "-1.ab", `W/""`, "99999999999999999999.ab"} {
		if got, err := parsePosition(text); err == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
}
