//go:build !js

package saga

// start performs the effect on a goroutine of its own.
func (t *Task) start() { go t.perform() }
