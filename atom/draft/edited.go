package draft

// Update runs edit on a draft of prev, which stays as it is, and returns the
// next value and what has changed: what [atom.Atom.Update] does, on a plain value.
func Update[T any](prev T, edit func(*T)) (next T, c Changes, err error) {
	p, c, err := Revise(&prev, edit)
	if err != nil {
		return prev, c, err
	}
	return *p, c, nil
}
