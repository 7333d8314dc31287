package atom

import (
	"reflect"
	"unsafe"
)

// A collection is a List or a Map: what the engine asks of their types.
type collection interface {
	elements() []reflect.Type
}

var collectionType = reflect.TypeFor[collection]()

func (c compiler) collection(p *plan) error                            { return nil }
func (w *walk) detachCollection(p *plan, a unsafe.Pointer)             {}
func (w *walk) equalCollections(p *plan, a, b unsafe.Pointer) bool     { return true }
func (d *differ) diffCollection(p *plan, a, b unsafe.Pointer, s *spot) {}
func (a *applier) applyCollection(p *plan, v unsafe.Pointer, path Path, i int, s *change) error {
	return ErrPath
}
