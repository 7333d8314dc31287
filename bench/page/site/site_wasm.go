package site

// Write does nothing in the browser.
func Write(title string) {}

// WriteEarly does nothing in the browser.
func WriteEarly(title string) {}
