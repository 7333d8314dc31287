//go:build !js

package app

import "time"

// yieldToBrowser only sleeps: outside of a browser there is none to run.
func yieldToBrowser() { time.Sleep(time.Millisecond) }
