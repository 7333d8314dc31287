package main

// generate has nothing to do in the browser; without it here, app.Handler and with it net/http
// would be in the page.
func generate() {}
