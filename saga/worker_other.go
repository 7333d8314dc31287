//go:build !js

package saga

// start has the effect performed.
func (t *Task) start() { go t.perform() }
