//go:build !js

package outbox

import (
	"context"

	"github.com/atomsaga/atomsaga/saga"
)

// Open returns the outbox with this name of the page's origin. It does nothing yet: storage is
// opened at the first use, and again when the browser has closed it, or could not open it.
//
// Where the browser has no storage, or no room left, and outside of a browser, reads and writes
// fail with an error of this package, and sagas run without being kept; see [saga.UseOutbox].
func Open(name string) saga.Outbox { return noStorage{} }

// noStorage is the outbox of a program outside of a browser: nothing is kept, and there are no
// other pages.
type noStorage struct{}

func (noStorage) Put(context.Context, []saga.Record) ([]saga.Record, error) { return nil, ErrNoStorage }
func (noStorage) Remove(context.Context, ...int64) error                    { return ErrNoStorage }
func (noStorage) All(context.Context) ([]saga.Record, error)                { return nil, ErrNoStorage }
func (noStorage) Get(context.Context, int64) (r saga.Record, there bool, err error) {
	return r, false, ErrNoStorage
}
func (noStorage) Own(ctx context.Context) (context.Context, error)   { return ctx, ctx.Err() }
func (noStorage) Tell([]byte)                                        {}
func (noStorage) Listen(_ context.Context, _ func([]byte), _ func()) {}
func (noStorage) Renewed(context.Context, func())                    {}
