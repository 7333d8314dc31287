// Package early keeps what the user does on a prerendered page before its program has
// arrived, and does it then.
//
// A page that was rendered by the server can be read at once. But until its wasm is there,
// which on a phone may take ten seconds, nothing responds. With the script of this package
// on the page
//
//	http.Handle(early.Path, early.Handler())
//	http.Handle("/", &app.Handler{Scripts: []string{early.Path}})
//
// what is done meanwhile by mouse, touch or keyboard is not lost:
//
//   - A click on a button, or on anything with a role, a tabindex or a handler of hook.On,
//     is kept, and later made once on the same control of the program's page, in the order
//     of the clicks. Until then the control has the attributes aria-busy and data-early, for
//     the style sheet (components.css has a rule). A switch shows its new state.
//   - Text that is typed and options that are chosen are handed to the field with an input
//     event and, if the user has left the field, a change event. Otherwise the focus and the
//     caret are where they were.
//   - A form is submitted.
//   - A link is followed by the browser at once. If something else waits, which would be
//     lost, the link is followed after that.
//   - What was scrolled or unfolded stays so.
//
// The same control is the one with the same id. Without an id it is the one in the same place
// that looks the same, or else the only one that does. A control that the program shows later
// is waited for, up to ten seconds.
//
// The program may not arrive: it cannot be loaded, is cut off, or is not a program. When
// go-app or a script of the page fails, or nothing is received for 30 seconds, the clicks are
// dropped and no more are kept, so that links work. A line at the foot of the page (class
// early-failed) says so. If the program arrives after all, it gets what was typed.
//
// The script also does the following:
//
//   - It finds the page wherever it is in the body: extensions of the browser put elements
//     before it.
//   - Where the browser denies localStorage, which stops go-app's program at its start, it
//     puts one in its place that lasts as long as the page.
//   - Where a translator has replaced a text of the program, and the program writes that
//     text, it brings the program's text back.
//   - Once the program is there it finds the handlers of hook.On for each event. In Go each
//     step would be a call of the browser: a click on a row takes a tenth less time.
//
// The script is a file, without inline code, so that a content security policy of
// "script-src 'self' 'wasm-unsafe-eval'" allows it. Any go-app page can use it, with or
// without the rest of this module.
package early
