//go:build !js

package live

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

const maxEventSize = 1 << 20 // bytes in the stream, with the names of the fields

var errTooLong = fmt.Errorf("an event of more than %d bytes", maxEventSize)

// An eventStream parses server-sent events by section 9.2.6 of the HTML standard. It ignores the
// field "retry", which would say when to open the stream again: the feed decides that.
type eventStream struct {
	reader  *bufio.Reader
	line    []byte
	afterCR bool // a line feed that comes next belongs to the end of the line before
	size    int  // of the event so far, in bytes

	id    string // of this event, and of those after it that have none
	event string
	data  strings.Builder
	lines int // in data
}

// readEvents calls receive for each event until the stream ends. Its error is never nil.
func readEvents(stream io.Reader, receive func(message)) error {
	s := eventStream{reader: bufio.NewReader(stream)}
	if bom, _ := s.reader.Peek(3); string(bom) == "\ufeff" {
		s.reader.Discard(3)
	}
	for {
		switch err := s.readLine(); {
		case errors.Is(err, io.EOF):
			return io.ErrUnexpectedEOF // an event ends with an empty line: the last one is not complete
		case err != nil:
			return err
		case len(s.line) == 0:
			s.dispatch(receive)
		default:
			s.parseField()
		}
	}
}

// readLine reads a line, which ends with CR, LF or CR LF. It does not wait for what follows a CR.
func (s *eventStream) readLine() error {
	s.line = s.line[:0]
	for {
		c, err := s.reader.ReadByte()
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
			if s.size++; s.size > maxEventSize {
				return errTooLong
			}
			s.line = append(s.line, c)
		}
	}
}

// parseField parses the line. A comment is a field without a name.
func (s *eventStream) parseField() {
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

// dispatch calls receive for the event, if it has data, and begins the next one.
func (s *eventStream) dispatch(receive func(message)) {
	m := message{id: s.id, event: s.event, data: s.data.String()}
	hasData := s.lines > 0
	s.event, s.lines, s.size = "", 0, 0
	s.data.Reset()
	if m.event == "message" {
		m.event = ""
	}
	if hasData {
		receive(m)
	}
}
