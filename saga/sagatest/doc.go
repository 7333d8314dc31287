// Package sagatest is for testing sagas: effects that succeed and fail when the
// test says so, and every order in which they can.
//
//	rename := sagatest.Run(store, kind, func(k *Kind) { k.Name = "b" })
//	...
//	rename.Fail(errors.New("503"))
//
// [Hold] does the same for whatever sagas a store runs, as they are.
// [Interleave] runs a set of sagas in every order of settling with every set of
// failures, and finds the shortest history in which a value is wrong, and
// updates that are not pure.
//
// # Time
//
// Sagas take the time from package time, so the manual clock of a test is
// testing/synctest: inside of its bubble a timeout, a backoff, a Debounce and a
// Throttle pass at once, in the right order, and synctest.Wait returns when all
// that could happen has happened.
//
//	synctest.Test(t, func(t *testing.T) {
//		task := saga.Run(store, search, find.Debounce(300*time.Millisecond))
//		time.Sleep(299 * time.Millisecond) // takes no time
//		...
//	})
package sagatest
