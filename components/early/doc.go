// Package early keeps what the user does on a prerendered page before its
// program has arrived, and carries it out once it has.
//
// A page that the server has rendered can be read at once; until its wasm is
// there, which on a phone may take ten seconds, nothing answers. With the script of
// this package on the page
//
//	http.Handle(early.Path, early.Handler())
//	http.Handle("/", &app.Handler{Scripts: []string{early.Path}})
//
// what is done meanwhile is not lost, by mouse, touch or keyboard:
//
//   - A click on a button, or on anything with a role, a tabindex or a handler of
//     hook.On, is kept, and made on the same control of the program's page, once,
//     in the order of the clicks. Until then the control has the attributes
//     aria-busy and data-early, for the style (components.css has one); a switch
//     shows its new state.
//   - What is typed or chosen in a field is handed to it with the events input
//     and, if the field had been left, change; if not, the focus and the caret
//     are where they were.
//   - A form is submitted.
//   - A link is followed by the browser, at once, unless something else waits,
//     which would be forgotten: then it comes after that.
//   - What was scrolled or unfolded stays so.
//
// The same control is the one with the same id; without one, the one in the same
// place that looks the same, or the only one that does. A control that the program
// shows later is waited for, up to ten seconds.
//
// The program may not come: it cannot be had, is cut, or is something else. When go-app
// or a script of the page fails, or nothing moves for 30 seconds, clicks are taken back
// and no more are kept, so that links work; a line at the foot of the page (class
// early-failed) says so. Should the program come yet, it is handed what was typed.
//
// The page is known wherever it stands: what an extension of the browser puts first in
// the body is not taken for it. Where the browser denies localStorage, which ends
// go-app's program at its start, one that lasts as long as the page stands in for it.
// And where a translator has put other text in the place of the program's, what the
// program writes there takes that place again.
//
// Once the program is there, the script finds out for it which handlers of hook.On an
// event is for: from Go each step of that is a call, and with the script a click on a
// row takes a tenth less time.
//
// The script is a file, without inline code, as a content security policy of
// "script-src 'self' 'wasm-unsafe-eval'" wants it. Any go-app page can use it,
// with or without the rest of this module.
package early
