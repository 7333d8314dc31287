package atom

// Edited runs edit on a draft of prev, which stays as it is, and returns the
// next value and what has changed: what [Atom.Update] does, on a plain value.
func Edited[T any](prev T, edit func(*T)) (next T, c Changes, err error) {
	p, c, err := update(&prev, edit)
	if err != nil {
		return prev, c, err
	}
	return *p, c, nil
}
