package app

import (
	"errors"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/components"
	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/saga/hook"
)

// kindPage shows one relationship kind, and edits it.
type kindPage struct {
	app.Compo
	bind
	ID kind.ID

	kind         hook.Hook[kind.Kind] // for validation
	name         hook.Hook[string]    // the fields, each with what is pending and what has failed
	description  hook.Hook[string]
	hasDirection hook.Hook[bool]
	inverse      hook.Hook[string]
	other        hook.View[kind.Kind] // the kind that reads the other way, if there is one

	invalid map[string]string // by label: why a text was not sent
}

// CompoID gives every kind a component of its own: text typed into one page never shows
// in another.
func (c *kindPage) CompoID() string { return string(c.ID) }

func (c *kindPage) Render() app.UI {
	k := c.kind.Use(&c.bind, kindByID.Of(c.ID))
	if k.ID == "" {
		return missingNotice(c.ID)
	}
	return app.Elem("article").Class("kind").Body(
		app.A().Class("back").Href(hrefOfList(search.Get(c.Store()), vocabulary.Get(c.Store()))).Text("All kinds"),
		app.P().Class("kind-kicker").Body(
			app.Span().Class("badge").Text(k.Vocabulary),
			app.Span().Class("kind-id").Text(string(k.ID)),
		),
		app.H1().Class("kind-title").DataSet("heading", "kind").TabIndex(-1).Text(k.Name),
		app.Div().Class("fields").Body(
			components.Input().ID("name").Label(name.label).
				Value(c.name.Use(&c.bind, name.atomOf(c.ID))).Status(&c.name).
				OnChange(c.setName).Invalid(c.invalid[name.label]),
			components.Input().ID("description").Label(description.label).Multiline().
				Value(c.description.Use(&c.bind, description.atomOf(c.ID))).Status(&c.description).
				OnChange(c.setDescription).Invalid(c.invalid[description.label]),
			components.Toggle().ID("has-direction").Label(hasDirection.label).
				On(c.hasDirection.Use(&c.bind, hasDirection.atomOf(c.ID))).Status(&c.hasDirection).
				OnChange(c.setHasDirection),
			app.Div().Class("field-with-link").Body(
				components.Input().ID("inverse").Label(inverse.label).
					Value(c.inverse.Use(&c.bind, inverse.atomOf(c.ID))).Status(&c.inverse).
					OnChange(c.setInverse).Invalid(c.invalid[inverse.label]),
				c.linkToInverse(k),
			),
		),
		facts(k),
	)
}

func (c *kindPage) setName(_ app.Context, to string)        { changeText(c, name, to) }
func (c *kindPage) setDescription(_ app.Context, to string) { changeText(c, description, to) }
func (c *kindPage) setInverse(_ app.Context, to string)     { changeText(c, inverse, to) }
func (c *kindPage) setHasDirection(_ app.Context, on bool) {
	hasDirection.set(c.Store(), c.ID, on)
}

// changeText changes a text field. A text that the server would refuse is not sent: the
// field says why.
func changeText(c *kindPage, f field[string], to string) {
	next := c.kind.Value()
	*f.lens(&next) = to
	if invalid, ok := errors.AsType[*kind.FieldError](next.Validate()); ok && invalid.Path == f.path {
		c.invalid = map[string]string{f.label: f.label + " " + invalid.Reason + "."}
		return
	}
	c.invalid = nil
	f.set(c.Store(), c.ID, to)
}

// linkToInverse renders a link to the kind that reads the other way.
func (c *kindPage) linkToInverse(k kind.Kind) app.UI {
	other := c.other.Use(&c.bind, kindByID.Of(kind.ID(k.Vocabulary+":"+k.Inverse)))
	switch {
	case k.Inverse == "":
		return app.P().Class("hint").Text("No kind reads the other way.")
	case other.ID == "":
		return app.P().Class("hint").Text("There is no kind of that name in " + vocabularyTitle(k.Vocabulary) + ".")
	default:
		return app.P().Class("hint").Body(
			app.Text("Reads the other way: "),
			app.A().Href(hrefOfKind(other.ID)).Text(other.Name),
		)
	}
}

// facts renders the fields that cannot be edited.
func facts(k kind.Kind) app.UI {
	fact := func(term string, values ...string) app.UI {
		return app.Div().Body(
			app.Elem("dt").Text(term),
			app.If(len(values) == 0, func() app.UI { return app.Elem("dd").Text("–") }),
			app.Range(values).Slice(func(i int) app.UI { return app.Elem("dd").Text(strings.ReplaceAll(values[i], "_", " ")) }),
		)
	}
	return app.Elem("dl").Class("facts").Body(
		fact("From", k.Domain...),
		fact("To", k.Range...),
		fact("Vocabulary", vocabularyTitle(k.Vocabulary)),
		app.Div().Body(
			app.Elem("dt").Text("Version"),
			app.Elem("dd").DataSet("testid", "version").Text(strconv.FormatInt(k.Version, 10)),
		),
	)
}

// localName returns an id without its vocabulary.
func localName(id kind.ID) string {
	_, local, _ := strings.Cut(string(id), ":")
	return local
}
