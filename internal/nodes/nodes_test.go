package nodes

import "testing"

// Pages are right without it, and up to ten milliseconds late.
func TestRendererIsKnown(t *testing.T) {
	if Known() == nil {
		t.Error("go-app has another renderer now: see Known")
	}
}

// Pages are right without it, and slow where a list is long.
func TestMarkIsKnown(t *testing.T) {
	if Mark == nil {
		t.Error("go-app marks components in another way now: see Mark")
	}
}
