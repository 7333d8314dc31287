package saga_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

// The value that the effect of several joined runs is handed, when they are run again
// on what is there by then, is what the last of their updates returns there.
func TestJoinedRunsThatAreRetriedHandOnWhatTheyReturnThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := atom.NewStore(), atom.New(doc{})
		var handed []string
		add := func(mark string) *saga.Task {
			return saga.Run(s, a, saga.New(
				func(d *doc) string { d.Title += mark; return d.Title },
				func(ctx context.Context, next doc, title string) (int, error) {
					if handed = append(handed, title); next.Title != title || saga.TaskFrom(ctx).Patch().Empty() {
						t.Errorf("the value is %q, the update has returned %q", next.Title, title)
					}
					return len(title), errServer
				}, nil).Debounce(time.Second))
		}
		task := add("a")
		add("b")
		for _, title := range []string{"X", "Y"} {
			task.Wait(t.Context())
			a.Set(s, doc{Title: title})
			task = task.Retry()
		}
		add("c") // joins a run that is several already
		task.Wait(t.Context())
		a.Set(s, doc{Title: "Z"})
		task.Retry().Wait(t.Context())
		if got, want := fmt.Sprint(handed), "[ab Xab Yabc Zabc]"; got != want {
			t.Errorf("handed %s, want %s", got, want)
		}
	})
}

// The effect of joined runs is the last one's, and so is how it is performed.
func TestJoinedRunsAreSentAsTheLastOneSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type key struct{}
		s, a := atom.NewStore(), atom.New(doc{})
		var mu sync.Mutex
		var values []any
		step := func(value int, timeout time.Duration, retries int) *saga.Task {
			return saga.Run(s, a, saga.Update(func(d *doc) { d.Count++ }).Effect(func(ctx context.Context, _ doc) error {
				mu.Lock()
				values = append(values, ctx.Value(key{}))
				mu.Unlock()
				<-ctx.Done()
				return ctx.Err()
			}).Context(context.WithValue(t.Context(), key{}, value)).
				Timeout(timeout).Retry(saga.Backoff{Retries: retries, Base: 1}).Debounce(time.Second))
		}
		task := step(1, time.Minute, 0)
		step(2, time.Second, 2)
		if err := task.Wait(t.Context()); err != saga.ErrTimeout || task.Attempts() != 3 {
			t.Errorf("%v after %d attempts", err, task.Attempts())
		}
		synctest.Wait()
		if took := task.Ended().Sub(task.Began()).Round(time.Millisecond); took != 4*time.Second || !slices.Equal(values, []any{2, 2, 2}) {
			t.Errorf("it took %v, with %v", took, values)
		}
	})
}

func TestTheContextOfAJoinedRun(t *testing.T) {
	for _, test := range []struct {
		reason string
		cancel string // the contexts that end before the effect, then those that end in it
		during string
		sent   string
		title  string
		state  saga.State
	}{
		{"the first one leaves", "a", "", "bc", "bc", saga.Succeeded},
		{"one in the middle leaves", "b", "", "ac", "ac", saga.Succeeded},
		{"the last one leaves, with its effect", "c", "", "ab", "ab", saga.Succeeded},
		{"one is left", "ac", "", "b", "b", saga.Succeeded},
		{"none is left", "abc", "", "", "", saga.Cancelled},
		{"what has begun goes on for the others", "", "ab", "abc", "abc", saga.Succeeded},
		{"what has begun ends with all of them", "a", "bc", "bc", "", saga.Cancelled},
	} {
		t.Run(test.reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, a := atom.NewStore(), atom.New(doc{})
				var sent string
				gone := errors.New("nobody looks any more")
				cancels := map[rune]context.CancelCauseFunc{}
				var task *saga.Task
				for _, mark := range "abc" {
					ctx, cancel := context.WithCancelCause(t.Context())
					cancels[mark] = cancel
					task = saga.Run(s, a, saga.Update(func(d *doc) { d.Title += string(mark) }).Effect(func(ctx context.Context, next doc) error {
						sent = next.Title
						select {
						case <-time.After(time.Hour):
						case <-ctx.Done():
						}
						return ctx.Err()
					}).Context(ctx).Debounce(time.Second))
				}
				for _, mark := range test.cancel {
					cancels[mark](gone)
				}
				synctest.Wait()
				if want := without("abc", test.cancel); a.Get(s).Title != want {
					t.Errorf("%q shows, want %q", a.Get(s).Title, want)
				}
				time.Sleep(time.Minute)
				for _, mark := range test.during {
					cancels[mark](gone)
				}
				err := task.Wait(t.Context())
				synctest.Wait()
				if task.State() != test.state || sent != test.sent || a.Get(s).Title != test.title {
					t.Errorf("%v: sent %q, %q shows", task.State(), sent, a.Get(s).Title)
				}
				if test.state == saga.Cancelled && (!errors.Is(err, saga.ErrCancelled) || !errors.Is(err, gone)) {
					t.Errorf("the error is %v", err)
				}
				if patch, _ := task.Patch().JSONPatch(); test.sent != "" && string(patch) != fmt.Sprintf(`[{"op":"replace","path":"/Title","value":%q}]`, test.sent) {
					t.Errorf("the patch is %s", patch)
				}
				if a.Pending(s) != 0 || saga.Lanes(s) != 0 {
					t.Errorf("%d pending, %d lanes", a.Pending(s), saga.Lanes(s))
				}
				for _, cancel := range cancels {
					cancel(nil)
				}
			})
		})
	}
}

func without(all, some string) (rest string) {
	for _, r := range all {
		if !slices.Contains([]rune(some), r) {
			rest += string(r)
		}
	}
	return rest
}

// A run that joins after others have left adds to what is left.
func TestARunJoinsAfterAnotherHasLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a, w := atom.NewStore(), atom.New(doc{}), &wire{}
		ctx, cancel := context.WithCancel(t.Context())
		task := saga.Run(s, a, w.title("a").Debounce(time.Second))
		saga.Run(s, a, w.title("b").Context(ctx).Debounce(time.Second))
		cancel()
		synctest.Wait()
		if saga.Run(s, a, w.title("c").Debounce(time.Second)) != task {
			t.Error("it must join")
		}
		task.Wait(t.Context())
		want := `begin ac [{"op":"replace","path":"/Title","value":"ac"}]`
		if got := w.seen()[0]; got != want || a.Get(s).Title != "ac" {
			t.Errorf("the page shows %q, sent %s", a.Get(s).Title, got)
		}
	})
}

// A change that makes no sense without the one that has left is a conflict, which
// somebody sees.
func TestARunThatNeedsTheOneThatHasLeftIsAConflict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a, w := atom.NewStore(), atom.New(doc{}), &wire{}
		ctx, cancel := context.WithCancel(t.Context())
		run := func(update func(*doc), ctx context.Context) *saga.Task {
			return saga.Run(s, a, saga.Update(update).Effect(w.send).Context(ctx).Debounce(time.Second))
		}
		task := run(push("x"), ctx)
		run(func(d *doc) { d.Rows[0].Name = "renamed" }, t.Context())
		cancel()
		synctest.Wait()
		if _, ok := task.Conflict(); !ok || a.Get(s).Rows != nil {
			t.Errorf("%v: %v, %+v", task.State(), task.Err(), a.Get(s))
		}
	})
}
