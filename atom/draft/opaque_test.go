package draft

import (
	"errors"
	"math/big"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

type (
	service struct{ self *service } // contains itself
	guarded struct {
		Mu sync.Mutex
		N  int
	} // contains a lock, as it may
	counted  struct{ Hits atomic.Int64 }
	crowd    [2]sync.Mutex
	declared struct{ Name string } // says that it is opaque
	tally    struct{ n *big.Int }  // a value with a form of its own
	spinlock int32
)

func (*declared) AtomOpaque()                 {}
func (t *tally) MarshalText() ([]byte, error) { return t.n.MarshalText() }
func (t *tally) UnmarshalText(b []byte) error { t.n = new(big.Int); return t.n.UnmarshalText(b) }
func (*spinlock) Lock()                       {}
func (*spinlock) Unlock()                     {}

func newService() *service {
	s := new(service)
	s.self = s
	return s
}

func TestWhatHasAFormOfItsOwnIsAValue(t *testing.T) {
	type T struct {
		Int   *big.Int
		Rat   *big.Rat
		Float *big.Float
		Addr  *netip.Addr
		Time  *time.Time
		Tally *tally
	}
	addr, at := netip.MustParseAddr("::1"), time.Unix(1, 0)
	prev := &T{big.NewInt(1), big.NewRat(1, 2), big.NewFloat(1), &addr, &at, &tally{big.NewInt(3)}}
	next, c := edited(t, prev, func(d *T) {
		d.Int.Add(d.Int, d.Int)
		d.Rat.Add(d.Rat, d.Rat)
		d.Float.Add(d.Float, d.Float)
		*d.Addr = d.Addr.Next()
		*d.Time = d.Time.Add(1)
		d.Tally.n.SetInt64(4)
	})
	if prev.Int.Int64() != 1 || prev.Rat.String() != "1/2" || prev.Tally.n.Int64() != 3 || addr.String() != "::1" {
		t.Errorf("the value before was written to: %s", show(prev))
	}
	if next.Int.Int64() != 2 || next.Tally.n.Int64() != 4 || c.Len() != 6 {
		t.Errorf("%s: %s", show(next), c)
	}
	if _, c := edited(t, next, func(d *T) { d.Int = big.NewInt(2) }); !c.Empty() {
		t.Errorf("an equal number is a change: %s", c)
	}
}

func TestThingsInAPatch(t *testing.T) {
	type T struct {
		Name    string
		Service *service
		Hidden  *guarded `json:"-"`
		Call    func()   `json:",omitzero"`
	}
	_, c := edited(t, &T{}, func(d *T) { d.Name, d.Service, d.Hidden = "x", newService(), new(guarded) })
	if got, want := patchText(t, c), `[{"op":"replace","path":"/Name","value":"x"},{"op":"replace","path":"/Service","value":{}}]`; got != want {
		t.Errorf("patch %s, want %s, which is what encoding/json makes of it", got, want)
	}
	_, c, err := Revise(&T{}, func(d *T) { d.Call = func() {} })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.JSONPatch(); err == nil || !strings.Contains(err.Error(), "/Call") {
		t.Errorf("a func as JSON: error %v, want one that names /Call", err)
	}
	v := T{Service: newService()}
	for _, patch := range []string{
		`[{"op":"replace","path":"/Service","value":{}}]`, `[{"op":"add","path":"/Service","value":{"self":null}}]`,
		`[{"op":"remove","path":"/Service/self"}]`,
	} {
		if next, _, err := ApplyPatch(v, []byte(patch), Limits{}); err == nil || next.Service != v.Service {
			t.Errorf("%s puts another service there: %v", patch, err)
		}
	}
	next, _, err := ApplyPatch(v, []byte(`[{"op":"replace","path":"/Service","value":null}]`), Limits{})
	if err != nil || next.Service != nil {
		t.Errorf("%v", err)
	}
}

// What would be copied with its lock is refused where it is defined.
func TestALockInAValueIsAnErrorOfTheType(t *testing.T) {
	type inField struct{ In struct{ Mu sync.RWMutex } }
	type inSlice struct{ L []guarded }
	type inMap struct{ M map[string]counted }
	type inList struct{ L List[guarded] }
	type embedded struct{ guarded }
	type spins struct{ L spinlock }
	type pointed struct {
		P *guarded
		Q *inField
	}
	for name, err := range map[string]error{
		"itself": try[guarded](), "in a field": try[inField](), "in a slice": try[inSlice](), "in a map": try[inMap](),
		"in a list": try[inList](), "embedded": try[embedded](), "of one's own": try[spins](), "in an array": try[crowd](),
	} {
		if !errors.Is(err, ErrType) || !strings.Contains(err.Error(), "hold a pointer") {
			t.Errorf("%s: error %v, want one that says what to do", name, err)
		}
	}
	if err := try[pointed](); err != nil {
		t.Errorf("behind a pointer: %v", err)
	}
	held := any(struct{ Mu *sync.Mutex }{new(sync.Mutex)})
	if _, _, err := Revise(&held, func(*any) {}); err != nil {
		t.Errorf("a pointer in an interface: %v", err)
	}
}
