package nodes

import "testing"

// Without it everything is right, and ten milliseconds late.
func TestKnown(t *testing.T) {
	if Known() == nil {
		t.Error("go-app has another renderer now: see Known")
	}
}
