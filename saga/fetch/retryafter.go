package fetch

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// httpDates are the three formats of a date that RFC 9110 requires clients to accept.
var httpDates = []string{"Mon, 02 Jan 2006 15:04:05 GMT", "Monday, 02-Jan-06 15:04:05 MST", time.ANSIC}

// retryAfter returns the time of a Retry-After header, from now. It returns 0 if there is none,
// if it cannot be read, or if the time is past.
func retryAfter(header map[string]string) time.Duration {
	text := strings.TrimSpace(header["retry-after"])
	if text != "" && strings.Trim(text, "0123456789") == "" {
		seconds, err := strconv.ParseInt(text, 10, 64)
		if err != nil || seconds > math.MaxInt64/int64(time.Second) {
			return math.MaxInt64
		}
		return time.Duration(seconds) * time.Second
	}
	for _, layout := range httpDates {
		if date, err := time.Parse(layout, text); err == nil {
			return max(0, time.Until(date))
		}
	}
	return 0
}
