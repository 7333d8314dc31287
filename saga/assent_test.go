package saga_test

import (
	"slices"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/sagatest"
)

// What was sent is what is re-applied: the page shows what the server was told.
func TestAsSent(t *testing.T) {
	for _, test := range []struct {
		reason  string
		asSent  bool
		below   func(*doc) // what changes under the saga
		update  func(*doc)
		visible doc
	}{
		{
			reason: "an intent counts on from the new value",
			below:  func(d *doc) { d.Count = 10 },
			update: func(d *doc) { d.Count++ }, visible: doc{Count: 11, Rows: list("x", "y").Rows},
		},
		{
			reason: "a patch says what it said", asSent: true,
			below:  func(d *doc) { d.Count = 10 },
			update: func(d *doc) { d.Count++ }, visible: doc{Count: 1, Rows: list("x", "y").Rows},
		},
		{
			reason: "an element is found by its identity, not by its position", asSent: true,
			below:   func(d *doc) { d.Rows = slices.Insert(d.Rows, 0, row{ID: "new", Name: "new"}) },
			update:  func(d *doc) { d.Rows[1].Name = "renamed" },
			visible: doc{Rows: []row{{"new", "new"}, {"x", "x"}, {"y", "renamed"}}},
		},
	} {
		t.Run(test.reason, func(t *testing.T) {
			s, a := atom.NewStore(), atom.New(list("x", "y"))
			h := &sagatest.Hand{}
			sg := saga.Update(test.update).Effect(sagatest.Effect[doc](h))
			if test.asSent {
				sg = sg.AsSent()
			}
			h.Task = saga.Run(s, a, sg)
			before := h.Task.Patch().String()
			if err := a.SyncUpdate(s, test.below); err != nil {
				t.Fatal(err)
			}
			expect(t, s, a, test.visible)
			if got := h.Task.Patch().String(); got != before {
				t.Errorf("the task's patch has become %q, it was %q", got, before)
			}
			h.Fail(errServer)
			want := list("x", "y")
			test.below(&want)
			expect(t, s, a, want)
		})
	}
}

func TestAsSentThatFindsNoPlaceIsAConflict(t *testing.T) {
	s, a := atom.NewStore(), atom.New(list("x", "y"))
	h := &sagatest.Hand{}
	h.Task = saga.Run(s, a, saga.Update(func(d *doc) { d.Rows[1].Name = "renamed" }).Effect(sagatest.Effect[doc](h)).AsSent())
	a.SyncUpdate(s, remove("y"))
	h.Task.Wait(t.Context())
	if h.Task.State() != saga.Conflict {
		t.Errorf("the task is %v", h.Task.State())
	}
	expect(t, s, a, list("x"))
}
