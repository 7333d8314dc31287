//go:build !wasm

package server

import (
	"net/http/httptest"
	"reflect"
	"testing"
)

func TestParsePrecondition(t *testing.T) {
	for _, test := range []struct {
		values []string
		want   *precondition // nil: an error
	}{
		{[]string{`*`}, &precondition{wildcard: true}},
		{[]string{`"1"`}, &precondition{etags: []string{`"1"`}}},
		{[]string{`"1","2"`}, &precondition{etags: []string{`"1"`, `"2"`}}},
		{[]string{` "1" ,, W/"2" `}, &precondition{etags: []string{`"1"`, `W/"2"`}}},
		{[]string{`"1"`, `"2"`}, &precondition{etags: []string{`"1"`, `"2"`}}},
		{[]string{`"a,b"`}, &precondition{etags: []string{`"a,b"`}}},
		{[]string{`""`}, &precondition{etags: []string{`""`}}},
		{[]string{``}, &precondition{}},
		{[]string{`1`}, nil},
		{[]string{`"1`}, nil},
		{[]string{`"1" "2"`}, nil},
		{[]string{`w/"1"`}, nil},
		{[]string{`*, "1"`}, nil},
		{[]string{`"a b"`}, nil},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header["If-Match"] = test.values
		got, err := parsePrecondition(r, "If-Match")
		if (err == nil) != (test.want != nil) || err == nil && !reflect.DeepEqual(got, test.want) {
			t.Errorf("%q: %+v, %v", test.values, got, err)
		}
	}
	if got, err := parsePrecondition(httptest.NewRequest("GET", "/", nil), "If-Match"); got != nil || err != nil {
		t.Errorf("no header: %+v, %v", got, err)
	}
}
