package components

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// onFocus keeps the context for OnDismount, which has none.
func (c *InputCompo) onFocus(ctx app.Context, e app.Event) {
	ctx.PreventUpdate()
	c.ctx = ctx
}

// onLeave commits.
func (c *InputCompo) onLeave(ctx app.Context, e app.Event) {
	if !c.target.aimedAtCurrent(e) || !c.commit(ctx) {
		ctx.PreventUpdate()
	}
}

// onKeydown commits on Enter, and brings the value back on Escape.
func (c *InputCompo) onKeydown(ctx app.Context, e app.Event) {
	const byInputMethod = 229 // in Safari the key that ends a composition comes after its end
	if !c.target.aimedAtCurrent(e) || e.Get("isComposing").Truthy() || e.Get("keyCode").Int() == byInputMethod {
		ctx.PreventUpdate()
		return
	}
	changed := false
	switch e.Get("key").String() {
	case "Enter":
		lineBreak := c.Props.multiline && !e.Get("ctrlKey").Bool() && !e.Get("metaKey").Bool()
		changed = !lineBreak && c.commit(ctx)
	case "Escape":
		changed = c.revert(ctx)
	}
	if !changed {
		ctx.PreventUpdate()
	}
}

// onCompositionEnd shows the value that was not shown during the composition.
func (c *InputCompo) onCompositionEnd(ctx app.Context, e app.Event) {
	ctx.PreventUpdate()
	c.field.follow(c.Props.value)
	if c.Props.debounce > 0 {
		c.commitLater(ctx)
	}
}

func (c *InputCompo) onInput(ctx app.Context, e app.Event) {
	ctx.PreventUpdate()
	c.commitLater(ctx)
}

// commitLater commits after the time of Debounce, unless something else is typed before.
func (c *InputCompo) commitLater(ctx app.Context) {
	c.inputs++
	inputs := c.inputs
	ctx.After(c.Props.debounce, func(ctx app.Context) {
		if inputs != c.inputs || c.field.isComposing() || !c.commit(ctx) {
			ctx.PreventUpdate()
		}
	})
}

// commit calls OnChange with what the user has typed. It reports whether it did.
func (c *InputCompo) commit(ctx app.Context) bool {
	props := &c.Props
	text, typed := c.field.text()
	if !typed {
		return false
	}
	if !c.editable() {
		c.field.write(props.value)
		return false
	}
	c.field.markCommitted(text)
	props.onChange(ctx, text)
	props.status.refresh(ctx)
	return true
}

func (c *InputCompo) editable() bool {
	props := &c.Props
	return props.onChange != nil && !props.disabled && !props.readOnly
}

// revert brings the value back. It calls OnChange if text was refused, since the page has
// that text, and reports whether it did.
func (c *InputCompo) revert(ctx app.Context) bool {
	props := &c.Props
	refused := props.invalid != "" && c.field.committed
	c.inputs++
	c.field.write(props.value)
	if !refused || !c.editable() {
		return false
	}
	props.onChange(ctx, props.value)
	props.status.refresh(ctx)
	return true
}
