//go:build !js

package live

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// longestEvent is how much of a stream one event may take, in bytes, with its fields'
// names.
const longestEvent = 1 << 20

var errTooLong = fmt.Errorf("an event of more than %d bytes", longestEvent)

// An eventStream reads server-sent events as the HTML standard says (section 9.2.6).
// The field "retry" is not read: it would say when to open the stream again, which is
// up to the feed.
type eventStream struct {
	from    *bufio.Reader
	line    []byte
	afterCR bool // a line feed that comes next is of the line before
	taken   int  // bytes of the event so far

	id    string // holds for all events behind it
	event string
	data  strings.Builder
	lines int // of data
}

// readEvents hands on the events until the stream ends. Its error is never nil.
func readEvents(from io.Reader, got func(message)) error {
	s := eventStream{from: bufio.NewReader(from)}
	if mark, _ := s.from.Peek(3); string(mark) == "\ufeff" {
		s.from.Discard(3)
	}
	for {
		switch err := s.readLine(); {
		case errors.Is(err, io.EOF):
			return io.ErrUnexpectedEOF // what has no empty line behind it is no event
		case err != nil:
			return err
		case len(s.line) == 0:
			s.dispatch(got)
		default:
			s.field()
		}
	}
}

// readLine reads up to CR, LF, or both. A CR ends the line at once: what comes next may
// take its time.
func (s *eventStream) readLine() error {
	s.line = s.line[:0]
	for {
		c, err := s.from.ReadByte()
		if err != nil {
			return err
		}
		afterCR := s.afterCR
		s.afterCR = c == '\r'
		switch {
		case c == '\n' && afterCR:
		case c == '\n', c == '\r':
			return nil
		default:
			if s.taken++; s.taken > longestEvent {
				return errTooLong
			}
			s.line = append(s.line, c)
		}
	}
}

// field takes in the line. A comment is a field without a name.
func (s *eventStream) field() {
	name, value, _ := strings.Cut(strings.ToValidUTF8(string(s.line), "\ufffd"), ":")
	value = strings.TrimPrefix(value, " ")
	switch name {
	case "id":
		if !strings.ContainsRune(value, 0) {
			s.id = value
		}
	case "event":
		s.event = value
	case "data":
		if s.lines++; s.lines > 1 {
			s.data.WriteByte('\n')
		}
		s.data.WriteString(value)
	}
}

// dispatch hands on an event that has data.
func (s *eventStream) dispatch(got func(message)) {
	m := message{id: s.id, event: s.event, data: s.data.String()}
	has := s.lines > 0
	s.event, s.lines, s.taken = "", 0, 0
	s.data.Reset()
	if m.event == "message" {
		m.event = ""
	}
	if has {
		got(m)
	}
}
