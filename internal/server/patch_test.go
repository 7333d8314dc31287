//go:build !wasm

package server

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/internal/cases"
	"github.com/atomsaga/atomsaga/internal/jsonpatch"
	"github.com/atomsaga/atomsaga/internal/kind"
)

var (
	//go:embed testdata/json-patch-tests.json
	conformance []byte
	//go:embed testdata/json-patch-spec_tests.json
	conformanceOfSpec []byte
)

// The public test suite of RFC 6902, on documents of any shape.
func TestPatchConformance(t *testing.T) {
	passed := 0
	for _, suite := range [][]byte{conformance, conformanceOfSpec} {
		var records []struct {
			Doc      json.RawMessage
			Patch    json.RawMessage
			Expected json.RawMessage
			Error    string
			Comment  string
			Disabled bool
		}
		if err := json.Unmarshal(suite, &records); err != nil {
			t.Fatal(err)
		}
		for i, record := range records {
			if record.Disabled {
				continue
			}
			var after []byte
			err := checkJSONPatch(record.Patch)
			if err == nil {
				after, err = applyJSONPatch(record.Doc, record.Patch)
			}
			name := fmt.Sprintf("%d %s: %s on %s", i, record.Comment, record.Patch, record.Doc)
			switch {
			case record.Error != "":
				var p *problem
				if !errors.As(err, &p) || p.Status < 400 || p.Status > 499 {
					t.Errorf("%s\ngot %s, %v; want an error: %s", name, after, err, record.Error)
				}
			case err != nil:
				t.Errorf("%s\n%v", name, err)
			case record.Expected != nil:
				if !jsonpatch.Equal(after, record.Expected) {
					t.Errorf("%s\ngot %s, want %s", name, after, record.Expected)
				}
			}
			passed++
		}
	}
	if passed < 100 {
		t.Errorf("only %d records were tried", passed)
	}
}

// An editCase is one operation on a kind, as JSON and as Go.
type editCase struct {
	operation map[string]any
	do        func(*kind.Kind)
}

// drawEdit draws an operation that can be applied to k.
func drawEdit(r *rapid.T, k kind.Kind) editCase {
	line := rapid.StringMatching(`[a-zA-ZäöüÄ€🦄<>&"\\/~ ]{0,20}[a-z]`)
	field := rapid.SampledFrom([]string{"domain", "range"}).Draw(r, "field")
	list := func(k *kind.Kind) *[]string {
		if field == "domain" {
			return &k.Domain
		}
		return &k.Range
	}
	n := len(*list(&k))
	value := line.Draw(r, "value")
	at := func(i int) string { return fmt.Sprintf("/%s/%d", field, i) }
	choice := rapid.IntRange(0, 9).Draw(r, "choice")
	if n == 0 && choice >= 6 {
		choice = 5
	}
	switch choice {
	case 0:
		return editCase{map[string]any{"op": "replace", "path": "/name", "value": value}, func(k *kind.Kind) { k.Name = value }}
	case 1:
		on := rapid.Bool().Draw(r, "on")
		return editCase{map[string]any{"op": "add", "path": "/has_direction", "value": on}, func(k *kind.Kind) { k.HasDirection = on }}
	case 2:
		return editCase{map[string]any{"op": "test", "path": "/" + field, "value": *list(&k)}, func(*kind.Kind) {}}
	case 3:
		return editCase{map[string]any{"op": "copy", "from": "/name", "path": "/inverse"}, func(k *kind.Kind) { k.Inverse = k.Name }}
	case 4:
		return editCase{map[string]any{"op": "add", "path": "/" + field + "/-", "value": value}, func(k *kind.Kind) { *list(k) = append(*list(k), value) }}
	case 5:
		i := rapid.IntRange(0, n).Draw(r, "i")
		return editCase{map[string]any{"op": "add", "path": at(i), "value": value}, func(k *kind.Kind) { *list(k) = slices.Insert(*list(k), i, value) }}
	}
	i, j := rapid.IntRange(0, n-1).Draw(r, "i"), rapid.IntRange(0, n-1).Draw(r, "j")
	switch choice {
	case 6:
		return editCase{map[string]any{"op": "remove", "path": at(i)}, func(k *kind.Kind) { *list(k) = slices.Delete(*list(k), i, i+1) }}
	case 7:
		return editCase{map[string]any{"op": "replace", "path": at(i), "value": value}, func(k *kind.Kind) { (*list(k))[i] = value }}
	case 8:
		return editCase{map[string]any{"op": "copy", "from": at(i), "path": at(j)}, func(k *kind.Kind) { *list(k) = slices.Insert(*list(k), j, (*list(k))[i]) }}
	default:
		return editCase{map[string]any{"op": "move", "from": at(i), "path": at(j)}, func(k *kind.Kind) {
			moved := (*list(k))[i]
			*list(k) = slices.Insert(slices.Delete(*list(k), i, i+1), j, moved)
		}}
	}
}

// failing are operations that cannot be applied to any kind. The result of unfit ones is
// no valid kind.
var (
	failing = []string{
		`{"op":"test","path":"/version","value":-1}`,
		`{"op":"remove","path":"/domain/1000"}`,
		`{"op":"replace","path":"/domain/-1","value":"x"}`,
		`{"op":"add","path":"/range/01","value":"x"}`,
		`{"op":"replace","path":"/title","value":"x"}`,
	}
	unfit = []string{
		`{"op":"replace","path":"/id","value":"x"}`,
		`{"op":"add","path":"/domain/0","value":null}`,
		`{"op":"replace","path":"/name","value":""}`,
		`{"op":"add","path":"/title","value":"x"}`,
	}
)

// A patch has the same result as the edits in Go, and none when one of its operations
// fails.
func TestPatchAgainstGo(t *testing.T) {
	cases.Check(t, func(r *rapid.T) {
		prev := kind.Kind{ID: "a:b", Name: "name", Domain: []string{"A", "B"}, Range: []string{}, Vocabulary: "a", Version: 7}
		want := prev
		want.Domain, want.Range = slices.Clone(prev.Domain), slices.Clone(prev.Range)
		var steps []string
		for range rapid.IntRange(0, 12).Draw(r, "n") {
			e := drawEdit(r, want)
			step, _ := json.Marshal(e.operation)
			steps = append(steps, string(step))
			e.do(&want)
		}
		got, err := applyToKind(prev, "["+strings.Join(steps, ",")+"]")
		if err != nil {
			r.Fatalf("%s\n%v", steps, err)
		}
		if !reflect.DeepEqual(got, want) {
			r.Fatalf("%s\ngot  %+v\nwant %+v", steps, got, want)
		}

		at := rapid.IntRange(0, len(steps)).Draw(r, "at")
		bad := slices.Insert(slices.Clone(steps), at, rapid.SampledFrom(failing).Draw(r, "failing"))
		_, err = applyToKind(prev, "["+strings.Join(bad, ",")+"]")
		var p *problem
		if !errors.As(err, &p) || p.Operation == nil || *p.Operation != at {
			r.Fatalf("%s\n%v, want operation %d to fail", bad, err, at)
		}
		bad = append(steps, rapid.SampledFrom(unfit).Draw(r, "unfit"))
		got, err = applyToKind(prev, "["+strings.Join(bad, ",")+"]")
		if !errors.As(err, &p) || p.Path == "" {
			r.Fatalf("%s\ngot %+v, %v", bad, got, err)
		}
	})
}

// applyToKind applies a JSON Patch to prev, as a request does.
func applyToKind(prev kind.Kind, body string) (kind.Kind, error) {
	change, err := parsePatch(jsonPatchType, []byte(body))
	if err != nil {
		return kind.Kind{}, err
	}
	return editKind(prev, change)
}

// Any patch results in a valid kind with the same fixed fields, or in a problem.
func FuzzPatch(f *testing.F) {
	for _, step := range append(failing, unfit...) {
		f.Add([]byte("["+step+"]"), false)
	}
	for _, suite := range [][]byte{conformance, conformanceOfSpec} {
		var records []struct{ Patch json.RawMessage }
		if err := json.Unmarshal(suite, &records); err != nil {
			f.Fatal(err)
		}
		for _, record := range records {
			f.Add([]byte(record.Patch), false)
		}
	}
	f.Add([]byte(`[{"op":"test","path":"/domain","value":[null]},{"op":"move","from":"/domain/0","path":"/range/-"}]`), false)
	f.Add([]byte(`[{"op":"add","path":"","value":{"id":"a:b"}},{"op":"copy","from":"","path":"/a~1~0"}]`), false)
	f.Add([]byte(`{"name":"x","domain":null,"range":[{"a":null}]}`), true)
	prev := kind.Kind{ID: "a:b", Name: "name", Domain: []string{"A", "B"}, Range: []string{}, Vocabulary: "a", Version: 7}
	f.Fuzz(func(t *testing.T, body []byte, merge bool) {
		given := bytes.Clone(body)
		mediaType := jsonPatchType
		if merge {
			mediaType = mergePatchType
		}
		change, err := parsePatch(mediaType, body)
		var next kind.Kind
		if err == nil {
			next, err = editKind(prev, change)
		}
		if !bytes.Equal(body, given) {
			t.Fatal("the body was written to")
		}
		if err != nil {
			var p *problem
			if !errors.As(err, &p) || p.Status < 400 || p.Status > 499 {
				t.Fatalf("no problem of the client's: %v", err)
			}
			return
		}
		if err := next.Validate(); err != nil || next.ID != prev.ID || next.Vocabulary != prev.Vocabulary || next.Version != prev.Version {
			t.Fatalf("%+v: %v", next, err)
		}
	})
}
