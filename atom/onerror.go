package atom

// OnError calls f, outside the store's lock, with the error of each plain write (Set,
// Update, Sync, SyncUpdate, SyncFunc) that has changed nothing, and with its atom, until
// remove is called. The write returns the error as well, where most programs do not
// look: a list that stays empty says why in f.
func (s *Store) OnError(f func(Target, error)) (remove func()) {
	return s.onError.add(s, func(e writeError) { f(e.target, e.err) })
}

type writeError struct {
	target Target
	err    error
}

// reportError calls, after the batch, those who asked for it.
func (s *Store) reportError(a Target, err error) { s.onError.notify(s, writeError{a, err}) }
