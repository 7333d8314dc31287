package jsonpatch

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// Equal reports whether two JSON texts are equal as RFC 6902, section 4.6,
// defines it: members in any order, numbers by value, however many digits they
// have. Texts that are not JSON are not equal.
func Equal(a, b []byte) bool {
	x, err := decode(a)
	if err != nil {
		return false
	}
	y, err := decode(b)
	return err == nil && equal(x, y)
}

func decode(text []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	err = d.Decode(&v)
	return v, err
}

func equal(a, b any) bool {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for k, e := range x {
			if f, ok := y[k]; !ok || !equal(e, f) {
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
			if !equal(e, y[i]) {
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
	mantissa, power := s, ""
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa, power = s[:i], s[i+1:]
	}
	mantissa, d.negative = strings.CutPrefix(mantissa, "-")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	d.digits = strings.TrimLeft(whole+fraction, "0")
	if d.digits == "" {
		return decimal{}
	}
	if power != "" {
		n, err := strconv.ParseInt(power, 10, 32)
		if err != nil {
			return decimal{other: s}
		}
		d.exponent = int(n)
	}
	n := len(d.digits)
	d.digits = strings.TrimRight(d.digits, "0")
	d.exponent += n - len(d.digits) - len(fraction)
	return d
}
