package draft

import (
	"encoding/json"
	"strconv"
	"time"
)

// document has a field for each thing that encoding/json treats in a way of
// its own.
type document struct {
	Name   string  `json:"name"`
	Count  int64   `json:"count,string"`
	Label  string  `json:"label,string,omitempty"`
	Ratio  float64 `json:"ratio,omitempty"`
	Small  float32
	Byte   uint8
	Done   bool   `json:",string"`
	Secret string `json:"-"`
	//lint:ignore SA5008 encoding/json takes this for the name "-"
	Dash    int `json:"-,"`
	private int
	hidden  []string
	Tags    []string           `json:"tags,omitempty"`
	Items   []item             `json:"items"`
	Shared  []*item            `json:"shared"`
	Maybe   *part              `json:"maybe,omitempty"`
	Number  *int               `json:"number,string"`
	Zero    part               `json:"zero,omitzero"`
	Any     any                `json:"any"`
	Open    any                `json:"open,omitempty"`
	Parts   map[string]part    `json:"parts,omitempty"`
	ByInt   map[int]*item      `json:"by~int/x"`
	Grid    [][]int            `json:"grid,omitzero"`
	Bytes   []byte             `json:"bytes"`
	At      time.Time          `json:"at"`
	Since   time.Time          `json:"since,omitzero"`
	Three   [3]part            `json:"three"`
	Hex     hex                `json:"hex"`
	Hexes   map[hex]hex        `json:"hexes"`
	Pair    pair               `json:"pair"`
	Pairs   []*pair            `json:"pairs,omitempty"`
	Raw     json.RawMessage    `json:"raw"`
	Num     json.Number        `json:"num"`
	Anon    struct{ X, Y int } `json:"anon"`
	Embedded
	*Pointed
	unseen
}

type item struct {
	ID   string `atom:"key"`
	Name string `json:"name"`
	Done bool   `json:"done,omitempty"`
	Tags []int
}

type part struct {
	A int    `json:"a"`
	B string `json:"b,omitempty"`
	C *part  `json:"c,omitempty"`
	d int
}

// Embedded has fields that document has too: they are not in its JSON form.
type Embedded struct {
	Name   string `json:"name"`
	Extra  int    `json:"extra,omitempty"`
	Common string
	Inner
}

// Inner is embedded in what is embedded.
type Inner struct{ Innermost []int }

// Pointed is embedded by pointer.
type Pointed struct {
	Common  string // as in Embedded: neither is in the JSON form
	Far     string `json:"far"`
	Farther *Inner `json:"farther,omitempty"`
}

type unseen struct{ Seen string }

// hex has a text form, and so a JSON form, of its own.
type hex uint16

func (h hex) MarshalText() ([]byte, error) { return strconv.AppendUint(nil, uint64(h), 16), nil }

func (h *hex) UnmarshalText(b []byte) error {
	n, err := strconv.ParseUint(string(b), 16, 16)
	*h = hex(n)
	return err
}

// pair has a JSON form of its own, by its pointer.
type pair struct{ a, b []int }

func (p *pair) MarshalJSON() ([]byte, error) { return json.Marshal([2][]int{p.a, p.b}) }

func (p *pair) UnmarshalJSON(b []byte) error {
	var ab [2][]int
	err := json.Unmarshal(b, &ab)
	p.a, p.b = ab[0], ab[1]
	return err
}
