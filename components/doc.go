// Package components has go-app components that show an optimistic change and what became
// of it: [Toggle] and [Input], which change a value, [Failed], which tells why a change was
// taken back, and [List], which has a row for each item.
//
// Each function returns a component of the type with its name and the ending Compo, whose
// methods set it up and return it, as those of go-app's elements do. Components are used on
// go-app's UI goroutine.
package components
