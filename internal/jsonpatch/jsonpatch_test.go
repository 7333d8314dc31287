package jsonpatch

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// rules is what is a patch, and what is not.
var rules = []struct {
	doc   string
	err   error  // nil: it is one
	index int    // of the operation that is refused; -1: the document is
	text  string // of the error
}{
	{`[]`, nil, -1, ""},
	{` [ {"op":"remove","path":"/a"} ] `, nil, -1, ""},
	{`[{"op":"remove","path":"/a","from":7,"value":{},"why":[1]}]`, nil, -1, ""}, // what it does not need is ignored
	{`[{"op":"move","path":"/a","from":"/b","value":1}]`, nil, -1, ""},
	{`[{"op":"add","path":"","value":null}]`, nil, -1, ""},
	{`[{"\u006fp":"add","path":"/\u007e0","value":1}]`, nil, -1, ""},
	{``, ErrMalformed, -1, "not JSON"},
	{`[`, ErrMalformed, -1, "not JSON"},
	{`[] 1`, ErrMalformed, -1, "not JSON"},
	{"[\"\xff\"]", ErrMalformed, -1, "UTF-8"},
	{`null`, ErrMalformed, -1, "array"},
	{`{"op":"remove","path":"/a"}`, ErrMalformed, -1, "array"},
	{`[{"op":"add","path":"/a","path":"/b","value":1}]`, ErrMalformed, -1, `"path" is there twice`},
	{`[{"op":"add","path":"/a","why":1,"why":2,"value":1}]`, ErrMalformed, -1, `"why" is there twice`},
	{`[{"op":"add","path":"/a","value":[{"c":1,"\u0063":2}]}]`, ErrMalformed, -1, `"c" is there twice`},
	{`[{"op":"add","path":"/a","value":[{"c":1},{"c":1}]},{"op":"test","path":"/a","value":{"d":{"c":1},"c":"}"}}]`, nil, -1, ""},
	{`[{"op":"remove","path":"/a"},null]`, ErrMalformed, 1, "object"},
	{`[[]]`, ErrMalformed, 0, "object"},
	{`[{"path":"/a"}]`, ErrMalformed, 0, `"op"`},
	{`[{"OP":"remove","path":"/a"}]`, ErrMalformed, 0, `"op"`},
	{`[{"op":null,"path":"/a"}]`, ErrMalformed, 0, `"op"`},
	{`[{"op":"Remove","path":"/a"}]`, ErrMalformed, 0, `"Remove"`},
	{`[{"op":"remove"}]`, ErrMalformed, 0, `"path"`},
	{`[{"op":"remove","path":["a"]}]`, ErrMalformed, 0, `"path"`},
	{`[{"op":"remove","path":"a"}]`, ErrMalformed, 0, "JSON pointer"},
	{`[{"op":"remove","path":"/~2"}]`, ErrMalformed, 0, "JSON pointer"},
	{`[{"op":"remove","path":"/a~"}]`, ErrMalformed, 0, "JSON pointer"},
	{`[{"op":"test","path":"/a"}]`, ErrMalformed, 0, `"value"`},
	{`[{"op":"copy","path":"/a"}]`, ErrMalformed, 0, `"from"`},
	{`[{"op":"copy","path":"/a","from":"b"}]`, ErrMalformed, 0, "from"},
	{`[{"op":"copy","path":"/a","from":null}]`, ErrMalformed, 0, `"from"`},
	{`[` + strings.Repeat(`{"op":"remove","path":"/a"},`, 3) + `{"op":"remove","path":"/a"}]`, ErrTooMany, -1, "4 operations; at most 3"},
	{`[{"op":"add","path":"/a","value":[[[]]]}]`, ErrLimit, -1, "4 levels"},
	{`[{"op":"add","path":"/a/b/c/d/e","value":1}]`, ErrLimit, 0, "5 steps"},
	{`[{"op":"add","path":"/a","value":"[[[[[\"[["}]`, nil, -1, ""},
	{strings.Repeat("[", 30_000), ErrLimit, -1, "levels"},
}

func TestRules(t *testing.T) {
	for _, r := range rules {
		_, err := Parse([]byte(r.doc), 3, 4)
		var at *Error
		errors.As(err, &at)
		if (err == nil) != (r.err == nil) || r.err != nil && !errors.Is(err, r.err) || err != nil && !strings.Contains(err.Error(), r.text) || (at != nil) != (r.index >= 0) || at != nil && at.Index != r.index {
			t.Errorf("%.60s: %v", r.doc, err)
		}
	}
}

func TestIndex(t *testing.T) {
	for _, r := range []struct {
		token string
		end   bool
		want  int // -1: none; -2: outside
	}{
		{"0", false, 0}, {"1", false, 1}, {"2", false, -2}, {"2", true, 2}, {"3", true, -2}, {"-", true, 2}, {"-", false, -1},
		{"00", false, -1}, {"01", false, -1}, {"-1", false, -1}, {"+1", false, -1}, {"", false, -1}, {"1e0", false, -1}, {"99999999999999999999", true, -2}, {" 1", true, -1}, {"१", true, -1},
	} {
		i, err := Index(r.token, 2, r.end)
		if r.want >= 0 && (err != nil || i != r.want) || r.want < 0 && (err == nil || errors.Is(err, ErrOutside) != (r.want == -2)) {
			t.Errorf("%q, %v: %d, %v", r.token, r.end, i, err)
		}
	}
}

func TestEqual(t *testing.T) {
	for _, row := range []struct {
		a, b string
		want bool
	}{
		{"1", "1.0", true}, {"100", "1e2", true}, {"-0", "0", true}, {"0e99999999999", "0", true}, {"0.10", "1e-1", true}, {"1e400", "10e399", true},
		{"9007199254740993", "9007199254740992", false}, {"1", "-1", false}, {"1e99999999999", "2", false}, {"1e400", "1e401", false},
		{"0.1", "0.1000000000000000055511151231257827", false}, {"1E+2", "100", true},
		{`{"a":1,"b":[2]}`, `{"b":[2.0],"a":1}`, true}, {`[1,2]`, `[2,1]`, false}, {`[1]`, `[1,2]`, false}, {`"1"`, `1`, false}, {`null`, `{}`, false},
		{`{"a":null}`, `{"b":null}`, false}, {`{"a":null}`, `{}`, false}, {`[]`, `{}`, false}, {`null`, `false`, false}, {`"\u0061"`, `"a"`, true}, {`{`, `{`, false},
	} {
		if Equal([]byte(row.a), []byte(row.b)) != row.want || Equal([]byte(row.b), []byte(row.a)) != row.want {
			t.Errorf("%s and %s: not %v", row.a, row.b, row.want)
		}
	}
}

// What is read as a pointer is written as the same text, and what is refused
// is no pointer by the grammar of RFC 6901.
func FuzzPointer(f *testing.F) {
	for _, s := range []string{"", "/", "//", "a", "/~0~1", "/~01", "/~", "/~2", "/a~", "/é/0/-", "/\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		tokens, err := ParsePointer(s)
		if err == nil {
			if again := Pointer(tokens...); again != s {
				t.Fatalf("%q becomes %q", s, again)
			}
			return
		}
		if rest := strings.NewReplacer("~0", "", "~1", "").Replace(s); s[0] == '/' && !strings.Contains(rest, "~") {
			t.Fatalf("%q is a pointer: %v", s, err)
		}
	})
}

// A text that is accepted is JSON in which reading loses no member; and a patch that
// is accepted says the same when it is written anew.
func FuzzParse(f *testing.F) {
	for _, r := range rules {
		f.Add([]byte(r.doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		ops, err := Parse(doc, 100, 100)
		if err != nil {
			if !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrLimit) {
				t.Fatalf("%q: %v", doc, err)
			}
			return
		}
		var plain []map[string]any
		if err := json.Unmarshal(doc, &plain); err != nil || len(plain) != len(ops) {
			t.Fatalf("%q: %v", doc, err)
		}
		for i, o := range ops {
			if plain[i]["op"] != o.Op || plain[i]["path"] != Pointer(o.Path...) || o.From != nil && plain[i]["from"] != Pointer(o.From...) {
				t.Fatalf("%q is read as %+v", doc, o)
			}
		}
		var v any
		json.Unmarshal(doc, &v)
		again, _ := json.Marshal(v)
		if names(doc) != names(again) {
			t.Fatalf("%q has a member that is lost: %q", doc, again)
		}
	})
}

// names counts the members in a valid text: the colons that are in no string.
func names(text []byte) (n int) {
	quoted := false
	for i := 0; i < len(text); i++ {
		switch {
		case quoted && text[i] == '\\':
			i++
		case text[i] == '"':
			quoted = !quoted
		case !quoted && text[i] == ':':
			n++
		}
	}
	return n
}

func FuzzEqual(f *testing.F) {
	f.Add([]byte("1"), []byte("1.0"))
	f.Add([]byte(`{"a":[1e2,null]}`), []byte(`{"a":[100,null]}`))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		if json.Valid(a) != Equal(a, a) {
			t.Fatalf("%q is not itself", a)
		}
		if Equal(a, b) != Equal(b, a) {
			t.Fatalf("%q and %q are equal one way", a, b)
		}
	})
}
