package outbox

import (
	"testing"
	"time"
)

// GiveUpOpening has nobody wait for a database until the test ends: for tests in which
// it does not come.
func GiveUpOpening(t *testing.T) { at(t, &openingLimit, 0) }

// GiveUpTransactions has nobody wait for a transaction, in the same way.
func GiveUpTransactions(t *testing.T) { at(t, &transactionLimit, 0) }

func at(t *testing.T, limit *time.Duration, to time.Duration) {
	before := *limit
	*limit = to
	t.Cleanup(func() { *limit = before })
}

// EndLease has the lease of an outbox run out.
func EndLease(t *testing.T, name string) {
	l := &lease{connection: connection{name: name + " owner", stores: []string{leases}, opened: func() {}}}
	err := l.change(t.Context(), func(owner string, _ float64) any { return map[string]any{"owner": owner, "until": 1} })
	if err != nil {
		t.Fatal(err)
	}
}
