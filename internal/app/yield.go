package app

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/kind"
)

// workSlice is how long is worked, and then it is the page's turn.
const workSlice = 8 * time.Millisecond

// yielder has long work take turns with the page. Nothing else does: there is one
// thread for both.
type yielder struct{ sliceStart time.Time }

func newYielder() *yielder { return &yielder{time.Now()} }

// yield reports whether the slice has been worked off. Then it is the page's turn
// until over returns: a goroutine that only yields would keep the browser waiting.
func (t *yielder) yield() bool {
	if time.Since(t.sliceStart) < workSlice {
		return false
	}
	yieldToBrowser()
	t.sliceStart = time.Now()
	return true
}

// decodeKinds reads what /api/kinds has answered.
func decodeKinds(list []byte) (all atom.Map[kind.ID, kind.Kind], err error) {
	decoder, turns := json.NewDecoder(bytes.NewReader(list)), newYielder()
	if _, err := decoder.Token(); err != nil {
		return all, err
	}
	all = atom.CollectMap(func(yield func(kind.ID, kind.Kind) bool) {
		for decoder.More() {
			var k kind.Kind
			if err = decoder.Decode(&k); err != nil || !yield(k.ID, k) {
				return
			}
			turns.yield()
		}
	})
	if err != nil {
		return all, err
	}
	_, err = decoder.Token()
	return all, err
}
