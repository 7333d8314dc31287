package fetch

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// A Problem is an answer with a status of 400 and above, as RFC 9457 describes
// it. A server that does not speak application/problem+json leaves it with the
// status, and the text of the answer as Detail if that is plain text.
type Problem struct {
	Type      string `json:"type"`      // a URI; "" stands for about:blank
	Title     string `json:"title"`     // what kind of problem it is
	Status    int    `json:"status"`    // the one of the answer
	Detail    string `json:"detail"`    // what is wrong this time, for a person
	Instance  string `json:"instance"`  // a URI of this occurrence
	Path      string `json:"path"`      // JSON pointer to what is wrong in the document
	Operation *int   `json:"operation"` // which operation of a patch is wrong, from 0

	// Header has the answer's header, by lower-case name: Retry-After is in it.
	Header map[string]string `json:"-"`
}

// Error says what is wrong in the words of the server, with the status when it
// has none.
func (p *Problem) Error() string {
	text := p.Detail
	if text == "" {
		text = p.Title
	}
	if text == "" {
		text = fmt.Sprintf("the server answered with status %d", p.Status)
	}
	if p.Path != "" {
		return p.Path + " " + text
	}
	return text
}

// longestDetail limits what is taken of a plain text, in bytes.
const longestDetail = 500

func problemOf(r *Response) *Problem {
	p := &Problem{}
	mediaType, _, _ := strings.Cut(r.Header["content-type"], ";")
	switch strings.ToLower(strings.TrimSpace(mediaType)) {
	case "application/problem+json":
		// A member of another type than RFC 9457 has it is ignored, as the RFC
		// wants it; Unmarshal goes on behind it.
		_ = json.Unmarshal(r.Body, p)
	case "text/plain":
		p.Detail = strings.TrimSpace(shorten(string(r.Body), longestDetail))
	}
	p.Status, p.Header = r.Status, r.Header
	return p
}

// shorten cuts a text after at most max bytes, between two characters.
func shorten(text string, max int) string {
	if len(text) <= max {
		return text
	}
	for max > 0 && !utf8.RuneStart(text[max]) {
		max--
	}
	return text[:max] + "…"
}
