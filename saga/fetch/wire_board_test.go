package fetch_test

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/atomsaga/atomsaga/atom"
)

// A wall has lists of each kind. Whatever stands in it has a name of its own, so
// that it is known of each change what it is about.
type wall struct {
	Cards []card                 `json:"cards"`
	Notes atom.List[card]        `json:"notes"`
	Table atom.Map[string, card] `json:"table"`
	ByKey map[string][]card      `json:"byKey"`
	Words []string               `json:"words"`
	Texts atom.List[string]      `json:"texts"`
	Pairs []pair                 `json:"pairs"`
	Title string                 `json:"title"`
}

type card struct {
	ID   string   `json:"id" atom:"key"`
	Name string   `json:"name"`
	Tags []string `json:"tags"`
	Subs []sub    `json:"subs"`
}

type sub struct {
	ID   int    `json:"no" atom:"key"`
	Text string `json:"text,omitempty"`
}

type pair struct{ A, B string }

// A move is a change of a wall as data, as a durable saga needs it.
type move struct {
	Op, In string // in: cards, notes, a key of byKey, or table
	ID     string // of what it is about
	Behind string // what it comes behind; "" is in front
	Text   string // of this move alone
	N      int    // as well
}

var (
	wallRoot  = atom.New(wall{})
	cardsAtom = atom.Focus(wallRoot, func(w *wall) *[]card { return &w.Cards })
	cardByID  = atom.NewFamily(func(id string) *atom.Atom[card] { return atom.At(cardsAtom, id) })
)

func newCard(id string) card {
	return card{ID: id, Name: "of " + id, Tags: []string{id + "t0", id + "t1", id + "t2"}, Subs: []sub{{0, id}, {1, ""}, {2, id}}}
}

func newWall() wall {
	w := wall{Cards: []card{}, ByKey: map[string][]card{"k": {}}, Words: []string{}, Pairs: []pair{}}
	for i := range 3 {
		w.Cards = append(w.Cards, newCard(fmt.Sprint("c", i)))
		w.Notes.Append(newCard(fmt.Sprint("n", i)))
		w.Table.Set(fmt.Sprint("m", i), newCard(fmt.Sprint("m", i)))
		w.ByKey["k"] = append(w.ByKey["k"], newCard(fmt.Sprint("k", i)))
		w.Words = append(w.Words, fmt.Sprint("w", i))
		w.Texts.Append(fmt.Sprint("x", i))
		w.Pairs = append(w.Pairs, pair{fmt.Sprint("p", i), ""})
	}
	return w
}

// edit does m to the elements of a sequence.
func (m move) edit(l []card) []card {
	at := func(id string) int { return slices.IndexFunc(l, func(c card) bool { return c.ID == id }) }
	switch i := at(m.ID); {
	case m.Op == "add" && i < 0:
		return slices.Insert(l, at(m.Behind)+1, newCard(m.ID))
	case i < 0:
	case m.Op == "remove":
		return slices.Delete(l, i, i+1)
	case m.Op == "move":
		c := l[i]
		l = slices.Delete(l, i, i+1)
		return slices.Insert(l, at(m.Behind)+1, c)
	default:
		m.editCard(&l[i])
	}
	return l
}

func (m move) editCard(c *card) {
	switch m.Op {
	case "name":
		c.Name = m.Text
	case "come", "become", "go":
		c.Tags = m.editWords(c.Tags)
	case "sub":
		for i := range c.Subs {
			if c.Subs[i].ID == 2 {
				c.Subs[i].Text = m.Text
			}
		}
	case "add sub":
		c.Subs = slices.Insert(c.Subs, min(1, len(c.Subs)), sub{m.N, m.Text})
	case "remove sub":
		c.Subs = slices.DeleteFunc(c.Subs, func(s sub) bool { return s.ID == 1 })
	}
}

func (m move) editWords(l []string) []string {
	at := slices.Index(l, m.Behind)
	switch m.Op {
	case "come":
		return slices.Insert(l, at+1, m.Text)
	case "become":
		if at >= 0 {
			l[at] = m.Text
		}
	case "go":
		if at >= 0 {
			return slices.Delete(l, at, at+1)
		}
	}
	return l
}

func (m move) apply(w *wall) {
	switch m.In {
	case "cards":
		w.Cards = m.edit(w.Cards)
	case "k":
		w.ByKey["k"] = m.edit(w.ByKey["k"])
	case "notes":
		at := w.Notes.Index(m.ID)
		switch {
		case m.Op == "add" && at < 0:
			w.Notes.Insert(w.Notes.Index(m.Behind)+1, newCard(m.ID))
		case at < 0:
		case m.Op == "remove":
			w.Notes.Delete(at)
		case m.Op == "move":
			to := w.Notes.Index(m.Behind) + 1
			if to > at {
				to--
			}
			w.Notes.Move(at, to)
		default:
			m.editCard(w.Notes.Edit(at))
		}
	case "table":
		switch has := w.Table.Has(m.ID); {
		case m.Op == "add" && !has:
			w.Table.Set(m.ID, newCard(m.ID))
		case !has || m.Op == "move":
		case m.Op == "remove":
			w.Table.Delete(m.ID)
		default:
			m.editCard(w.Table.Edit(m.ID))
		}
	case "words":
		w.Words = m.editWords(w.Words)
	case "texts":
		l := m.editWords(slices.Collect(w.Texts.Values()))
		for i := range l {
			switch {
			case i >= w.Texts.Len():
				w.Texts.Append(l[i])
			case w.Texts.At(i) != l[i] && len(l) > w.Texts.Len():
				w.Texts.Insert(i, l[i])
			case w.Texts.At(i) != l[i] && len(l) < w.Texts.Len():
				w.Texts.Delete(i)
			case w.Texts.At(i) != l[i]:
				w.Texts.Set(i, l[i])
			}
		}
		for w.Texts.Len() > len(l) {
			w.Texts.Delete(w.Texts.Len() - 1)
		}
	case "pairs":
		at := slices.IndexFunc(w.Pairs, func(p pair) bool { return p.A == m.Behind })
		switch {
		case m.Op == "come":
			w.Pairs = slices.Insert(w.Pairs, at+1, pair{m.Text, ""})
		case at < 0:
		case m.Op == "become":
			w.Pairs[at].B = m.Text
		default:
			w.Pairs = slices.Delete(w.Pairs, at, at+1)
		}
	case "title":
		w.Title = m.Text
	}
}

// abouts are the names of what m is about, as in [contents].
func (m move) abouts() []string {
	if m.In == "title" {
		return []string{"title"}
	}
	if m.ID == "" {
		return []string{m.In + "/" + m.Behind, m.In + "/" + m.Text}
	}
	return []string{m.In + "/" + m.ID}
}

// contents are the parts of a wall, by name, without their order.
func contents(w *wall) map[string]string {
	parts := map[string]string{"title": w.Title}
	put := func(in, id string, v any) {
		text, _ := json.Marshal(v)
		parts[in+"/"+id] += string(text)
	}
	cards := func(in string, l []card) {
		for _, c := range l {
			put(in, c.ID, c)
		}
	}
	cards("cards", w.Cards)
	cards("notes", slices.Collect(w.Notes.Values()))
	for k, l := range w.ByKey {
		cards(k, l)
	}
	for k, c := range w.Table.All() {
		put("table", k, c)
	}
	for _, s := range w.Words {
		put("words", s, s)
	}
	for s := range w.Texts.Values() {
		put("texts", s, s)
	}
	for _, p := range w.Pairs {
		put("pairs", p.A, p)
	}
	return parts
}
