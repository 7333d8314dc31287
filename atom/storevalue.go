package atom

// StoreValue returns what create returned when it was first called with this key for
// the store that r reads. Packages above keep what belongs to one store there;
// key is best a value of an unexported type. create must not use the store.
func StoreValue[V any](r Reader, key any, create func() V) V {
	s := r.beginRead(nil)
	defer r.endRead()
	for _, a := range s.attached { // a few: to compare them is less than to hash one
		if a.key == key {
			return a.value.(V)
		}
	}
	s.mu.claim()
	v := create()
	s.attached = append(s.attached, attachment{key, v})
	return v
}

type attachment struct{ key, value any }
