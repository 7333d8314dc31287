package saga

import "errors"

// Errors tell what kind they are by a method, as those of package fetch do. See the table of
// [Define].

func isUnreachable(err error) bool {
	type unreachable interface {
		error
		Unreachable() bool
	}
	e, is := errors.AsType[unreachable](err)
	return errors.Is(err, ErrTimeout) || is && e.Unreachable()
}

func isUnauthorized(err error) bool {
	type unauthorized interface {
		error
		Unauthorized() bool
	}
	e, is := errors.AsType[unauthorized](err)
	return is && e.Unauthorized()
}

func isTemporary(err error) bool {
	type temporary interface {
		error
		Temporary() bool
	}
	e, is := errors.AsType[temporary](err)
	return is && e.Temporary()
}
