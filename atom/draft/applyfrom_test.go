package draft

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// A server sees the offset of a time's zone, and not the zone's name.
func TestApplyFromFindsATimeThatJSONShowsAlike(t *testing.T) {
	at := time.Unix(3, 0)
	before := []time.Time{at.In(time.FixedZone("CET", 3600))}
	_, c := edited(t, &before, func(l *[]time.Time) { *l = nil })
	if got, err := ApplyFrom([]time.Time{at.In(time.FixedZone("", 3600))}, before, c); err != nil || got != nil {
		t.Errorf("the same offset: %v, %v", got, err)
	}
	if _, err := ApplyFrom([]time.Time{at.UTC()}, before, c); err == nil {
		t.Error("another offset is taken for the same")
	}
}

// Of elements without a key the value that they had says which one is meant.
func TestApplyFromFindsElementsByWhatTheyWere(t *testing.T) {
	for _, row := range []struct {
		name, before, after, now, want string // elements; want is "" for none
	}{
		{"where it was", "abc", "ac", "abc", "ac"},
		{"one has come in front", "bc", "b", "abc", "ab"},
		{"one has gone", "abc", "ab", "bc", "b"},
		{"it has gone", "abc", "ab", "ab", ""},
		{"which one", "bab", "b", "xbcb", ""},
		{"replaced", "bc", "bx", "abc", "abx"},
		{"somebody else has replaced it by the same", "bc", "bx", "bx", "bx"},
		{"somebody else has replaced it by another", "bc", "bx", "by", ""},
		{"behind the one that it came behind", "bc", "bxc", "abc", "abxc"},
		{"in front", "bc", "xbc", "abc", "xabc"},
		{"at the end", "ab", "abx", "abc", "abxc"},
		{"behind one that has gone", "bc", "bxc", "c", "cx"},
	} {
		t.Run(strings.ReplaceAll(row.name, " ", "_"), func(t *testing.T) {
			plain := func(s string) []string { return strings.Split(s, "") }
			before := plain(row.before)
			_, c := edited(t, &before, func(l *[]string) { *l = plain(row.after) })
			got, err := ApplyFrom(plain(row.now), before, c)
			if want := row.want; (err != nil) != (want == "") || err == nil && strings.Join(got, "") != want {
				t.Errorf("a slice: %v, %v; want %s", got, err, want)
			}
			list := ListOf(before...)
			_, c = edited(t, &list, func(l *List[string]) {
				next := ListOf(plain(row.after)...)
				*l = next
			})
			l, err := ApplyFrom(ListOf(plain(row.now)...), list, c)
			if want := row.want; (err != nil) != (want == "") || err == nil && strings.Join(slices.Collect(l.Values()), "") != want {
				t.Errorf("a List: %v, %v; want %s", slices.Collect(l.Values()), err, want)
			}
		})
	}
}

func TestApplyFromMovesWhatItMeans(t *testing.T) {
	before := ListOf("a", "b", "c", "d")
	_, c := edited(t, &before, func(l *List[string]) { l.Move(3, 1) })
	got, err := ApplyFrom(ListOf("x", "a", "b", "c", "d"), before, c)
	if want := "x a d b c"; err != nil || strings.Join(slices.Collect(got.Values()), " ") != want {
		t.Errorf("%v, %v; want %s", slices.Collect(got.Values()), err, want)
	}
	if got, err := ApplyFrom(ListOf("a", "b", "c"), before, c); err == nil {
		t.Errorf("it has moved what is not there: %v", got)
	}
}

func TestApplyFromOfAFieldOfAnElementWithoutAKey(t *testing.T) {
	type loose struct{ Name, Note string }
	before := map[string][]loose{"k": {{"b", ""}, {"c", ""}}}
	_, c := edited(t, &before, func(m *map[string][]loose) { (*m)["k"][1] = loose{"c2", "x"} })
	got, err := ApplyFrom(map[string][]loose{"k": {{"a", ""}, {"b", ""}, {"c", ""}}}, before, c)
	if err != nil || !reflect.DeepEqual(got["k"], []loose{{"a", ""}, {"b", ""}, {"c2", "x"}}) {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := ApplyFrom(map[string][]loose{"k": {{"b", ""}, {"c", "theirs"}}}, before, c); err == nil {
		t.Errorf("it has changed another element: %v", got)
	}
}

// What replaces a list as a whole is no reason to lose what others have put there.
func TestApplyFromOfAWholeList(t *testing.T) {
	var before []string
	_, c := edited(t, &before, func(l *[]string) { *l = []string{"x"} })
	for _, theirs := range [][]string{{"a"}, {}} {
		if got, err := ApplyFrom(theirs, before, c); err == nil {
			t.Errorf("%v of %v", got, theirs)
		}
	}
	if got, err := ApplyFrom([]string{"x"}, before, c); err != nil || len(got) != 1 {
		t.Errorf("somebody else has done the same: %v, %v", got, err)
	}
}
