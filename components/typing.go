package components

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// enter keeps the context for text that is committed after the field is gone.
func (c *InputControl) enter(ctx app.Context, e app.Event) {
	ctx.PreventUpdate()
	c.ctx = ctx
}

// leave commits what was typed, when the field is left.
func (c *InputControl) leave(ctx app.Context, e app.Event) {
	if !c.identity.meant(e) || !c.commit(ctx) {
		ctx.PreventUpdate()
	}
}

// key commits on Enter, and brings the value back on Escape.
func (c *InputControl) key(ctx app.Context, e app.Event) {
	const byInputMethod = 229 // in Safari the key that ends a composition comes after its end
	if !c.identity.meant(e) || e.Get("isComposing").Truthy() || e.Get("keyCode").Int() == byInputMethod {
		ctx.PreventUpdate()
		return
	}
	handled := false
	switch e.Get("key").String() {
	case "Enter":
		lineBreak := c.Given.multiline && !e.Get("ctrlKey").Bool() && !e.Get("metaKey").Bool()
		handled = !lineBreak && c.commit(ctx)
	case "Escape":
		handled = c.restore(ctx)
	}
	if !handled {
		ctx.PreventUpdate()
	}
}

// composed catches up with what has waited for the end of a composition.
func (c *InputControl) composed(ctx app.Context, e app.Event) {
	ctx.PreventUpdate()
	c.editing.follow(c.Given.value)
	if c.Given.debounce > 0 {
		c.wait(ctx)
	}
}

func (c *InputControl) typed(ctx app.Context, e app.Event) {
	ctx.PreventUpdate()
	c.wait(ctx)
}

// wait commits when nothing else is typed for some time.
func (c *InputControl) wait(ctx app.Context) {
	c.strokes++
	strokes := c.strokes
	ctx.After(c.Given.debounce, func(ctx app.Context) {
		if strokes != c.strokes || c.editing.composed() || !c.commit(ctx) {
			ctx.PreventUpdate()
		}
	})
}

// commit hands on what the user has typed, if anything.
func (c *InputControl) commit(ctx app.Context) bool {
	given := &c.Given
	text, typed := c.editing.text()
	if !typed {
		return false
	}
	if !c.editable() {
		c.editing.write(given.value)
		return false
	}
	c.editing.commit(text)
	given.change(ctx, text)
	given.status.handled(ctx)
	return true
}

// OnDismount is called by go-app, when the element is no longer on the page.
// What was typed there is not lost: the user goes on where the same row is now,
// and otherwise it is committed.
func (c *InputControl) OnDismount() {
	el := takenAway(c.identity.id(c.Given.id))
	if el == nil {
		return
	}
	now := c.editing.in(el)
	if !now.goOnAt(c.Given.id) && now.typed && c.editable() {
		c.editing.commit(now.text)
		c.Given.change(c.ctx, now.text)
	}
}

func (c *InputControl) editable() bool {
	given := &c.Given
	return given.change != nil && !given.disabled && !given.readOnly
}

// restore brings the value back. Text that was refused has been committed
// already, so the page has to be told.
func (c *InputControl) restore(ctx app.Context) bool {
	given := &c.Given
	refused := given.invalid != "" && c.editing.committed
	c.strokes++
	c.editing.write(given.value)
	if !refused || !c.editable() {
		return false
	}
	given.change(ctx, given.value)
	given.status.handled(ctx)
	return true
}
