// Package cases decides how many generated cases a test runs.
//
// A test that runs a hundred cases natively runs a share of them under the race detector and in
// a browser, where each case takes many times longer. The flag -rapid.checks, or the variable
// RAPID_CHECKS, gives the number by hand, in every build:
//
//	go test -race ./atom/draft -rapid.checks 100
package cases

import (
	"flag"
	"os"
	"strconv"

	"pgregory.net/rapid"
)

const usual = 100 // cases of a test that runs all of them

// The number that rapid runs is set before the flags are parsed, so that one that is given by
// hand replaces it.
func init() {
	if _, given := os.LookupEnv("RAPID_CHECKS"); !given {
		checks().Set(strconv.Itoa(usual * share / 100))
	}
}

func checks() flag.Value { return flag.Lookup("rapid.checks").Value }

// Check is [rapid.Check] with the number of cases of this build.
func Check(t rapid.TB, property func(*rapid.T)) {
	t.Helper()
	rapid.Check(t, property)
}

// Of returns how many of n cases to run, or of n elements to have: n natively, and a share of n,
// at least one, where it takes longer. If the number is given by hand, a hundred stands for n.
func Of(n int) int {
	given, err := strconv.Atoi(checks().String())
	if err != nil {
		panic(err)
	}
	return max(1, n*given/usual)
}
