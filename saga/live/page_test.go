//go:build !js

package live

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, test := range []struct {
		reason, stream string
		want           string
	}{
		{"one event", "id: 1.x\nevent: gap\ndata: {}\n\n", "[{1.x gap {}}]"},
		{"the id stays for those behind", "id: 1.x\ndata: a\n\ndata: b\n\n", "[{1.x  a} {1.x  b}]"},
		{"no space", "data:a\n\n", "[{  a}]"},
		{"lines of data", "data: a\ndata: b\n\n", "[{  a\nb}]"},
		{"comments, and fields that nobody knows", ": hello\nretry: 1000\nother: 1\ndata: a\n\n", "[{  a}]"},
		{"nothing in it", "event: beat\n\ndata: a\n\n", "[{  a}]"},
		{"an end in the middle is not an event", "data: a\n\ndata: b\n", "[{  a}]"},
		{"CRLF", "data: a\r\n\r\n", "[{  a}]"},
	} {
		var got []message
		err := parse(strings.NewReader(test.stream), func(m message) { got = append(got, m) })
		if fmt.Sprint(got) != test.want || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %q, %v; want %q", test.reason, got, err, test.want)
		}
	}
	if err := parse(strings.NewReader("data: "+strings.Repeat("x", longestLine)), func(message) {}); err == nil {
		t.Error("a line without an end was read to it")
	}
}

func TestPosition(t *testing.T) {
	for text, want := range map[string]position{`W/"17.ab"`: {17, "ab"}, `"0.ab"`: {0, "ab"}, "3": {3, ""}} {
		if got, err := parsePosition(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "x.ab", "-1.ab", `W/""`, "99999999999999999999.ab"} {
		if got, err := parsePosition(text); err == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
}
