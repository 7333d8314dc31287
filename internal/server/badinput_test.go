//go:build !wasm

package server

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// Each row is a request that must be refused with a status and a problem that names the
// place. It must change nothing.
func TestBadInput(t *testing.T) {
	const kinds = "/api/kinds/"
	long := strings.Repeat("x", 201)
	operations := strings.TrimSuffix(strings.Repeat(`{"op":"test","path":"/version","value":1},`, 193), ",")
	doubling := `{"op":"test","path":"/version","value":1}`
	for i := range 60 {
		doubling += fmt.Sprintf(`,{"op":"copy","from":"","path":"/x%d"}`, i)
	}
	rows := []struct {
		reason    string
		body      string
		status    int
		path      string // of the problem
		operation int    // of the problem, -1 none
		detail    string // part of it
	}{
		// Malformed patches.
		{"nothing", ``, 400, "", -1, "not JSON"},
		{"no JSON", `[{"op":`, 400, "", -1, "not JSON"},
		{"two values", `[] []`, 400, "", -1, "after top-level value"},
		{"no UTF-8", "[{\"op\":\"replace\",\"path\":\"/name\",\"value\":\"\xff\"}]", 400, "", -1, "UTF-8"},
		{"an object", `{"op":"remove","path":"/name"}`, 400, "", -1, "array"},
		{"null", `null`, 400, "", -1, "array"},
		{"a number", `7`, 400, "", -1, "array"},
		{"an operation that is no object", `[null]`, 400, "", 0, "object"},
		{"an operation that is a text", `[[],"remove"]`, 400, "", 0, "object"},
		{"no op", `[{"path":"/name"}]`, 400, "", 0, `"op"`},
		{"op is no string", `[{"op":1,"path":"/name"}]`, 400, "", 0, `"op"`},
		{"op is null", `[{"op":null,"path":"/name"}]`, 400, "", 0, `"op"`},
		{"an unknown op", `[{"op":"append","path":"/name","value":"x"}]`, 400, "/name", 0, `"append"`},
		{"an op in capitals", `[{"op":"Replace","path":"/name","value":"x"}]`, 400, "/name", 0, `"Replace"`},
		{"no path", `[{"op":"remove"}]`, 400, "", 0, `"path"`},
		{"path in capitals", `[{"op":"remove","PATH":"/name"}]`, 400, "", 0, `"path"`},
		{"path is no string", `[{"op":"remove","path":["name"]}]`, 400, "", 0, `"path"`},
		{"no value", `[{"op":"replace","path":"/name"}]`, 400, "/name", 0, `"value"`},
		{"no value to test", `[{"op":"test","path":"/name"}]`, 400, "/name", 0, `"value"`},
		{"no from", `[{"op":"move","path":"/name"}]`, 400, "/name", 0, `"from"`},
		{"a name twice", `[{"op":"replace","path":"/name","path":"/id","value":"x"}]`, 400, "", -1, `"path" is there twice`},
		{"a pointer without slash", `[{"op":"replace","path":"name","value":"x"}]`, 400, "name", 0, "JSON pointer"},
		{"a wrong escape", `[{"op":"replace","path":"/~2name","value":"x"}]`, 400, "/~2name", 0, `"~"`},
		{"an escape that ends", `[{"op":"replace","path":"/name~","value":"x"}]`, 400, "/name~", 0, `"~"`},
		{"a wrong escape in from", `[{"op":"copy","from":"/~","path":"/name"}]`, 400, "/name", 0, `from: "/~"`},
		{"the second operation", `[{"op":"replace","path":"/name","value":"x"},{"op":"remove"}]`, 400, "", 1, `"path"`},

		// Limits.
		{"too many operations", `[` + operations + `]`, 413, "", -1, "193 operations; at most 192"},
		{"too large", `[{"op":"replace","path":"/description","value":"` + strings.Repeat("x", 64<<10) + `"}]`, 413, "", -1, "65536 bytes"},
		{"too deep", `[{"op":"add","path":"/name","value":` + strings.Repeat("[", 15) + strings.Repeat("]", 15) + `}]`, 422, "", -1, "16 levels"},
		{"very deep", strings.Repeat("[", 30_000), 422, "", -1, "16 levels"},
		{"doubling", `[` + doubling + `]`, 422, "/x9", 10, "too large"},

		// Patches for other documents, and paths that do not exist.
		{"an unknown field, replaced", `[{"op":"replace","path":"/title","value":"x"}]`, 422, "/title", 0, `no member "title"`},
		{"an unknown field, removed", `[{"op":"remove","path":"/title"}]`, 422, "/title", 0, `no member "title"`},
		{"an unknown field, added", `[{"op":"add","path":"/title","value":"x"}]`, 422, "/title", -1, "no such field"},
		{"an unknown field, tested for null", `[{"op":"test","path":"/title","value":null}]`, 422, "/title", 0, `no member "title"`},
		{"a field with the name of an element", `[{"op":"add","path":"/0","value":"x"}]`, 422, "/0", -1, "no such field"},
		{"a field in capitals", `[{"op":"add","path":"/NAME","value":"x"}]`, 422, "/NAME", -1, "no such field"},
		{"a field with an odd name", `[{"op":"add","path":"/a~1b~0c","value":"x"}]`, 422, "/a~1b~0c", -1, "no such field"},
		{"an empty name", `[{"op":"add","path":"/","value":"x"}]`, 422, "/", -1, "no such field"},
		{"an empty name before a field", `[{"op":"replace","path":"//name","value":"x"}]`, 422, "//name", 0, `no member ""`},
		{"inside a text", `[{"op":"add","path":"/name/0","value":"x"}]`, 422, "/name/0", 0, "nothing is inside"},
		{"deep inside a text", `[{"op":"remove","path":"/name/0/0"}]`, 422, "/name/0/0", 0, "nothing is inside"},
		{"before the first element", `[{"op":"replace","path":"/domain/-1","value":"x"}]`, 422, "/domain/-1", 0, `"-1"`},
		{"a leading zero", `[{"op":"replace","path":"/domain/00","value":"x"}]`, 422, "/domain/00", 0, `"00"`},
		{"a leading zero, added", `[{"op":"add","path":"/domain/01","value":"x"}]`, 422, "/domain/01", 0, `"01"`},
		{"a plus", `[{"op":"replace","path":"/domain/+0","value":"x"}]`, 422, "/domain/+0", 0, `"+0"`},
		{"a word for a position", `[{"op":"add","path":"/domain/first","value":"x"}]`, 422, "/domain/first", 0, `"first"`},
		{"no word for a position", `[{"op":"add","path":"/domain/","value":"x"}]`, 422, "/domain/", 0, `""`},
		{"the place after the last, replaced", `[{"op":"replace","path":"/domain/-","value":"x"}]`, 422, "/domain/-", 0, `"-"`},
		{"the place after the last, moved", `[{"op":"move","from":"/domain/-","path":"/name"}]`, 422, "/name", 0, `from "/domain/-"`},
		{"a value into itself", `[{"op":"move","from":"/domain","path":"/domain/0"}]`, 422, "/domain/0", 0, "itself"},
		{"all into a part", `[{"op":"move","from":"","path":"/name"}]`, 422, "/name", 0, "itself"},
		{"no kind left", `[{"op":"remove","path":""}]`, 422, "", 0, "whole document"},
		{"a text for the whole", `[{"op":"replace","path":"","value":"x"}]`, 422, "", -1, "object"},
		{"null for the whole", `[{"op":"add","path":"","value":null}]`, 422, "", -1, "object"},
		{"an array for the whole", `[{"op":"add","path":"","value":[]}]`, 422, "", -1, "object"},
		{"the whole into a part", `[{"op":"copy","from":"","path":"/name"}]`, 422, "/name", -1, "string"},
		{"a part for the whole", `[{"op":"copy","from":"/domain","path":""}]`, 422, "", -1, "object"},
		{"an element that is gone", `[{"op":"remove","path":"/domain/1"}]`, 409, "/domain/1", 0, "outside"},
		{"an element too far", `[{"op":"add","path":"/domain/2","value":"x"}]`, 409, "/domain/2", 0, "outside"},
		{"an element beyond every number", `[{"op":"remove","path":"/domain/99999999999999999999"}]`, 409, "/domain/99999999999999999999", 0, "outside"},
		{"an element that its own move took out", `[{"op":"move","from":"/domain/0","path":"/domain/1"}]`, 409, "/domain/1", 0, "outside"},
		{"a failed test", `[{"op":"replace","path":"/name","value":"x"},{"op":"test","path":"/name","value":"was death of"}]`, 409, "/name", 1, "test failed"},
		{"a failed test of everything", `[{"op":"test","path":"","value":{}}]`, 409, "", 0, "test failed"},
		{"null in a tested array", `[{"op":"test","path":"/domain","value":[null]}]`, 409, "/domain", 0, "test failed"},

		// JSON of another type.
		{"a number for a text", `[{"op":"replace","path":"/name","value":7}]`, 422, "/name", -1, "string"},
		{"null for a text", `[{"op":"replace","path":"/name","value":null}]`, 422, "/name", -1, "string"},
		{"a text for a truth", `[{"op":"replace","path":"/has_direction","value":"true"}]`, 422, "/has_direction", -1, "true or false"},
		{"null for a truth", `[{"op":"replace","path":"/has_direction","value":null}]`, 422, "/has_direction", -1, "true or false"},
		{"an object for an array", `[{"op":"replace","path":"/domain","value":{}}]`, 422, "/domain", -1, "array"},
		{"null for an array", `[{"op":"replace","path":"/range","value":null}]`, 422, "/range", -1, "array"},
		{"a number in an array", `[{"op":"add","path":"/range/-","value":7}]`, 422, "/range/1", -1, "string"},
		{"null in an array", `[{"op":"add","path":"/range/0","value":null}]`, 422, "/range/0", -1, "string"},
		{"a fraction for a count", `[{"op":"replace","path":"/version","value":1.5}]`, 422, "/version", -1, "integer"},
		{"a field left out", `[{"op":"remove","path":"/has_direction"}]`, 422, "/has_direction", -1, "left out"},
		{"an array left out", `[{"op":"move","from":"/domain","path":"/range"}]`, 422, "/domain", -1, "left out"},

		// Fields that cannot be changed, and invalid values.
		{"another id", `[{"op":"replace","path":"/id","value":"crm:other"}]`, 422, "/id", -1, "cannot be changed"},
		{"another vocabulary", `[{"op":"replace","path":"/vocabulary","value":"org"}]`, 422, "/vocabulary", -1, "cannot be changed"},
		{"another version", `[{"op":"replace","path":"/version","value":99}]`, 422, "/version", -1, "cannot be changed"},
		{"no id", `[{"op":"remove","path":"/id"}]`, 422, "/id", -1, "left out"},
		{"an empty name", `[{"op":"replace","path":"/name","value":" "}]`, 422, "/name", -1, "empty"},
		{"a long name", `[{"op":"replace","path":"/name","value":"` + long + `"}]`, 422, "/name", -1, "201 characters"},
		{"a name of two lines", `[{"op":"replace","path":"/name","value":"a\nb"}]`, 422, "/name", -1, "one line"},
		{"an inverse of two lines", `[{"op":"replace","path":"/inverse","value":"a\nb"}]`, 422, "/inverse", -1, "one line"},
		{"a zero byte", `[{"op":"replace","path":"/description","value":"a\u0000b"}]`, 422, "/description", -1, "control"},
		{"an empty class", `[{"op":"add","path":"/domain/-","value":""}]`, 422, "/domain/1", -1, "empty"},
		{"the last operation is wrong", `[{"op":"replace","path":"/has_direction","value":false},{"op":"replace","path":"/name","value":""}]`, 422, "/name", -1, "empty"},
	}
	s := start(t)
	before := s.databaseSum()
	for _, row := range rows {
		t.Run(row.reason, func(t *testing.T) {
			r := s.patch(somebody, row.body, asPatch, "Idempotency-Key: "+row.reason)
			checkProblem(t, r, row.status, row.path, row.operation, row.detail)
			if s.databaseSum() != before {
				t.Error("something changed")
			}
		})
	}

	merges := []struct {
		reason, body string
		status       int
		path, detail string
	}{
		{"no JSON", `{"name":`, 400, "", "not JSON"},
		{"a name twice", `{"name":"a","name":"b"}`, 400, "", "twice"},
		{"a list", `[{"op":"remove","path":"/name"}]`, 422, "", "object"},
		{"null", `null`, 422, "", "object"},
		{"an unknown field", `{"title":"x"}`, 422, "/title", "no such field"},
		{"the first of two unknown fields", `{"title":"x","author":"y"}`, 422, "/author", "no such field"},
		{"null for what is needed", `{"name":null}`, 422, "/name", "left out"},
		{"a wrong type", `{"has_direction":1}`, 422, "/has_direction", "true or false"},
		{"null in an array", `{"domain":["a",null]}`, 422, "/domain/1", "string"},
		{"an object for a text", `{"name":{"en":"x"}}`, 422, "/name", "string"},
		{"another id", `{"id":"crm:other"}`, 422, "/id", "cannot be changed"},
		{"not valid", `{"name":""}`, 422, "/name", "empty"},
		{"half of it valid", `{"description":"x","name":""}`, 422, "/name", "empty"},
	}
	for _, row := range merges {
		t.Run("merge/"+row.reason, func(t *testing.T) {
			checkProblem(t, s.patch(somebody, row.body, asMerge), row.status, row.path, -1, row.detail)
			if s.databaseSum() != before {
				t.Error("something changed")
			}
		})
	}

	requests := []struct {
		reason, method, target string
		headers                []string
		status                 int
		detail                 string
		header                 string // one that the answer has
	}{
		{"an unknown kind, read", "GET", kinds + "crm:P0", nil, 404, `"crm:P0"`, ""},
		{"an unknown kind, changed", "PATCH", kinds + "crm:P0", []string{asMerge}, 404, `"crm:P0"`, ""},
		{"an id with a slash", "GET", kinds + "crm%2FP0", nil, 404, `"crm/P0"`, ""},
		{"an unknown address", "GET", "/api/nothing", nil, 404, "/api/nothing", ""},
		{"below a kind", "GET", kinds + "crm:P0/name", nil, 404, "/api/kinds/crm:P0/name", ""},
		{"another method for the list", "POST", "/api/kinds", []string{asMerge}, 405, "POST", "Allow: GET, HEAD"},
		{"another method for a kind", "PUT", kinds + string(somebody), []string{"Content-Type: application/json"}, 405, "PUT", "Allow: GET, HEAD, PATCH"},
		{"another method for a page", "POST", "/", nil, 405, "POST", "Allow: GET, HEAD"},
		{"another method for a file", "DELETE", "/web/a.css", nil, 405, "DELETE", "Allow: GET, HEAD"},
		{"another content type", "PATCH", kinds + string(somebody), []string{"Content-Type: application/json"}, 415, jsonPatchType, "Accept-Patch: " + jsonPatchType + ", " + mergePatchType},
		{"no content type", "PATCH", kinds + string(somebody), nil, 415, mergePatchType, "Accept-Patch: " + jsonPatchType + ", " + mergePatchType},
		{"a content type that is none", "PATCH", kinds + string(somebody), []string{"Content-Type: ;"}, 415, mergePatchType, ""},
		{"another charset", "PATCH", kinds + string(somebody), []string{asMerge + "; charset=latin1"}, 415, "UTF-8", ""},
		{"a compressed body", "PATCH", kinds + string(somebody), []string{asMerge, "Content-Encoding: gzip"}, 415, "compressed", "Accept-Encoding: identity"},
		{"an old version", "PATCH", kinds + string(somebody), []string{asMerge, `If-Match: "0"`}, 412, "version is 1", `ETag: "1"`},
		{"a version without quotes", "PATCH", kinds + string(somebody), []string{asMerge, `If-Match: 1`}, 400, "If-Match", ""},
		{"a tag without end", "GET", kinds + string(somebody), []string{`If-None-Match: "1`}, 400, "If-None-Match", ""},
		{"an empty key", "PATCH", kinds + string(somebody), []string{asMerge, "Idempotency-Key: "}, 400, "Idempotency-Key", ""},
		{"a long key", "PATCH", kinds + string(somebody), []string{asMerge, "Idempotency-Key: " + strings.Repeat("k", 256)}, 400, "255", ""},
		{"a key that is not ASCII", "PATCH", kinds + string(somebody), []string{asMerge, "Idempotency-Key: ü"}, 400, "ASCII", ""},
		{"two keys", "PATCH", kinds + string(somebody), []string{asMerge, "Idempotency-Key: a", "Idempotency-Key: b"}, 400, "one text", ""},
		{"another site's page", "PATCH", kinds + string(somebody), []string{asMerge, "Sec-Fetch-Site: cross-site"}, 403, "another origin", ""},
		{"another origin's page", "PATCH", kinds + string(somebody), []string{asMerge, "Origin: https://evil.example"}, 403, "another origin", ""},
		{"another port's page", "PATCH", kinds + string(somebody), []string{asMerge, "Origin: http://localhost:9"}, 403, "another origin", ""},
		{"a name that was made to point here", "PATCH", kinds + string(somebody), []string{asMerge, "Host: evil.example"}, 421, "evil.example", ""},
		{"such a name, reading", "GET", "/api/kinds", []string{"Host: evil.example:8080"}, 421, "evil.example", ""},
		{"a name that begins like ours", "GET", "/", []string{"Host: localhost.evil.example"}, 421, "evil", ""},
		{"an address of the network", "GET", "/", []string{"Host: 192.168.1.7"}, 421, "192.168.1.7", ""},
	}
	for _, row := range requests {
		t.Run(row.reason, func(t *testing.T) {
			body := ""
			if row.method == "PATCH" {
				body = `{"name":"changed"}`
			}
			r := s.send(row.method, row.target, body, row.headers...)
			if name, value, ok := strings.Cut(row.header, ": "); ok && r.Header.Get(name) != value {
				t.Errorf("%s: %q, want %q", name, r.Header.Get(name), value)
			}
			path := ""
			if row.status == 412 {
				path = "/version"
			}
			checkProblem(t, r, row.status, path, -1, row.detail)
			if s.databaseSum() != before {
				t.Error("something changed")
			}
		})
	}
}

func checkProblem(t *testing.T, r *http.Response, status int, path string, operation int, detail string) {
	t.Helper()
	if r.StatusCode != status || r.Header.Get("Content-Type") != "application/problem+json" {
		t.Fatalf("%d %s: %s, want %d", r.StatusCode, r.Header.Get("Content-Type"), readAnswer(t, r), status)
	}
	p := decode[problem](t, r)
	if p.Status != status || p.Title != http.StatusText(status) || p.Type != "about:blank" {
		t.Errorf("problem %+v", p)
	}
	if p.Path != path || !strings.Contains(p.Detail, detail) {
		t.Errorf("path %q, detail %q; want %q, %q", p.Path, p.Detail, path, detail)
	}
	if got := fmt.Sprint(p.Operation != nil); got != fmt.Sprint(operation >= 0) || p.Operation != nil && *p.Operation != operation {
		t.Errorf("operation %v, want %d", p.Operation, operation)
	}
}
