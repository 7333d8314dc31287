package hook_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/hook"
	"github.com/atomsaga/atomsaga/saga/sagatest"
)

// What applications of jotai and immer have, as they would be written here.

type Kind struct {
	ID           string `atom:"key"`
	Name         string
	HasDirection bool
	Revision     int
}

type Graph struct {
	Title string
	Kinds map[string]Kind
	Other Other
}

type Other struct{ Name string }

var (
	// atomWithImmer
	graphAtom = atom.New(Graph{Title: "Relations", Kinds: map[string]Kind{"knows": {ID: "knows", Name: "knows"}}})

	// createDerivedImmerAtom: read and written through one lens
	kindsAtom = atom.Focus(graphAtom, func(g *Graph) *map[string]Kind { return &g.Kinds })
	otherAtom = atom.Focus(graphAtom, func(g *Graph) *Other { return &g.Other })

	// atomFamily: members are collected when no one holds them; there is no remove
	kindByID = atom.NewFamily(func(id string) *atom.Atom[Kind] { return atom.Key(kindsAtom, id) })

	// asyncWithImmer: loads, and can be edited once it has loaded
	meAtom = atom.Async(func(ctx context.Context, r atom.Reader) (Other, error) {
		return Other{Name: "Ada"}, ctx.Err()
	})

	api API = server{}
)

// An API is what the effects call.
type API interface {
	SetHasDirection(ctx context.Context, id string, on bool) error
	Rename(ctx context.Context, name string) (revision int, err error)
}

type server struct{}

func (server) SetHasDirection(context.Context, string, bool) error { return errors.New("503") }
func (server) Rename(context.Context, string) (int, error)         { return 8, nil }

// The reusable hook useRelationshipKindHasDirection, which returns a value and
// a setter.
type hasDirection struct{ kind hook.Hook[Kind] }

func (h *hasDirection) Use(b *hook.Bind, id string) (on bool, set func(bool) *saga.Task) {
	return h.kind.Use(b, kindByID.Of(id)).HasDirection, h.set
}

func (h *hasDirection) set(on bool) *saga.Task {
	return h.kind.Run(saga.
		Update(func(k *Kind) { k.HasDirection = on }).
		Effect(func(ctx context.Context, next Kind) error { return api.SetHasDirection(ctx, next.ID, on) }))
}

// The reusable hook useAnotherObjectName.
type anotherObjectName struct{ other hook.Hook[Other] }

func (h *anotherObjectName) Use(b *hook.Bind) (name string, set func(string) *saga.Task) {
	return h.other.Use(b, otherAtom).Name, func(name string) *saga.Task {
		return h.other.Run(saga.Update(func(o *Other) { o.Name = name }))
	}
}

// A component with both. An alias of hook.Bind, embedded, is all that it takes.
type bind = hook.Bind

type kindRow struct {
	app.Compo
	bind
	ID        string
	direction hasDirection
	another   anotherObjectName
}

func (c *kindRow) Render() app.UI {
	on, _ := c.direction.Use(&c.bind, c.ID)
	name, _ := c.another.Use(&c.bind)
	return app.Text(fmt.Sprintf("%s %v %q", c.ID, on, name))
}

// atomWithImmer, createDerivedImmerAtom and atomFamily.
func Example_fromJotaiAtoms() {
	store := atom.NewStore()
	kindByID.Of("knows").Update(store, func(k *Kind) { k.HasDirection = true })
	graphAtom.Update(store, func(g *Graph) { g.Title = "Kinds" })
	fmt.Println(graphAtom.Get(store).Title, graphAtom.Get(store).Kinds["knows"].HasDirection)
	// Output: Kinds true
}

// asyncWithImmer: everyone sees what is edited.
func Example_fromJotaiAsync() {
	store := atom.NewStore()
	meAtom.Load(context.Background(), store)
	meAtom.Value().Update(store, func(me *Other) { me.Name += " Lovelace" })
	fmt.Println(meAtom.Get(store).Value.Name)
	// Output: Ada Lovelace
}

// useSetInitialAtomValueFromQuery(atom, data, loading).
func Example_fromJotaiSetInitial() {
	store := atom.NewStore()
	otherAtom.SetInitial(store, Other{Name: "from the query"})
	otherAtom.SetInitial(store, Other{Name: "a later one"})
	fmt.Println(otherAtom.Get(store).Name)
	// Output: from the query
}

// useAtomImmerSaga(atom).update(...).effect(...).postEffect(...).
func Example_fromJotaiSaga() {
	store := atom.NewStore()
	task := saga.Run(store, kindByID.Of("knows"), saga.New(
		func(k *Kind) (name string) { k.Name = "is acquainted with"; return k.Name },
		func(ctx context.Context, next Kind, name string) (revision int, err error) {
			return api.Rename(ctx, name)
		},
		func(k *Kind, revision int) { k.Revision = revision },
	))
	task.Wait(context.Background())
	fmt.Println(kindByID.Of("knows").Get(store))
	// Output: {knows is acquainted with false 8}
}

// The older two-element form: [update, effect].
func Example_fromJotaiTwoElements() {
	store := atom.NewStore()
	saga.Run(store, otherAtom, saga.
		Update(func(o *Other) { o.Name = "renamed" }).
		Effect(func(ctx context.Context, o Other) error { _, err := api.Rename(ctx, o.Name); return err }),
	).Wait(context.Background())
	fmt.Println(otherAtom.Get(store).Name)
	// Output: renamed
}

// useRelationshipKindHasDirection() and useAnotherObjectName(): [value, set].
func Example_fromJotaiHooks() {
	row := &kindRow{ID: "knows"}
	page := app.NewTestEngine()
	page.Load(row)
	page.ConsumeAll()

	on, setOn := row.direction.Use(&row.bind, "knows")
	name, setName := row.another.Use(&row.bind)
	fmt.Printf("%v %q\n", on, name)

	server := sagatest.Hold(row.Store()) // so that the server does not answer before it is looked at
	setName("B")
	task := setOn(true)
	fmt.Println(kindByID.Of("knows").Get(row.Store()).HasDirection, row.another.other.Value().Name)
	server.Of(task).Release()
	fmt.Println(task.Wait(context.Background()))
	fmt.Println(kindByID.Of("knows").Get(row.Store()).HasDirection, row.another.other.Value().Name)
	// Output:
	// false ""
	// true B
	// 503
	// false B
}
