package wait

import (
	"context"
	"runtime"
	"strings"
	"syscall/js"
	"testing"
)

// in calls f as the browser does.
func in(f func()) {
	called := js.FuncOf(func(js.Value, []js.Value) any { f(); return nil })
	defer called.Release()
	called.Invoke()
}

func deep(n int, f func()) {
	if n == 0 {
		f()
		return
	}
	deep(n-1, f)
	runtime.KeepAlive(n)
}

func TestWhoMayNotWait(t *testing.T) {
	for _, test := range []struct {
		reason  string
		where   func(look func())
		refused bool
	}{
		{"a test", func(look func()) { look() }, false},
		{"far down in it", func(look func()) { deep(300, look) }, false},
		{"a function that the browser calls", in, true},
		{"far down in one", func(look func()) { in(func() { deep(300, look) }) }, true},
		{"one in another", func(look func()) { in(func() { in(look) }) }, true},
		{"a goroutine that was begun in one", func(look func()) {
			done := make(chan bool)
			in(func() { go func() { look(); close(done) }() })
			<-done
		}, false},
		{"behind one", func(look func()) { in(func() {}); look() }, false},
	} {
		said := ""
		test.where(func() {
			defer func() { said, _ = recover().(string) }()
			Check("Wait")
		})
		if strings.HasPrefix(said, "Wait may wait for the browser") != test.refused {
			t.Errorf("%s: %q", test.reason, said)
		}
	}
}

// It would take longer than to look for the answer.
func TestTheContextOfAnEffectIsBelieved(t *testing.T) {
	in(func() { CheckContext(context.WithValue(t.Context(), Effect{}, true), "Wait") })
	in(func() {
		defer func() {
			if recover() == nil {
				t.Error("another context is believed as well")
			}
		}()
		CheckContext(t.Context(), "Wait")
	})
}

func BenchmarkCheck(b *testing.B) {
	deep(20, func() {
		for b.Loop() {
			Check("Wait")
		}
	})
}
