//go:build !js

package app

import "time"

// yieldToBrowser is for tests: outside of a browser there is nobody to wait for.
func yieldToBrowser() { time.Sleep(time.Millisecond) }
