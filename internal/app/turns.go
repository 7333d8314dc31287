package app

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/kind"
)

// slice is how long is worked, and then it is the page's turn.
const slice = 8 * time.Millisecond

// turns has long work take turns with the page. Nothing else does: there is one
// thread for both.
type turns struct{ begun time.Time }

func newTurns() *turns { return &turns{time.Now()} }

// over reports whether the slice has been worked off. Then it is the page's turn
// until over returns: a goroutine that only yields would keep the browser waiting.
func (t *turns) over() bool {
	if time.Since(t.begun) < slice {
		return false
	}
	rest()
	t.begun = time.Now()
	return true
}

// decodeKinds reads what /api/kinds has answered.
func decodeKinds(list []byte) (all atom.Map[kind.ID, kind.Kind], err error) {
	decoder, turns := json.NewDecoder(bytes.NewReader(list)), newTurns()
	if _, err := decoder.Token(); err != nil {
		return all, err
	}
	all = atom.CollectMap(func(yield func(kind.ID, kind.Kind) bool) {
		for decoder.More() {
			var k kind.Kind
			if err = decoder.Decode(&k); err != nil || !yield(k.ID, k) {
				return
			}
			turns.over()
		}
	})
	if err != nil {
		return all, err
	}
	_, err = decoder.Token()
	return all, err
}
