//go:build !js

package hook

// listen does nothing on a server.
func listen(string) {}
