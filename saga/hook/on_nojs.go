//go:build !js

package hook

// listen has nothing to listen to on a server.
func listen(string) {}
