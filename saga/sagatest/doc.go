// Package sagatest tests sagas: effects succeed and fail when the test says so, and in every
// order in which they can.
//
//	rename := sagatest.Run(store, kind, func(k *Kind) { k.Name = "b" })
//	...
//	rename.Fail(errors.New("503"))
//
// [Hold] holds the effects of all sagas that a store runs. [Interleave] runs sagas in every
// order of settling and with every set of failures, and finds the shortest history after
// which a value is wrong, and updates that are not pure.
//
// # Time
//
// Sagas use package time, so the clock of a test is that of testing/synctest: in its bubble a
// timeout, a backoff, a Debounce and a Throttle take no time and happen in the right order,
// and synctest.Wait returns when everything has happened that can.
//
//	synctest.Test(t, func(t *testing.T) {
//		task := saga.Run(store, search, find.Debounce(300*time.Millisecond))
//		time.Sleep(299 * time.Millisecond) // takes no time
//		...
//	})
package sagatest
