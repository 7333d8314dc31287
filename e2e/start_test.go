//go:build e2e

package e2e

import (
	"image"
	"image/color"
	"strings"
	"testing"

	"github.com/atomsaga/atomsaga/e2e/browser"
	"github.com/atomsaga/atomsaga/e2e/gate"
)

// programPath is where the page's program is, whatever its hash.
const programPath = "/web/app."

// openBeforeProgram opens the path in a new browser, and returns while the program is still
// on its way.
func openBeforeProgram(t *testing.T, path string) (*app, *gate.Rule) {
	t.Helper()
	a := newApp(t)
	program := a.gate.Hold("GET", programPath)
	a.Goto(a.gate.URL(path))
	program.Arrived()
	return a, program
}

// noStatus hides what says whether the page is connected: only the program can be.
const noStatus = `document.querySelector("[data-testid=live]").style.visibility = "hidden", true`

// What the server rendered is what the program then shows: nothing moves, and
// no element is another one.
func TestTheProgramShowsWhatTheServerRendered(t *testing.T) {
	const page = `(() => {
		const text = ({name, value}) => name + "=" + (name.startsWith("data-on-") ? "…" : value) // by which hook.On finds a handler
		const attributes = e => Array.from(e.attributes, text).filter(a => !/^(value|selected)=/.test(a)).sort() // go-app sets properties
		const texts = e => Array.from(e.childNodes, n => n.nodeType === 3 ? n.data.trim() : "").join("")
		const lines = (e, indent) => e.dataset.testid === "live" ? [] : [indent + e.localName + " " + attributes(e).join(" ") + ": " + (e.value ?? "") + (e.localName === "textarea" ? "" : texts(e)),
			...Array.from(e.children).flatMap(c => lines(c, indent + "  "))]
		return lines(document.body.firstElementChild, "").join("\n")
	})()`
	for _, path := range []string{"/", "/?q=death&vocabulary=crm", pathOf(wasDeathOf), pathOf("foaf:knows")} {
		a, program := openBeforeProgram(t, path)
		a.CSS("main").WantVisible()
		a.WantTrue(`document.getElementById("app-wasm-loader").style.display = "none", true`)
		a.WantTrue(noStatus)
		before, picture := browser.Eval[string](a.Tab, page), a.Pixels()
		program.Pass()
		a.waitForProgram()
		a.WantTrue(`document.getElementById("app-wasm-loader") === null`)
		a.WantTrue(noStatus)
		after := browser.Eval[string](a.Tab, page)
		if before != after {
			t.Errorf("%s: the program's page is another one:\n%s", path, difference(before, after))
		}
		if same, at := samePixels(picture, a.Pixels()); !same {
			t.Errorf("%s: it looks different at %v", path, at)
		}
	}
}

// difference shows the lines that differ.
func difference(before, after string) string {
	is, was := strings.Split(after, "\n"), strings.Split(before, "\n")
	var lines []string
	for i := range max(len(is), len(was)) {
		switch {
		case i >= len(is):
			lines = append(lines, "- "+was[i])
		case i >= len(was):
			lines = append(lines, "+ "+is[i])
		case is[i] != was[i]:
			lines = append(lines, "- "+was[i], "+ "+is[i])
		}
	}
	return strings.Join(lines[:min(len(lines), 20)], "\n")
}

func samePixels(a, b image.Image) (same bool, at image.Point) {
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			if !alike(a.At(x, y), b.At(x, y)) {
				return false, image.Pt(x, y)
			}
		}
	}
	return a.Bounds() == b.Bounds(), image.Point{}
}

// alike reports whether nobody sees a difference: Chromium smooths a curve by a
// shade more or less when it draws it again.
func alike(a, b color.Color) bool {
	const shade = 0x0400 // of 0xffff
	ar, ag, ab, _ := a.RGBA()
	br, bg, bb, _ := b.RGBA()
	return max(ar, br)-min(ar, br) <= shade && max(ag, bg)-min(ag, bg) <= shade && max(ab, bb)-min(ab, bb) <= shade
}

func TestWhatIsDoneBeforeTheProgramIsDoneOnce(t *testing.T) {
	a, program := openBeforeProgram(t, pathOf(wasDeathOf))
	a.edit(a.name(), "was the death of")
	a.direction().Click()
	a.direction().WantAttribute("aria-checked", "false") // it shows at once
	a.direction().WantAttribute("aria-busy", "true")
	a.inverse().Fill("died_in")
	a.CSS(".list-title a").Click() // not before the rest
	a.WantURL(pathOf(wasDeathOf))
	program.Pass()
	a.waitForProgram()
	a.WantURL("/")
	a.row(wasDeathOf).Click()
	a.version().WantText("4")
	got := a.program.stored(wasDeathOf)
	if got.Name != "was the death of" || got.HasDirection || got.Inverse != "died_in" || got.Version != 4 {
		t.Errorf("stored: %+v", got)
	}
}

func TestTheKeyboardBeforeTheProgram(t *testing.T) {
	a, program := openBeforeProgram(t, pathOf(wasDeathOf))
	a.description().Focus()
	a.tabTo(t, `active.getAttribute("role") === "switch"`)
	a.Press("Space")
	a.direction().WantFocus()
	program.Pass()
	a.waitForProgram()
	a.direction().WantFocus()
	a.wantDirection(false, false)
	a.version().WantText("2") // once
}

func TestTypingGoesOnInTheProgram(t *testing.T) {
	a, program := openBeforeProgram(t, "/")
	a.search().Focus()
	a.Type("was deatX of")
	a.Press("ArrowLeft", "ArrowLeft", "ArrowLeft")
	program.Pass()
	a.waitForProgram()
	a.search().WantFocus()
	a.Press("Backspace")
	a.Type("h")
	a.search().WantValue("was death of")
	a.rows().WantCount(1)
}

func TestALinkBeforeTheProgramIsFollowedAtOnce(t *testing.T) {
	a, program := openBeforeProgram(t, "/")
	a.row(wasDeathOf).Click()
	a.WantURL(pathOf(wasDeathOf))
	a.name().WantValue("was death of") // rendered by the server
	program.Pass()
	a.waitForProgram()
	a.name().WantValue("was death of")
}
