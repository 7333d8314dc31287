package draft

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// omitter has fields that may be left out, in every way.
type omitter struct {
	Name string             `json:"name,omitempty"`
	N    int                `json:"n,omitempty,string"`
	At   *omitter           `json:"at,omitzero"`
	L    []omitter          `json:"l,omitempty"`
	M    map[string]omitter `json:"m,omitzero"`
	Must int                `json:"must"`
}

// What a patch left is in the document, and what it removed is not, wherever
// the element has gone meanwhile.
func TestPatchKnowsWhatIsLeftOut(t *testing.T) {
	type short struct {
		Name string `json:"name,omitempty"`
		N    int    `json:"n,omitempty"`
	}
	type doc struct {
		L []short            `json:"l"`
		M map[string]short   `json:"m,omitempty"`
		C List[short]        `json:"c"`
		T Map[string, short] `json:"t,omitzero"`
		P []*short           `json:"p"`
		E *struct{ short }   `json:"e,omitempty"`
		A any                `json:"a,omitempty"`
	}
	from := doc{
		L: []short{{Name: "a"}, {N: 1}}, M: map[string]short{"x": {Name: "a"}, "y": {N: 1}}, C: ListOf(short{Name: "a"}, short{N: 1}),
		T: MapOf(map[string]short{"x": {Name: "a"}, "y": {N: 1}}), P: []*short{{Name: "a"}, {N: 1}}, E: &struct{ short }{short{Name: "a"}}, A: []any{short{Name: "a"}, &short{N: 1}},
	}
	for _, row := range []struct {
		patch string
		fails int // the operation that is refused; -1: none
	}{
		{"remove /l/0/name, remove /l/0, replace /l/0/n 2", -1},
		{"remove /l/0/name, remove /l/0, replace /l/0/name \"b\"", 2},
		{`test /l/0/name "a", remove /l/0, remove /l/0/name`, 2},
		{`test /l/0/name "a", remove /l/0, remove /l/0/n`, -1},
		{`replace /l/0/name "", test /l/0/name ""`, -1},
		{`replace /l/0/name "", move /l/0 /l/1, test /l/1/name "", test /l/0/n 1, remove /l/0/name`, 4},
		{`replace /l/0/name "", copy /l/0 /l/0, remove /l/0/name, test /l/1/name "", remove /l/1/name`, -1},
		{`add /l/0 {"name":""}, remove /l/0/name`, -1},
		{`add /l/0 {}, remove /l/0/name`, 1},
		{`add /l/0 {"n":0}, move /l/0 /l/2, test /l/2/n 0, test /l/1/n 1`, -1},
		{`replace /l [{"name":""},{"n":0}], remove /l/0/name, remove /l/0, remove /l/0/n`, -1},
		{`replace /m/x/name "", move /m/x /m/z, remove /m/z/name, move /m/y /m/x, remove /m/x/name`, 4},
		{`remove /m/x, remove /m/y, add /m/z {"name":""}, test /m {"z":{"name":""}}`, -1},
		{`remove /m, test /m {}`, 1},
		{`replace /c/0/name "", move /c/0 /c/1, remove /c/1/name, remove /c/0/n, test /c [{},{}]`, -1},
		{`remove /c/0/name, remove /c/0, replace /c/0/name "b"`, 2},
		{`test /c/0/name "a", remove /c/0, remove /c/0/name`, 2},
		{`replace /c/0/name "", copy /c /l, remove /l/0/name, test /c/0/name ""`, -1},
		{`remove /t/x/name, move /t/y /t/x, remove /t/x/n, remove /t/x, test /t {}`, -1},
		{`remove /t, add /t {}, add /t/k {"n":0}, remove /t/k/n`, -1},
		{`remove /p/0/name, remove /p/0, replace /p/0/name "b"`, 2},
		{`replace /p/1/n 0, move /p/1 /p/0, remove /p/0/n`, -1},
		{`replace /e/name "", remove /e/name, remove /e/name`, 2},
		{`replace /e/name "", copy /e /l/0, remove /l/0/name`, -1},
		{`remove /a/0/name, remove /a/0, remove /a/0/n, test /a [{}]`, -1},
		{`test /a/0/name "a", remove /a/0, remove /a/0/name`, 2},
	} {
		_, _, err := ApplyPatch(from, operations(row.patch), Limits{})
		var pe *PatchError
		if errors.As(err, &pe); row.fails < 0 && err != nil || row.fails >= 0 && (pe == nil || pe.Index != row.fails || !errors.Is(err, ErrPath)) {
			t.Errorf("%s: error %v", row.patch, err)
		}
		ofDocument, _, err := ApplyPatch(json.RawMessage(marshal(t, &from)), operations(row.patch), Limits{})
		if (err == nil) != (row.fails < 0) {
			t.Errorf("%s: error of the document %v, %s", row.patch, err, ofDocument)
		}
	}
}

// operations is the patch that says short.
func operations(short string) []byte {
	var all []map[string]any
	for _, o := range strings.Split(short, ", ") {
		words := strings.SplitN(o, " ", 3)
		step := map[string]any{"op": words[0], "path": words[1]}
		switch {
		case words[0] == "move" || words[0] == "copy":
			step["from"], step["path"] = words[1], words[2]
		case len(words) == 3:
			step["value"] = json.RawMessage(words[2])
		}
		all = append(all, step)
	}
	b, err := json.Marshal(all)
	if err != nil {
		panic(err)
	}
	return b
}
