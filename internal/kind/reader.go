package kind

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxEntries is the largest number of kinds in a list.
const MaxEntries = 20_000

// ErrTooMany is returned by [Reader.Next] after MaxEntries kinds.
var ErrTooMany = fmt.Errorf("the list is too long: at most %d kinds can be imported at once", MaxEntries)

// An EntryError tells which entry of a list is invalid, and why.
type EntryError struct {
	Index int // from 0
	ID    ID  // "" when it could not be decoded
	Err   *FieldError
}

// Error describes the error. It counts entries from 1, as people do.
func (e *EntryError) Error() string {
	name := fmt.Sprintf("entry %d", e.Index+1)
	if e.ID != "" {
		name += " (" + string(e.ID) + ")"
	}
	return name + ": " + strings.TrimSpace(e.Err.Error()) // the path of the whole entry is empty
}

func (e *EntryError) Unwrap() error { return e.Err }

// A Reader decodes the kinds of a JSON array one by one, so that its user can do
// something else in between.
type Reader struct {
	decoder *json.Decoder
	indexes map[ID]int // index of the entry by its id
	started bool
	max     int // of entries
}

// NewReader returns a Reader of a list.
func NewReader(r io.Reader) *Reader {
	return &Reader{decoder: json.NewDecoder(r), indexes: map[ID]int{}, max: MaxEntries}
}

// Next returns the next kind, which is valid and has another id than all before it. Its
// error is io.EOF after the last kind, an *EntryError, ErrTooMany, or says why the text
// is not a list.
func (r *Reader) Next() (Kind, error) {
	if !r.started {
		if token, err := r.decoder.Token(); err != nil || token != json.Delim('[') {
			return Kind{}, errors.New("this is no list of kinds: it must be a JSON array")
		}
		r.started = true
	}
	if !r.decoder.More() {
		return Kind{}, r.readEnd()
	}
	i := len(r.indexes)
	if i == r.max {
		return Kind{}, ErrTooMany
	}
	var document json.RawMessage
	if err := r.decoder.Decode(&document); err != nil {
		return Kind{}, jsonError(i, err)
	}
	k, err := Decode(document)
	if err == nil {
		err = k.validateIdentity()
	}
	if err == nil {
		err = k.Validate()
	}
	if before, ok := r.indexes[k.ID]; err == nil && ok {
		err = &FieldError{"/id", fmt.Sprintf("is that of entry %d, too", before+1)}
	}
	if err != nil {
		return Kind{}, &EntryError{i, k.ID, err.(*FieldError)} // these functions return no other
	}
	r.indexes[k.ID] = i
	return k, nil
}

// Offset returns the number of bytes that were decoded so far.
func (r *Reader) Offset() int64 { return r.decoder.InputOffset() }

// readEnd reads the end of the list. It returns io.EOF when nothing follows it.
func (r *Reader) readEnd() error {
	if _, err := r.decoder.Token(); err != nil {
		return jsonError(len(r.indexes), err)
	}
	if _, err := r.decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more text behind the list")
	}
	return io.EOF
}

// jsonError returns the error for an entry that is not JSON.
func jsonError(entry int, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("the list ends in the middle, at entry %d", entry+1)
	}
	return fmt.Errorf("entry %d is not JSON: %w", entry+1, err)
}

// validateIdentity checks the fields that cannot be edited: id, vocabulary and version.
func (k Kind) validateIdentity() error {
	if !isName(k.Vocabulary) {
		return &FieldError{"/vocabulary", "must be a name: letters, digits, and . _ -"}
	}
	local, ok := strings.CutPrefix(string(k.ID), k.Vocabulary+":")
	if !ok || !isName(local) {
		return &FieldError{"/id", "must be the vocabulary, a colon, and a name: letters, digits, and . _ -"}
	}
	if k.Version < 0 {
		return &FieldError{"/version", "must not be negative"}
	}
	return nil
}

func isName(text string) bool {
	return text != "" && utf8.RuneCountInString(text) <= MaxName && !strings.ContainsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-", r)
	})
}

// EqualContent reports whether the kinds are equal in all but their versions.
func (k Kind) EqualContent(other Kind) bool {
	return k.ID == other.ID && k.Name == other.Name && k.Description == other.Description && k.HasDirection == other.HasDirection &&
		k.Inverse == other.Inverse && k.Vocabulary == other.Vocabulary && slices.Equal(k.Domain, other.Domain) && slices.Equal(k.Range, other.Range)
}
