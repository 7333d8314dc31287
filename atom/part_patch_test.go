package atom

import (
	"encoding/json"
	"testing"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// loud has a JSON form by its pointer alone.
type loud struct{ N int }

func (l *loud) MarshalJSON() ([]byte, error) { return json.Marshal([]int{l.N}) }

type labelled struct{ L loud }

type places struct {
	InMap map[string]labelled
	Map   Map[string, labelled]
}

// What a part is in says whether it has an address, and so which JSON form it has.
func TestPatchOfAPartSaysWhereItStands(t *testing.T) {
	v := places{InMap: map[string]labelled{"k": {}}, Map: draft.MapOf(map[string]labelled{"k": {}})}
	root := New(v)
	inMap := Key(Focus(root, func(e *places) *map[string]labelled { return &e.InMap }), "k")
	ofMap := MapKey(Focus(root, func(e *places) *Map[string, labelled] { return &e.Map }), "k")
	for _, row := range []struct {
		atom *Atom[labelled]
		want string
	}{
		{inMap, `[{"op":"replace","path":"/InMap/k/L","value":{"N":2}}]`},
		{ofMap, `[{"op":"replace","path":"/Map/k/L","value":[2]}]`},
	} {
		edit := Focus(row.atom, func(d *labelled) *loud { return &d.L }).Edit(func(l *loud) { l.N = 2 })
		_, c, err := edit.editor.apply(&v, applyFresh)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.JSONPatch(); err != nil || string(got) != row.want {
			t.Errorf("patch %s, want %s (%v)", got, row.want, err)
		}
	}
}
