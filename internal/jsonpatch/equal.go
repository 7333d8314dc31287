package jsonpatch

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// Equal reports whether two JSON texts are equal as defined in RFC 6902, section 4.6:
// members in any order, numbers by their exact values. Texts that are not JSON are not
// equal to any other.
func Equal(a, b []byte) bool {
	x, err := decode(a)
	if err != nil {
		return false
	}
	y, err := decode(b)
	return err == nil && equal(x, y)
}

// decode decodes a JSON text, numbers as json.Number.
func decode(text []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	err = d.Decode(&v)
	return v, err
}

// equal is Equal for what decode returns.
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

// A decimal is the number digits * 10^exponent. The digits have no zero at either end, so
// that equal numbers are equal decimals.
type decimal struct {
	negative bool
	digits   string
	exponent int
	other    string // the number as written, if its exponent is not of 32 bits
}

// decimalOf returns the value of a JSON number.
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
