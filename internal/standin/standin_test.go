//go:build !wasm

package standin

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// The stand-in refuses what Google refuses.
func TestWhatIsRefused(t *testing.T) {
	f := New()
	for _, test := range []struct {
		reason, project, authorization, body string
		status                               int
	}{
		{"not logged in", Project, "", `{"message":{"token":"x"}}`, 401},
		{"logged in as somebody else", Project, "Bearer other", `{"message":{"token":"x"}}`, 401},
		{"another project", "other", "Bearer " + f.accessToken, `{"message":{"token":"x"}}`, 403},
		{"no JSON", Project, "Bearer " + f.accessToken, `hello`, 400},
		{"a number in the data", Project, "Bearer " + f.accessToken, `{"message":{"token":"x","data":{"version":1}}}`, 400},
		{"to nobody", Project, "Bearer " + f.accessToken, `{"message":{"data":{}}}`, 400},
		{"too large", Project, "Bearer " + f.accessToken, `{"message":{"token":"x","data":{"a":"` + strings.Repeat("x", maxDataSize) + `"}}}`, 400},
		{"as large as it may be", Project, "Bearer " + f.accessToken, `{"message":{"token":"x","data":{"a":"` + strings.Repeat("x", maxDataSize-1) + `"}}}`, 200},
	} {
		r := httptest.NewRequest("POST", "/v1/projects/"+test.project+"/messages:send", strings.NewReader(test.body))
		r.Header.Set("Authorization", test.authorization)
		w := httptest.NewRecorder()
		f.ServeHTTP(w, r)
		if w.Code != test.status {
			t.Errorf("%s: %d: %s", test.reason, w.Code, w.Body)
		}
	}
	if messages, _ := f.Messages(); len(messages) != 1 {
		t.Errorf("%d messages", len(messages))
	}
}

func TestItShowsWhatItWasSent(t *testing.T) {
	f := New()
	r := httptest.NewRequest("POST", "/v1/projects/"+Project+"/messages:send", strings.NewReader(`{"message":{"token":"x","data":{"title":"hello\nyou"}}}`))
	r.Header.Set("Authorization", "Bearer "+f.accessToken)
	f.ServeHTTP(httptest.NewRecorder(), r)
	w := httptest.NewRecorder()
	f.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "title: hello you\n") {
		t.Errorf("%d: %s", w.Code, w.Body)
	}
}
