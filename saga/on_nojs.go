//go:build !js

package saga

// listen has nothing to listen to on a server.
func listen(string) {}
