//go:build benchdrafts

package draft

// UpdateForBench is the engine's update, for bench/drafts, which measures it
// without a store around it.
func UpdateForBench[T any](prev *T, edit func(*T)) (*T, Changes, error) { return Revise(prev, edit) }

// ApplyForBench is [Apply] without copying the values.
func ApplyForBench[T any](prev *T, c Changes) (*T, error) { return applied(prev, c) }
