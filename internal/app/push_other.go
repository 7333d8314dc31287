//go:build !js

package app

import "context"

// Prerendered pages have no panel for push.

func pushAvailable() bool                    { return false }
func pushPermission() string                 { return "" }
func switchPush(context.Context, bool) error { return nil }
