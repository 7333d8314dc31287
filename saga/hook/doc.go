// Package hook shows atoms in go-app components, and runs sagas from them.
//
// A component that shows an atom embeds a [Bind] and has a [Hook], or a [View] when it only
// reads, for each atom. It is bound in Render, each time:
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
// When an atom changes, the components that read it are rendered, and none of those that
// they are in. They are rendered at once: before the browser goes on. Only a component
// that takes long to render, and changes faster than the page can show it, waits for
// go-app's next frame.
//
// # Rows of which there are many
//
// [View.Follow] does without rendering: what [Attr] and [Text] have made of the value is
// written to the page itself. [On] does without go-app's way from an event to its handler.
//
// # Stores
//
// The components of one page read one store: [atom.Default] in the browser, on a server one
// for each request, or the one that [Provide] has set.
package hook
