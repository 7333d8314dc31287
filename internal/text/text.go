// Package text shortens texts for people.
package text

import "unicode/utf8"

// Truncate returns the characters in the first n bytes of s, and an ellipsis if that is not all.
func Truncate(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
