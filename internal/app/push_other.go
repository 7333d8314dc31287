//go:build !js

package app

import "context"

// On the server there is no device to tell anything: its pages have no panel for it.

func pushAvailable() bool                    { return false }
func pushPermission() string                 { return "" }
func switchPush(context.Context, bool) error { return nil }
