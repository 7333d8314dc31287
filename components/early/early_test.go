//go:build !wasm

package early_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/atomsaga/atomsaga/components/early"
)

func TestHandler(t *testing.T) {
	ask := func(tag string) *httptest.ResponseRecorder {
		answer := httptest.NewRecorder()
		request := httptest.NewRequest("GET", early.Path, nil)
		request.Header.Set("If-None-Match", tag)
		early.Handler().ServeHTTP(answer, request)
		return answer
	}
	first := ask("")
	if first.Code != 200 || first.Body.String() != string(early.Script) || !strings.HasPrefix(first.Header().Get("Content-Type"), "text/javascript") {
		t.Fatalf("%d %v", first.Code, first.Header())
	}
	if again := ask(first.Header().Get("ETag")); again.Code != 304 {
		t.Errorf("asked again: %d", again.Code)
	}
}
