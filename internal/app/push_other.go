//go:build !js

package app

import "context"

// On the server there is no device to tell anything: its pages have no panel for it.

func pushPossible() bool                   { return false }
func allowed() string                      { return "" }
func turnPush(context.Context, bool) error { return nil }
