package atom

import "github.com/atomsaga/atomsaga/atom/draft"

// A List is a long sequence in an atom's value, of which an update of one element copies
// little; see [draft.List]. [ListAt] is an atom of an element.
type List[E any] = draft.List[E]

// A Map is a large table in an atom's value, of which an update of one element copies
// little; see [draft.Map]. [MapKey] is an atom of an element.
type Map[K comparable, V any] = draft.Map[K, V]
