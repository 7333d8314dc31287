//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/atomsaga/atomsaga/e2e/browser"
	"github.com/atomsaga/atomsaga/internal/kind"
)

// Edits in two tabs, while one is reloaded or crashes, the network is cut and the
// server killed, at random. Whatever was in the outbox when that happened is on the
// server in the end, once; the pages show what the server has; the outbox is empty.
//
// TORTURE=10x500 is ten seeds of 500 edits each; `make torture` runs it.
func TestTorture(t *testing.T) {
	seeds, edits := 1, 60
	if wanted := os.Getenv("TORTURE"); wanted != "" {
		if _, err := fmt.Sscanf(wanted, "%dx%d", &seeds, &edits); err != nil {
			t.Fatalf("TORTURE=%s: %v", wanted, err)
		}
	}
	first := uint64(time.Now().UnixNano() % 100_000)
	if wanted := os.Getenv("SEED"); wanted != "" {
		first, _ = strconv.ParseUint(wanted, 10, 64)
	}
	for seed := first; seed < first+uint64(seeds); seed++ {
		t.Run(fmt.Sprintf("SEED=%d", seed), func(t *testing.T) { newTorture(t, seed).run(edits) })
	}
}

// A torture is the run of one seed.
type torture struct {
	t      *testing.T
	random *rand.Rand
	tabs   [2]*app
	down   bool // the gate is down
	dead   bool // the server was killed

	written []string        // every value that a field was set to, in order
	stored  map[string]bool // the values that the outbox or the server was seen to have
	unseen  []string        // values written since recordStored was called that it did not find
	counts  map[string]int  // of what happened, for the log
}

// Each tab writes only to its own field of the two kinds, so that the last value in each
// is known.
var (
	editedKinds = []kind.ID{wasDeathOf, diedIn}
	fields      = [2]string{"name", "description"}
)

func newTorture(t *testing.T, seed uint64) *torture {
	r := &torture{t: t, random: rand.New(rand.NewPCG(seed, 6)), stored: map[string]bool{}, counts: map[string]int{}}
	a := openPage(t, pathOf(wasDeathOf))
	a.waitForWorker()
	r.tabs = [2]*app{a, a.openAnother(pathOf(diedIn))}
	for _, tab := range r.tabs {
		tab.Allow("ERR_")
		tab.Allow("503")
	}
	return r
}

func (r *torture) run(edits int) {
	for len(r.stored) < edits {
		for range 1 + r.random.IntN(12) {
			r.edit(r.random.IntN(2))
		}
		r.recordStored()
		n := r.random.IntN(2)
		switch dice := r.random.IntN(100); {
		case dice < 25:
			r.counts["reloads"]++
			r.tabs[n].Goto(r.tabs[n].gate.URL(pathOf(editedKinds[r.random.IntN(2)])))
			r.tabs[n].waitForProgram()
		case dice < 35:
			r.counts["crashes"]++
			r.crash(n)
		case dice < 50:
			r.counts["cuts"]++
			r.setDown(!r.down)
		case dice < 65:
			r.counts["kills of the server"]++
			if r.dead {
				r.tabs[0].program.restart()
			} else {
				r.tabs[0].program.kill()
			}
			r.dead = !r.dead
		}
	}
	if r.dead {
		r.tabs[0].program.restart()
	}
	r.setDown(false)
	r.check()
}

// edit sets the field of a tab at once, without typing.
func (r *torture) edit(n int) {
	value := fmt.Sprintf("%s %d", fields[n], len(r.written)+1)
	r.written = append(r.written, value)
	r.unseen = append(r.unseen, value)
	browser.Eval[bool](r.tabs[n].Tab, fmt.Sprintf(`(() => {
		const field = document.getElementById(%q)
		field.focus()
		field.value = %q
		field.dispatchEvent(new Event("input", { bubbles: true }))
		field.dispatchEvent(new Event("change", { bubbles: true }))
		return true
	})()`, fields[n], value))
}

// crash crashes a tab and opens another in its place.
func (r *torture) crash(n int) {
	other := r.tabs[1-n]
	r.tabs[n].Crash()
	r.tabs[n] = other.openAnother(pathOf(editedKinds[r.random.IntN(2)]))
	r.tabs[n].Allow("ERR_")
	r.tabs[n].Allow("503")
	r.recordStored()
}

// setDown takes the gate down, or brings it up again and tells the pages.
func (r *torture) setDown(down bool) {
	r.down = down
	r.tabs[0].gate.Down(down)
	if !down {
		for _, tab := range r.tabs {
			browser.Eval[bool](tab.Tab, `window.dispatchEvent(new Event("online"))`)
		}
	}
}

// recordStored records which values the outbox or the server has. Others are in the memory
// of a page only, and may be lost with it.
func (r *torture) recordStored() {
	all := r.outboxInputs() // read first: what leaves the outbox meanwhile is on the server
	for _, c := range r.tabs[0].program.commits() {
		all = append(all, c.patch)
	}
	r.unseen = slices.DeleteFunc(r.unseen, func(value string) bool {
		for _, text := range all {
			if strings.Contains(text, strconv.Quote(value)) {
				r.stored[value] = true
				return true
			}
		}
		return false
	})
}

// outboxInputs returns the inputs of the records in the outbox.
func (r *torture) outboxInputs() []string {
	records := browser.Eval[[]string](r.tabs[r.random.IntN(2)].Tab, `new Promise((done, failed) => {
		const open = indexedDB.open("atomsaga")
		open.onerror = () => failed(open.error)
		open.onsuccess = () => {
			const all = open.result.transaction("records").objectStore("records").getAll()
			all.onerror = () => failed(all.error)
			all.onsuccess = () => { open.result.close(); done(all.result) }
		}
	})`)
	for n, text := range records {
		var record struct{ Input string }
		if err := json.Unmarshal([]byte(text), &record); err != nil {
			r.t.Fatal(err)
		}
		records[n] = record.Input
	}
	return records
}

func (r *torture) check() {
	t := r.t
	for started := time.Now(); len(r.outboxInputs()) > 0; time.Sleep(50 * time.Millisecond) {
		if time.Since(started) > 3*time.Minute { // a probe may be a minute away
			for _, tab := range r.tabs {
				t.Log(browser.Eval[string](tab.Tab, `navigator.locks.query().then(locks => JSON.stringify([document.visibilityState,
					locks, document.querySelector("[data-testid=outbox]").dataset,
					performance.getEntriesByType("resource").slice(-5).map(e => [e.name, e.startTime, e.duration]), performance.now()]))`))
			}
			break
		}
	}
	for _, tab := range r.tabs {
		tab.TestID("outbox").WantAttribute("data-waiting", "0")
	}
	if left := r.outboxInputs(); len(left) > 0 {
		t.Errorf("in the outbox are %v", left)
	}
	made, keys := map[string]int{}, map[string]int{}
	for _, c := range r.tabs[0].program.commits() {
		keys[c.mutation]++
		for _, value := range r.written {
			if strings.Contains(c.patch, strconv.Quote(value)) {
				made[value]++
			}
		}
	}
	for _, value := range r.written {
		switch {
		case r.stored[value] && made[value] != 1:
			t.Errorf("%q was made %d times", value, made[value])
		case made[value] > 1:
			t.Errorf("%q, which was never seen to be kept, was made %d times", value, made[value])
		}
	}
	for key, n := range keys {
		if n > 1 {
			t.Errorf("the key %s made %d commits", key, n)
		}
	}
	for _, id := range editedKinds {
		stored := r.tabs[0].program.stored(id)
		for _, tab := range r.tabs {
			tab.Goto(tab.gate.URL(pathOf(id)))
			tab.waitForProgram()
			tab.name().WantValue(stored.Name)
			tab.description().WantValue(stored.Description)
		}
	}
	t.Logf("%d edits, of which %d were kept; %v", len(r.written), len(r.stored), r.counts)
}
