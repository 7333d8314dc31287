package atom_test

import (
	"encoding/json"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
)

type tag struct {
	ID   string `atom:"key"`
	Text string
	Done bool
}

type kept struct {
	Title, Note string
	Meta        struct{ A, B int }
	Ptr         *tag
	Slice       []tag
	List        draft.List[tag]
	Map         map[string]tag
	Tree        draft.Map[string, tag]
	Plain       []int
	Any         any
}

func TestSetInitialKeepsWhatTheUserHasSet(t *testing.T) {
	loaded := func() kept {
		three := []tag{{"a", "A", false}, {"b", "B", false}, {"c", "C", false}}
		v := kept{Title: "loaded", Note: "loaded", Ptr: &tag{ID: "p", Text: "P"}, Slice: three, List: draft.ListOf(three...), Plain: []int{1, 2}, Any: tag{ID: "x", Text: "X"}}
		v.Meta.A, v.Meta.B = 1, 2
		v.Map = map[string]tag{"a": three[0], "b": three[1]}
		v.Tree = draft.MapOf(v.Map)
		return v
	}
	for _, row := range []struct {
		reason   string
		base     kept
		set      func(*kept)
		expected func(*kept)
	}{
		{"a field", kept{}, func(v *kept) { v.Title = "mine" }, func(v *kept) { v.Title = "mine" }},
		{"a field, to and fro", kept{Title: "x"}, func(v *kept) { v.Title = "y" }, func(v *kept) { v.Title = "y" }},
		{"a nested field", kept{}, func(v *kept) { v.Meta.B = 9 }, func(v *kept) { v.Meta.B = 9 }},
		{"what a pointer leads to", loaded(), func(v *kept) { v.Ptr.Done = true }, func(v *kept) { v.Ptr.Done = true }},
		{"a pointer", kept{}, func(v *kept) { v.Ptr = &tag{ID: "mine"} }, func(v *kept) { v.Ptr = &tag{ID: "mine"} }},
		{"a field of an element", loaded(), func(v *kept) {
			v.Slice[1].Done, v.List.Edit(1).Done = true, true
			v.Map["b"] = tag{"b", "mine", false}
			v.Tree.Edit("b").Done = true
		}, func(v *kept) {
			v.Slice[1].Done, v.List.Edit(1).Done = true, true
			v.Map["b"] = tag{"b", "mine", false}
			v.Tree.Edit("b").Done = true
		}},
		{"an element that was added to nothing", kept{}, func(v *kept) {
			v.Slice = append(v.Slice, tag{ID: "mine"})
			v.List.Append(tag{ID: "mine"})
			v.Map = map[string]tag{"mine": {}}
			v.Tree.Set("mine", tag{})
		}, func(v *kept) {
			v.Slice = append([]tag{{ID: "mine"}}, v.Slice...)
			v.List.Insert(0, tag{ID: "mine"})
			v.Map["mine"] = tag{}
			v.Tree.Set("mine", tag{})
		}},
		{"one that was added behind another", loaded(), func(v *kept) {
			v.Slice = append(v.Slice[:1:1], append([]tag{{ID: "mine"}}, v.Slice[1:]...)...)
			v.List.Insert(1, tag{ID: "mine"})
		}, func(v *kept) {
			v.Slice = append(v.Slice[:1:1], append([]tag{{ID: "mine"}}, v.Slice[1:]...)...)
			v.List.Insert(1, tag{ID: "mine"})
		}},
		{"one that was removed", loaded(), func(v *kept) {
			v.Slice = append(v.Slice[:1:1], v.Slice[2:]...)
			v.List.Delete(1)
			delete(v.Map, "b")
			v.Tree.Delete("b")
		}, func(v *kept) {
			v.Slice = append(v.Slice[:1:1], v.Slice[2:]...)
			v.List.Delete(1)
			delete(v.Map, "b")
			v.Tree.Delete("b")
		}},
		{"one that the query does not have", kept{Slice: []tag{{ID: "old"}}, List: draft.ListOf(tag{ID: "old"})}, func(v *kept) {
			v.Slice[0].Done, v.List.Edit(0).Done = true, true
		}, func(*kept) {}},
		{"a slice without identities", kept{}, func(v *kept) { v.Plain = []int{7} }, func(v *kept) { v.Plain = []int{7} }},
		{"what an interface holds", loaded(), func(v *kept) { x := v.Any.(tag); x.Done = true; v.Any = x }, func(v *kept) { x := v.Any.(tag); x.Done = true; v.Any = x }},
	} {
		for _, how := range []string{"written", "pending", "in parts"} {
			s, root := atom.NewStore(), atom.New(kept{})
			root.Sync(s, row.base)
			expected := loaded()
			row.expected(&expected)
			var e *atom.Entry
			var err error
			switch how {
			case "pending": // a saga that began before, and succeeds after
				e, err = atom.Dispatch(s, root.Edit(row.set))
				e.Succeed(s)
			case "in parts":
				err = root.Update(s, row.set)
				title := atom.Focus(root, func(v *kept) *string { return &v.Note })
				if used, err := title.SetInitial(s, "its own"); !used || err != nil {
					t.Fatalf("%s: %v, %v", row.reason, used, err)
				}
				expected.Note = "its own"
			default:
				err = root.Update(s, row.set)
			}
			if err != nil {
				t.Fatal(err)
			}
			used, err := root.SetInitial(s, loaded())
			got, want := jsonOf(root.Get(s)), jsonOf(expected)
			if !used || err != nil || got != want {
				t.Errorf("%s, %s: used %v, %v\n got %s\nwant %s", row.reason, how, used, err, got, want)
			}
			if used, _ := root.SetInitial(s, kept{}); used || jsonOf(root.Get(s)) != want {
				t.Errorf("%s, %s: a second one is used", row.reason, how)
			}
		}
	}
}

func jsonOf(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func TestSetInitialOfAPartOfWhatTheUserHasSet(t *testing.T) {
	s, root := atom.NewStore(), atom.New(kept{})
	root.Set(s, kept{Title: "mine", Slice: []tag{{ID: "a"}}})
	title := atom.Focus(root, func(v *kept) *string { return &v.Title })
	note := atom.Focus(root, func(v *kept) *string { return &v.Note })
	rows := atom.Focus(root, func(v *kept) *[]tag { return &v.Slice })
	if used, err := title.SetInitial(s, "loaded"); used || err != nil || title.Get(s) != "mine" {
		t.Errorf("used %v, %v: %q", used, err, title.Get(s))
	}
	if used, err := note.SetInitial(s, "loaded"); !used || err != nil {
		t.Errorf("what the user has not changed: used %v, %v", used, err)
	}
	used, err := rows.SetInitial(s, []tag{{ID: "b"}})
	if got := rows.Get(s); !used || err != nil || len(got) != 2 || got[0].ID != "a" || got[1].ID != "b" {
		t.Errorf("used %v, %v: %v", used, err, got)
	}
	if used, err := atom.At(rows, "a").SetInitial(s, tag{"a", "x", true}); used || err != nil {
		t.Errorf("an element that the user has added: used %v, %v", used, err)
	}
}
