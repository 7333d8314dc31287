//go:build !js

package wait

func check(string) {}
