package hook

// ReplaceNeverMounted has f called instead of the panic about a component that was never
// mounted. The function that it returns brings the panic back.
func ReplaceNeverMounted(f func(message string)) (restore func()) {
	before := neverMounted
	neverMounted = f
	return func() { neverMounted = before }
}

// Elapse lets the time pass that a component may take to be mounted, if it is being
// measured. It reports whether it is.
func Elapse(b *Bind) bool {
	if b.mountTimer == nil {
		return false
	}
	b.mountTimer.Stop()
	b.checkMounted()
	return true
}
