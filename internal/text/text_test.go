package text

import "testing"

func TestTruncateEndsBetweenCharacters(t *testing.T) {
	for _, test := range []struct {
		s    string
		n    int
		want string
	}{
		{"", 0, ""},
		{"abc", 3, "abc"},
		{"abc", 2, "ab…"},
		{"aé", 3, "aé"},
		{"aéb", 2, "a…"},
		{"aéb", 3, "aé…"},
		{"日本", 2, "…"},
		{"\xb0\xb0", 1, "…"}, // no character at all
	} {
		if got := Truncate(test.s, test.n); got != test.want {
			t.Errorf("%q to %d: %q, want %q", test.s, test.n, got, test.want)
		}
	}
}
