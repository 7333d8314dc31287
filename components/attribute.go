package components

import (
	"fmt"
	"html"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// attribute returns what go-app has to be given for an attribute to have the value v. In
// the browser that is v. On a server go-app writes attributes as quoted Go strings, and
// "true" as an attribute without a value: there every character that Go or HTML would read
// as something else becomes a character reference.
func attribute(v string) string {
	if app.IsClient {
		return v
	}
	if v == "true" {
		return "&#116;rue"
	}
	var b strings.Builder
	for _, r := range html.EscapeString(v) {
		if r == '\\' || !strconv.IsPrint(r) {
			fmt.Fprintf(&b, "&#%d;", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// boolAttr returns the attribute "true" or "false".
func boolAttr(v bool) string { return attribute(strconv.FormatBool(v)) }
