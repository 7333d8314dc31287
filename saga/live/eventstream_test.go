//go:build !js

package live

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// The cases named "format" are those of the web platform tests of that name.
var streams = []struct {
	reason, stream string
	want           []message
}{
	{"one event", "id: 1.x\nevent: gap\ndata: {}\n\n", []message{{"1.x", "gap", "{}"}}},
	{"nothing in it", "event: beat\n\ndata: a\n\n", []message{{"", "", "a"}}},
	{"an empty stream", "", nil},
	{"a stream of nothing", "\n\n\r\n\r\r", nil},
	{"an end in the middle is not an event", "data: a\n\ndata: b\n", []message{{"", "", "a"}}},
	{"an end in the middle of a line", "data: a\n\ndata: b", []message{{"", "", "a"}}},
	{"an event of the name that all have", "event: message\ndata: a\n\n", []message{{"", "", "a"}}},
	{"the last name counts", "event: a\nevent: gap\ndata: x\n\n", []message{{"", "gap", "x"}}},
	{"invalid UTF-8 becomes the replacement character", "data: a\xffb\n\n", []message{{"", "", "a\ufffdb"}}},

	{"format-bom", "\ufeffdata:1\n\n\ufeffdata:2\n\ndata:3\n\n", []message{{"", "", "1"}, {"", "", "3"}}},
	{"format-bom-2", "\ufeff\ufeffdata:1\n\ndata:2\n\ndata:3\n\n", []message{{"", "", "2"}, {"", "", "3"}}},
	{"half a byte order mark", "\xef\xbbdata:1\n\ndata:2\n\n", []message{{"", "", "2"}}},
	{"a byte order mark alone", "\ufeff", nil},
	{"format-comments", "data:1\r:\x00\n:\r\ndata:2\n:" + strings.Repeat("x", 2048) + "\rdata:3\n:data:fail\r:" + strings.Repeat("x", 2048) + "\ndata:4\n\n",
		[]message{{"", "", "1\n2\n3\n4"}}},
	{"format-data-before-final-empty-line", "retry:1000\ndata:test1\n\nid:test\ndata:test2", []message{{"", "", "test1"}}},
	{"format-field-data", "data:\n\ndata\ndata\n\ndata:test\n\n", []message{{"", "", ""}, {"", "", "\n"}, {"", "", "test"}}},
	{"format-field-event", "event:test\ndata:x\n\ndata:x\n\n", []message{{"", "test", "x"}, {"", "", "x"}}},
	{"format-field-event-empty", "event: \ndata:data\n\n", []message{{"", "", "data"}}},
	{"format-field-id", "id: …\ndata: hello\n\ndata: again\n\n", []message{{"…", "", "hello"}, {"…", "", "again"}}},
	{"format-field-id-3, persists", "id: 1\ndata: 1\n\ndata: 2\n\n", []message{{"1", "", "1"}, {"1", "", "2"}}},
	{"format-field-id-3, changes", "id: 1\ndata: 1\n\nid: 2\ndata: 2\n\ndata: 3\n\n", []message{{"1", "", "1"}, {"2", "", "2"}, {"2", "", "3"}}},
	{"format-field-id-3, resets", "id: 1\ndata: 1\n\nid:\ndata: 2\n\nid\ndata: 3\n\n", []message{{"1", "", "1"}, {"", "", "2"}, {"", "", "3"}}},
	{"format-field-id-null", "id: 1\ndata: 1\n\nid: \x00\x00\ndata: hello\n\nid: 2\x00\ndata: hello\n\n", []message{{"1", "", "1"}, {"1", "", "hello"}, {"1", "", "hello"}}},
	{"an id without data holds", "id: 5\n\ndata: x\n\n", []message{{"5", "", "x"}}},
	{"format-field-parsing", "data:\x00\ndata:  2\rData:1\ndata\x00:2\ndata:1\r\x00data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n data:32\ndata:4\n\n",
		[]message{{"", "", "\x00\n 2\n1\n3\n\n4"}}},
	{"format-field-retry", "retry:03000\ndata:x\n\n", []message{{"", "", "x"}}},
	{"format-field-retry-bogus", "retry:3000\nretry:1000x\ndata:x\n\n", []message{{"", "", "x"}}},
	{"format-field-retry-empty", "retry\ndata:test\n\n", []message{{"", "", "test"}}},
	{"a retry of ten days", "retry:864000000\ndata:test\n\n", []message{{"", "", "test"}}},
	{"format-field-unknown", "data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacommentyay\ndata:test\n\n", []message{{"", "", "test\n\ntest"}}},
	{"format-leading-space", "data:\ttest\rdata: \ndata:test\n\n", []message{{"", "", "\ttest\n\ntest"}}},
	{"format-newlines", "data:test\r\ndata\ndata:test\r\n\r", []message{{"", "", "test\n\ntest"}}},
	{"format-null-character", "data:\x00\n\n\n\n", []message{{"", "", "\x00"}}},
	{"format-utf-8", "data:ok…\n\n", []message{{"", "", "ok…"}}},
	{"event-data", "data:msg\ndata: msg\n\n:\nfalsefield:msg\n\nfalsefield:msg\nData:data\n\ndata\n\ndata:end\n\n",
		[]message{{"", "", "msg\nmsg"}, {"", "", ""}, {"", "", "end"}}},
}

func eventsOf(from io.Reader) (all []message, err error) {
	err = readEvents(from, func(m message) { all = append(all, m) })
	return all, err
}

func TestEventStreamsOfTheHTMLStandard(t *testing.T) {
	for _, test := range streams {
		got, err := eventsOf(strings.NewReader(test.stream))
		if !slices.Equal(got, test.want) || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %q, %v; want %q", test.reason, got, err, test.want)
		}
	}
}

// A line that ends with CR ends there: what comes next may take its time.
func TestAnEventIsHandedOnWithItsLastByte(t *testing.T) {
	for _, end := range []string{"\n", "\r"} {
		in, out := io.Pipe()
		got := make(chan message)
		go readEvents(in, func(m message) { got <- m })
		io.WriteString(out, "data: a"+end+end)
		if m := <-got; m.data != "a" {
			t.Errorf("got %q", m)
		}
		out.Close()
	}
}

func TestAnEndlessEventEndsTheStream(t *testing.T) {
	long := strings.Repeat("x", 1000)
	for reason, endless := range map[string]string{
		"a line": strings.Repeat(long, 2000), "lines": strings.Repeat("data:"+long+"\n", 2000), "comments": strings.Repeat(":"+long+"\n", 2000),
	} {
		if got, err := eventsOf(strings.NewReader("data:1\n\n" + endless + "\n\ndata:2\n\n")); err != errTooLong || fmt.Sprint(got) != "[{  1}]" {
			t.Errorf("%s: %v, %v", reason, got, err)
		}
	}
	if got, err := eventsOf(strings.NewReader(strings.Repeat("data:"+long+"\n\n", 2000))); len(got) != 2000 || err == errTooLong {
		t.Errorf("%d short events: %v", len(got), err)
	}
}

// reference is the standard, read slowly: the whole of a stream at once.
func reference(stream string) (all []message) {
	stream = strings.TrimPrefix(stream, "\ufeff")
	stream = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(stream)
	stream = strings.ToValidUTF8(stream, "\ufffd")
	var m message
	var data []string
	lines := strings.Split(stream, "\n")
	for _, line := range lines[:len(lines)-1] { // what has no end is not a line
		if line == "" {
			if m.data = strings.Join(data, "\n"); data != nil {
				all = append(all, m)
			}
			m, data = message{id: m.id}, nil
			continue
		}
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case name == "data":
			data = append(data, value)
		case name == "event" && value != "message":
			m.event = value
		case name == "event":
			m.event = ""
		case name == "id" && !strings.Contains(value, "\x00"):
			m.id = value
		}
	}
	return all
}

// However a stream comes in pieces, it is read as the standard says.
func FuzzEventStream(f *testing.F) {
	for _, test := range streams {
		f.Add(test.stream)
	}
	f.Fuzz(func(t *testing.T, stream string) {
		want := reference(stream)
		for _, from := range []io.Reader{strings.NewReader(stream), iotest.OneByteReader(strings.NewReader(stream)), iotest.DataErrReader(strings.NewReader(stream))} {
			got, err := eventsOf(from)
			if err != io.ErrUnexpectedEOF || !slices.Equal(got, want) {
				t.Fatalf("%q: %q, %v; want %q", stream, got, err, want)
			}
		}
	})
}
