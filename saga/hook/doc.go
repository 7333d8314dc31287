// Package hook shows atoms in go-app components, and runs sagas from them.
//
// A component that shows an atom embeds a [Bind] and has a [Hook] for each atom, or a
// [View] where it only reads. Each Render binds them:
//
//	type bind = hook.Bind
//
//	type DirectionToggle struct {
//		app.Compo
//		bind
//		ID   KindID
//		kind hook.Hook[Kind]
//	}
//
//	func (c *DirectionToggle) Render() app.UI {
//		kind := c.kind.Use(&c.bind, kindByID.Of(c.ID))
//		return components.Toggle().On(kind.HasDirection).OnChange(c.set).Status(&c.kind)
//	}
//
// # When a component is rendered
//
// A change of an atom renders the components that read it, and none of those around them.
// It renders at once: before the browser goes on. Only a component that takes long to
// render, and changes faster than the page can show it, waits for go-app's next frame.
//
// # Rows of which there are many
//
// [View.Follow] does not render at all: the attributes and texts made by [Attr] and [Text]
// are written to the page itself. [On] handles events without going through go-app.
//
// # Stores
//
// The components of one page read one store: the one set by [Provide] or, without one,
// [atom.Default] in the browser and a new store for each request on a server.
package hook
