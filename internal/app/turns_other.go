//go:build !js

package app

import "time"

// rest is for tests: outside of a browser there is nobody to wait for.
func rest() { time.Sleep(time.Millisecond) }
