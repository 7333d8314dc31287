//go:build !js

package main

import "github.com/atomsaga/atomsaga/bench/page/site"

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

func main() { site.WriteHTML(page) }
