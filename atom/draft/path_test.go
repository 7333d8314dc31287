package draft

import (
	"errors"
	"reflect"
	"testing"
	"unsafe"
)

func TestFieldPath(t *testing.T) {
	var d document
	at := func(p any) (uintptr, uintptr, reflect.Type) {
		v := reflect.ValueOf(p)
		return v.Pointer() - uintptr(unsafe.Pointer(&d)), v.Type().Elem().Size(), v.Type().Elem()
	}
	for _, row := range []struct {
		reason string
		field  any
		want   string
	}{
		{"the first field", &d.Name, "/name"},
		{"the struct itself, which has the same address", &d, ""},
		{"nested", &d.Anon.Y, "/anon/Y"},
		{"an array's element", &d.Three[2].B, "/three/2/b"},
		{"embedded", &d.Extra, "/extra"},
		{"embedded itself: its fields are in the object around it", &d.Embedded, ""},
		{"without a JSON form", &d.Secret, "/Secret"},
		{"awkward name", &d.ByInt, "/by~0int~1x"},
	} {
		offset, size, typ := at(row.field)
		p, ok := FieldPath[document](offset, size, typ)
		if !ok || p.String() != row.want {
			t.Errorf("%s: %q, %v, want %q", row.reason, p, ok, row.want)
		}
	}
	if p, ok := FieldPath[document](1, 1, reflect.TypeFor[bool]()); ok {
		t.Errorf("the middle of a string is at %q", p)
	}
}

func TestMayVanish(t *testing.T) {
	var d document
	zero := unsafe.Offsetof(d.Zero)
	intType := reflect.TypeFor[int]()
	for _, row := range []struct {
		reason string
		offset uintptr
		typ    reflect.Type
		want   bool
	}{
		{"in a struct that omitzero leaves out", zero, intType, true},
		{"that struct itself", zero, reflect.TypeFor[part](), false},
		{"in one that is always there", unsafe.Offsetof(d.Anon), intType, false},
	} {
		p, ok := FieldPath[document](row.offset, row.typ.Size(), row.typ)
		if !ok || p.MayVanish() != row.want {
			t.Errorf("%s: %s, %v", row.reason, p, ok)
		}
	}
}

func TestIdentityOf(t *testing.T) {
	get, err := IdentityOf[item]("")
	if err != nil || get(&item{ID: "x"}) != "x" {
		t.Errorf("the identity of an item is not found")
	}
	of, err := IdentityOf[*item]("")
	one := &item{ID: "y"}
	if err != nil || of(&one) != "y" {
		t.Errorf("the identity of a pointer to an item is not found")
	}
	if one = nil; of(&one) != nil {
		t.Errorf("a nil pointer has an identity")
	}
	if _, err := IdentityOf[part](""); err == nil {
		t.Errorf("a part has an identity")
	}
	if _, err := IdentityOf[item](0); !errors.Is(err, ErrType) {
		t.Errorf("an identity of another type: %v", err)
	}
	type two struct {
		A int `atom:"key"`
		B int `atom:"key"`
	}
	if _, err := planOf(reflect.TypeFor[two]()); err == nil {
		t.Errorf("two keys are accepted")
	}
}

func TestChangesSeenFromAnOuterValue(t *testing.T) {
	type outer struct {
		Title string `json:"title"`
		Part  part   `json:"part"`
	}
	prev := &outer{Part: part{A: 1}}
	inner, c, err := Revise(&prev.Part, func(d *part) { d.A, d.B = 2, "x" })
	if err != nil {
		t.Fatal(err)
	}
	p, _ := FieldPath[outer](unsafe.Offsetof(prev.Part), unsafe.Sizeof(prev.Part), reflect.TypeFor[part]())
	next := *prev
	next.Part = *inner
	checkChanges(t, prev, &next, c.Under(p, AsOuter))
	if n := testing.AllocsPerRun(100, func() { c = c.Under(p, AsOuter) }); n > 1 {
		t.Errorf("under allocates %v times", n)
	}
}
