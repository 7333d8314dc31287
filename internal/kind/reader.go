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

// MaxEntries is how many kinds a list may have.
const MaxEntries = 20_000

// ErrTooMany is returned by [Reader.Next] behind that many.
var ErrTooMany = fmt.Errorf("the list is too long: at most %d kinds can be imported at once", MaxEntries)

// An EntryError says which entry of a list is wrong, and in what.
type EntryError struct {
	Index int // from 0
	ID    ID  // "" when it is not known
	Err   *FieldError
}

// Error counts from 1, as people do.
func (e *EntryError) Error() string {
	name := fmt.Sprintf("entry %d", e.Index+1)
	if e.ID != "" {
		name += " (" + string(e.ID) + ")"
	}
	return name + ": " + strings.TrimSpace(e.Err.Error()) // the path of a whole entry is empty
}

func (e *EntryError) Unwrap() error { return e.Err }

// A Reader reads a list of kinds, a JSON array, one after the other, so that
// whoever reads a long one can do something else in between.
type Reader struct {
	decoder *json.Decoder
	indexes map[ID]int // where each id was
	started bool
}

// NewReader returns a Reader of a list.
func NewReader(r io.Reader) *Reader {
	return &Reader{decoder: json.NewDecoder(r), indexes: map[ID]int{}}
}

// Next returns the next kind, decoded, validated, and with an id that none
// before it has; io.EOF after the last one. Its other errors are an *EntryError,
// ErrTooMany, or say why the whole is no list.
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
	if i == MaxEntries {
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
		return Kind{}, &EntryError{i, k.ID, err.(*FieldError)} // none of them has another
	}
	r.indexes[k.ID] = i
	return k, nil
}

// Offset is how many bytes of the list have been read.
func (r *Reader) Offset() int64 { return r.decoder.InputOffset() }

// readEnd is the error behind the last entry.
func (r *Reader) readEnd() error {
	if _, err := r.decoder.Token(); err != nil {
		return jsonError(len(r.indexes), err)
	}
	if _, err := r.decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more text behind the list")
	}
	return io.EOF
}

func jsonError(entry int, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("the list ends in the middle, at entry %d", entry+1)
	}
	return fmt.Errorf("entry %d is not JSON: %w", entry+1, err)
}

// validateIdentity checks what only a new kind can choose: its id and vocabulary.
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

// EqualContent reports whether the kinds are alike in all but their versions.
func (k Kind) EqualContent(other Kind) bool {
	return k.ID == other.ID && k.Name == other.Name && k.Description == other.Description && k.HasDirection == other.HasDirection &&
		k.Inverse == other.Inverse && k.Vocabulary == other.Vocabulary && slices.Equal(k.Domain, other.Domain) && slices.Equal(k.Range, other.Range)
}
