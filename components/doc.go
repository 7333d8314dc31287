// Package components has go-app components that show an optimistic change, and
// what became of it.
package components
