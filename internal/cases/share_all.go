//go:build !race && !js

package cases

// share is how many cases in a hundred are run.
const share = 100
