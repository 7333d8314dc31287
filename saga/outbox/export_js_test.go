package outbox

import (
	"testing"
	"time"
)

// GiveUpOpening has no use wait for a database until the test ends, for tests in which there is
// none.
func GiveUpOpening(t *testing.T) { setTimeout(t, &openTimeout, 0) }

// GiveUpTransactions does the same for transactions.
func GiveUpTransactions(t *testing.T) { setTimeout(t, &transactionTimeout, 0) }

func setTimeout(t *testing.T, limit *time.Duration, to time.Duration) {
	before := *limit
	*limit = to
	t.Cleanup(func() { *limit = before })
}

// Freeze lets time pass for leases, during which nothing runs.
func Freeze(t *testing.T, d time.Duration) {
	before := now
	now = func() int64 { return before() + d.Milliseconds() }
	t.Cleanup(func() { now = before })
}

// LeaseTime returns how long a lease is for.
func LeaseTime() time.Duration { return leaseTime }

// RenewLeases has leases renewed and checked in short intervals until the test ends.
func RenewLeases(t *testing.T) {
	setTimeout(t, &leaseRenewal, time.Millisecond)
	setTimeout(t, &leaseInterval, time.Millisecond)
}

// RobLease gives the lease of an outbox to another tab, for as long as a test takes.
func RobLease(t *testing.T, name string) {
	setLease(t, name, func(string) any { return map[string]any{"owner": "another", "until": now() + time.Hour.Milliseconds()} })
}

func setLease(t *testing.T, name string, to func(owner string) any) {
	l := Open(name).(*browser).newLease(t.Context())
	if err := l.update(t.Context(), func(owner string, _ int64) any { return to(owner) }); err != nil {
		t.Fatal(err)
	}
}

// EndLease ends the time of an outbox's lease.
func EndLease(t *testing.T, name string) {
	setLease(t, name, func(owner string) any { return map[string]any{"owner": owner, "until": 1} })
}
