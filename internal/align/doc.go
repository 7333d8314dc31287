// Package align finds what leads from one sequence to another: which elements of the old one
// the new ones are, and the shortest list of removals, moves and additions. It knows
// elements by their positions alone.
package align
