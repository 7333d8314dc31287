package atom

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// sameJSON tells whether two documents are equal as RFC 6902, section 4.6,
// defines it: members in any order, numbers by value.
func sameJSON(a, b []byte) (bool, error) {
	x, err := decodeNumbers(a)
	if err != nil {
		return false, err
	}
	y, err := decodeNumbers(b)
	return err == nil && sameDocument(x, y), err
}

func decodeNumbers(b []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	err = d.Decode(&v)
	return v, err
}

func sameDocument(a, b any) bool {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for k, e := range x {
			if f, ok := y[k]; !ok || !sameDocument(e, f) {
				return false
			}
		}
		return true
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for i, e := range x {
			if !sameDocument(e, y[i]) {
				return false
			}
		}
		return true
	case json.Number:
		y, ok := b.(json.Number)
		return ok && (x == y || decimalOf(string(x)) == decimalOf(string(y)))
	}
	return a == b
}

// A decimal is digits times ten to the exponent, without zeros at either end.
type decimal struct {
	negative bool
	digits   string
	exponent int
	other    string // the number itself, if its exponent is beyond all reason
}

func decimalOf(s string) decimal {
	var d decimal
	mantissa := s
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		n, err := strconv.ParseInt(s[i+1:], 10, 32)
		if err != nil {
			return decimal{other: s}
		}
		mantissa, d.exponent = s[:i], int(n)
	}
	mantissa, d.negative = strings.CutPrefix(mantissa, "-")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	d.exponent -= len(fraction)
	d.digits = strings.TrimLeft(whole+fraction, "0")
	n := len(d.digits)
	d.digits = strings.TrimRight(d.digits, "0")
	d.exponent += n - len(d.digits)
	if d.digits == "" {
		return decimal{}
	}
	return d
}
