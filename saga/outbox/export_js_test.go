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

// Freeze has time go by during which nothing runs, as far as leases go.
func Freeze(t *testing.T, d time.Duration) {
	before := now
	now = func() int64 { return before() + d.Milliseconds() }
	t.Cleanup(func() { now = before })
}

// LeaseTime is how long a lease is for.
func LeaseTime() time.Duration { return leaseTime }

// RenewLeases has leases be renewed, and looked at, without much of a pause until the test ends.
func RenewLeases(t *testing.T) {
	at(t, &leaseRenewal, time.Millisecond)
	at(t, &leaseLook, time.Millisecond)
}

// RobLease gives the lease of an outbox to another tab, for as long as a test takes.
func RobLease(t *testing.T, name string) {
	setLease(t, name, func(string) any { return map[string]any{"owner": "another", "until": now() + time.Hour.Milliseconds()} })
}

func setLease(t *testing.T, name string, to func(owner string) any) {
	l := Open(name).(*browser).newLease(t.Context())
	if err := l.change(t.Context(), func(owner string, _ int64) any { return to(owner) }); err != nil {
		t.Fatal(err)
	}
}

// EndLease has the lease of an outbox run out.
func EndLease(t *testing.T, name string) {
	setLease(t, name, func(owner string) any { return map[string]any{"owner": owner, "until": 1} })
}
