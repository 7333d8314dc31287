//go:build !js

package main

import (
	"fmt"
	"os"
	"path/filepath"
)

const page = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Go, DOM by hand</title><link rel="icon" href="/web/icon.svg"></head>
<body>
<ul id="rows"></ul>
<script src="/wasm_exec.js"></script>
<script>
const go = new Go();
WebAssembly.instantiateStreaming(fetch("/web/app.wasm"), go.importObject).then(({ instance }) => go.run(instance));
</script>
</body>
</html>
`

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go-dom FOLDER")
		os.Exit(2)
	}
	if err := os.WriteFile(filepath.Join(os.Args[1], "index.html"), []byte(page), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
