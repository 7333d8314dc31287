package kind

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

const memberOf = `{"id":"org:memberOf","name":"member of","has_direction":true,"inverse":"hasMember","domain":["Agent"],"range":["Organization"],"vocabulary":"org"}`

func list(entries ...string) string { return "[" + strings.Join(entries, ",\n") + "]" }

// with returns memberOf with a text replaced.
func with(old, new string) string { return strings.Replace(memberOf, old, new, 1) }

func TestReader(t *testing.T) {
	for _, test := range []struct {
		reason string
		list   string
		kinds  int    // read before the error
		says   string // the error; "" is the end
	}{
		{"an empty list", ` [ ] `, 0, ""},
		{"two kinds", list(memberOf, with("org:m", "org:M")), 2, ""},
		{"null for what may be missing", list(with(`"hasMember"`, "null")), 1, ""},
		{"nothing", "", 0, "this is no list of kinds: it must be a JSON array"},
		{"an object", memberOf, 0, "this is no list of kinds: it must be a JSON array"},
		{"no JSON", "kinds", 0, "this is no list of kinds: it must be a JSON array"},
		{"more text", list(memberOf) + "x", 1, "there is more text behind the list"},
		{"the end is missing", "[" + memberOf, 1, "the list ends in the middle, at entry 2"},
		{"it ends in an entry", `[{"id":`, 0, "the list ends in the middle, at entry 1"},
		{"an entry that is not JSON", list(memberOf, "{id}"), 1, "entry 2 is not JSON: invalid character 'i' looking for beginning of object key string"},
		{"an entry that is no object", list(memberOf, "7"), 1, "entry 2: must be an object"},
		{"a field of another type", list(with(`true`, `"yes"`)), 0, "entry 1: /has_direction must be true or false"},
		{"null", list(with(`"member of"`, `null`)), 0, "entry 1: /name must be a string"},
		{"a field in capitals", list(with(`"name"`, `"Name"`)), 0, "entry 1: /name cannot be left out"},
		{"a field too many", list(with(`{`, `{"a/b":1,`)), 0, "entry 1: /a~1b is not known: a kind has no such field"},
		{"a class that is no text", list(with(`"Agent"`, `"Agent",1`)), 0, "entry 1: /domain/1 must be a string"},
		{"a name of two lines", list(memberOf, with("org:m", "org:M"), strings.ReplaceAll(with("org:m", "org:x"), "member of", `a\nb`)), 2,
			"entry 3 (org:xemberOf): /name must be one line without control characters"},
		{"an id of another vocabulary", list(with("org:m", "foaf:m")), 0,
			"entry 1 (foaf:memberOf): /id must be the vocabulary, a colon, and a name: letters, digits, and . _ -"},
		{"an id that would be another address", list(with("memberOf", "a/b")), 0,
			"entry 1 (org:a/b): /id must be the vocabulary, a colon, and a name: letters, digits, and . _ -"},
		{"no vocabulary", list(strings.ReplaceAll(memberOf, `"org"`, `""`)), 0, "entry 1 (org:memberOf): /vocabulary must be a name: letters, digits, and . _ -"},
		{"a negative version", list(with(`{`, `{"version":-1,`)), 0, "entry 1 (org:memberOf): /version must not be negative"},
		{"one id twice", list(memberOf, memberOf), 1, "entry 2 (org:memberOf): /id is that of entry 1, too"},
	} {
		reader := NewReader(strings.NewReader(test.list))
		n := 0
		var err error
		for {
			if _, err = reader.Next(); err != nil {
				break
			}
			n++
		}
		says := err.Error()
		if errors.Is(err, io.EOF) {
			says = ""
		}
		if n != test.kinds || says != test.says {
			t.Errorf("%s: %d kinds, then %q, want %d, then %q", test.reason, n, says, test.kinds, test.says)
		}
	}
}

func TestReaderOfTooMany(t *testing.T) {
	const most = 5
	entries := make([]string, most+1)
	for i := range entries {
		entries[i] = with("memberOf", fmt.Sprint(i))
	}
	reader := NewReader(strings.NewReader(list(entries...)))
	if reader.max != MaxEntries {
		t.Errorf("at most %d entries are read, want %d", reader.max, MaxEntries)
	}
	reader.max = most
	for i := range most {
		if _, err := reader.Next(); err != nil {
			t.Fatal(i, err)
		}
	}
	if _, err := reader.Next(); !errors.Is(err, ErrTooMany) {
		t.Error(err)
	}
}

func TestSame(t *testing.T) {
	for _, edit := range []func(*Kind){
		func(k *Kind) { k.Name += "x" }, func(k *Kind) { k.Description += "x" }, func(k *Kind) { k.HasDirection = true },
		func(k *Kind) { k.Inverse += "x" }, func(k *Kind) { k.Domain = []string{"x"} }, func(k *Kind) { k.Range = []string{"x"} },
	} {
		a := Kind{ID: "org:memberOf", Version: 1}
		b := Kind{ID: "org:memberOf", Version: 2, Domain: []string{}}
		if !a.EqualContent(b) {
			t.Errorf("%v is not like %v", a, b)
		}
		if edit(&b); a.EqualContent(b) {
			t.Errorf("%v is like %v", a, b)
		}
	}
}
