package fetch

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// httpDates are the three forms of a date that RFC 9110 has a client read.
var httpDates = []string{"Mon, 02 Jan 2006 15:04:05 GMT", "Monday, 02-Jan-06 15:04:05 MST", time.ANSIC}

// retryAfter is what the header Retry-After says, from now; 0 when that is nothing, or
// past.
func retryAfter(header map[string]string) time.Duration {
	text := strings.TrimSpace(header["retry-after"])
	if text != "" && strings.Trim(text, "0123456789") == "" {
		seconds, err := strconv.ParseInt(text, 10, 64)
		if err != nil || seconds > math.MaxInt64/int64(time.Second) {
			return math.MaxInt64 // it has more digits than that
		}
		return time.Duration(seconds) * time.Second
	}
	for _, form := range httpDates {
		if date, err := time.Parse(form, text); err == nil {
			return max(0, time.Until(date))
		}
	}
	return 0
}
