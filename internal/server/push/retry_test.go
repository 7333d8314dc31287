//go:build !wasm

package push

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"firebase.google.com/go/v4/messaging"
)

// A device that cannot be reached for days is retried less and less often, without Wake,
// and is then sent everything.
func TestRetryDelaysGrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openStore(t)
		var mu sync.Mutex
		var at []time.Duration
		start, reachable := time.Now(), false
		p := &Sender{store: s, log: slog.New(slog.DiscardHandler), wake: make(chan struct{}, 1), retries: map[string]retry{}}
		p.send = func(_ context.Context, messages ...*messaging.Message) (*messaging.BatchResponse, error) {
			mu.Lock()
			defer mu.Unlock()
			at = append(at, time.Since(start))
			response := &messaging.SendResponse{Success: reachable}
			if !reachable {
				response.Error = errors.New("unreachable")
			}
			return &messaging.BatchResponse{Responses: []*messaging.SendResponse{response}}, nil
		}
		b := &fixture{Sender: p, t: t, store: s}
		b.register("a")
		b.commit("", "org:linkedTo", rename("one"))
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { p.Run(ctx); close(ended) }()
		time.Sleep(24 * time.Hour)
		mu.Lock()
		if n := len(at); n < 25 || n > 45 {
			t.Errorf("tried %d times in a day: %v", n, at)
		}
		for i := 1; i < 6; i++ {
			if pause, want := at[i]-at[i-1], minRetryDelay<<(i-1); pause < want*3/4 || pause > want+batchDelay {
				t.Errorf("pause %d: %v, want about %v", i, pause, want)
			}
		}
		reachable = true
		mu.Unlock()
		time.Sleep(maxRetryDelay + batchDelay)
		synctest.Wait()
		if behind, err := s.DevicesBehind(ctx); len(behind) > 0 || err != nil {
			t.Errorf("still behind: %v, %v", behind, err)
		}
		cancel()
		<-ended
		s.Close()
	})
}
