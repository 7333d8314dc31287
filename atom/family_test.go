package atom_test

import (
	"runtime"
	"sync"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
)

// collected waits until the collector has done what cond is about. What keeps what
// must be collected has the test wait for ever.
func collected(t *testing.T, cond func() bool) {
	t.Helper()
	for !cond() {
		runtime.GC()
		runtime.Gosched()
	}
}

func TestFamilyMembersAreTheSameWhileHeldAndCollectedThen(t *testing.T) {
	family := atom.NewFamily(func(id int) *atom.Atom[int] { return atom.New(id) })
	s := atom.NewStore()
	held := family.Of(1)
	held.Set(s, 100)
	for i := range 1000 {
		family.Of(i).Set(s, -i)
		atom.Derive(func(r atom.Reader) int { return i }).Get(s)
	}
	collected(t, func() bool { return family.Len() == 1 && atom.Kept(s) == 1 })
	if family.Of(1) != held || held.Get(s) != -1 {
		t.Error("a member that is held must stay")
	}
	runtime.KeepAlive(held)
}

func TestAMemberWithALiveEntryOrAWatcherKeepsItsValue(t *testing.T) {
	family := atom.NewFamily(func(id int) *atom.Atom[int] { return atom.New(id) })
	s := atom.NewStore()
	e, _ := atom.Dispatch(s, family.Of(1).Edit(func(n *int) { *n = 11 }))
	stop := s.Subscribe(family.Of(2), func() {})
	family.Of(2).Set(s, 22)
	family.Of(3).Set(s, 33)
	collected(t, func() bool { return atom.Kept(s) == 2 })
	if family.Of(1).Get(s) != 11 || family.Of(2).Get(s) != 22 || family.Of(3).Get(s) != 3 {
		t.Errorf("%d %d %d", family.Of(1).Get(s), family.Of(2).Get(s), family.Of(3).Get(s))
	}
	e.Succeed(s)
	stop()
	collected(t, func() bool { return atom.Kept(s) == 0 && family.Len() == 0 })
}

func TestNoPlaceIsLeftBehind(t *testing.T) {
	s, root := atom.NewStore(), atom.New(page{Rows: []line{{ID: 1}}})
	row := atom.At(atom.Focus(root, func(p *page) *[]line { return &p.Rows }), 1)
	upper := atom.Derive(func(r atom.Reader) string { return row.Get(r).Text })
	var stops []func()
	for range 100 {
		stops = append(stops, s.Subscribe(row, func() {}), s.Watch(upper, func() {}))
	}
	if atom.Watches(s) == 0 {
		t.Fatal("nothing is watched")
	}
	for _, stop := range stops {
		stop()
	}
	if n := atom.Watches(s); n != 0 {
		t.Errorf("%d watches and regions are left", n)
	}
}

func TestTheFunctionOfAFamilyMayUseOtherMembersAndStores(t *testing.T) {
	s := atom.NewStore()
	var sums *atom.Family[int, atom.Derived[int]]
	sums = atom.NewFamily(func(n int) *atom.Derived[int] {
		if n == 0 {
			return atom.Derive(func(atom.Reader) int { return 0 })
		}
		below := sums.Of(n - 1)
		below.Get(s)
		return atom.Derive(func(r atom.Reader) int { return n + below.Get(r) })
	})
	if got := sums.Of(100).Get(s); got != 5050 {
		t.Errorf("%d, want 5050", got)
	}
	var self *atom.Family[int, atom.Atom[int]]
	self = atom.NewFamily(func(n int) *atom.Atom[int] {
		if n == 1 {
			return self.Of(1)
		}
		panic("no")
	})
	if reason := panicOf(func() { self.Of(1) }); reason != "atom: the function of a Family asks for the member that it is to make" {
		t.Error(reason)
	}
	for range 2 {
		if reason := panicOf(func() { self.Of(2) }); reason != "no" {
			t.Error(reason)
		}
	}
}

func TestGoroutinesThatAskAtOnceGetTheSameMember(t *testing.T) {
	var both, group sync.WaitGroup
	both.Add(2)
	family := atom.NewFamily(func(n int) *atom.Atom[int] {
		both.Done()
		both.Wait()
		return atom.New(n)
	})
	var got [2]*atom.Atom[int]
	for i := range got {
		group.Go(func() { got[i] = family.Of(7) })
	}
	group.Wait()
	if got[0] != got[1] || family.Of(7) != got[0] || family.Len() != 1 {
		t.Errorf("%p and %p, %d members", got[0], got[1], family.Len())
	}
}
