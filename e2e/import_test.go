//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/atomsaga/atomsaga/e2e/browser"
	"github.com/atomsaga/atomsaga/internal/kind"
)

const importPath = "/api/kinds/import"

// The import panel.

func (a *app) importer() *browser.Element { return a.TestID("import") }
func (a *app) file() *browser.Element     { return a.CSS("#import-file") }
func (a *app) outcome() *browser.Element  { return a.importer().Role("status", "") }
func (a *app) press(name string)          { a.importer().Role("button", name).Click() }
func (a *app) wantCount(text string)      { a.count().WantText(text) }
func (a *app) openImporter()              { a.importer().CSS("summary").Click() }

// fileOf writes a list of kinds to a file, and returns its path.
func fileOf(t *testing.T, name string, list any) string {
	t.Helper()
	content, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// manyKinds returns n new kinds, and one that exists, with another name.
func manyKinds(n int) []kind.Kind {
	all := make([]kind.Kind, n, n+1)
	for i := range all {
		all[i] = kind.Kind{ID: kind.ID(fmt.Sprintf("my:k%05d", i)), Name: fmt.Sprintf("kind %d", i), Vocabulary: "my",
			Description: strings.Repeat("Says how one thing is related to another one. ", 5), Domain: []string{"Thing"}, Range: []string{"Thing"}}
	}
	return append(all, kind.Kind{ID: wasDeathOf, Name: "was the death of", HasDirection: true, Vocabulary: "crm", Domain: []string{}, Range: []string{}})
}

func TestImport(t *testing.T) {
	a := openPage(t, "/")
	a.openImporter()
	a.file().Upload(fileOf(t, "kinds.json", manyKinds(20)))
	a.outcome().WantText("kinds.json: 20 new, 1 changed, 0 as they are.")
	a.wantCount("983 kinds") // nothing has changed yet
	sent := a.gate.Hold("POST", importPath)

	a.press("Import 21 kinds")

	a.wantCount("1003 kinds")     // at once
	a.row("my:k00007").WantNone() // the list is long, and it is far down
	a.search().Fill("kind 7")
	a.row("my:k00007").WantVisible()
	if a.program.serves("my:k00007") {
		t.Error("it is stored before the server was told")
	}
	sent.Arrived()
	bar := a.importer().Role("progressbar", "Saving")
	bar.WantAttribute("aria-valuetext", "step 2 of 3, on its way to the server")
	bar.WantAttribute("value", "2")
	sent.Pass()
	a.outcome().WantText("kinds.json is imported: 20 new, 1 changed, 0 as they are.")
	bar.WantNone()
	if got := a.program.stored("my:k00007"); got.Name != "kind 7" || got.Version != 1 {
		t.Errorf("stored: %+v", got)
	}
	if got := a.program.stored(wasDeathOf); got.Name != "was the death of" || got.Version != 2 {
		t.Errorf("stored: %+v", got)
	}
	a.Goto(a.gate.URL("/"))
	a.waitForProgram()
	a.wantCount("1003 kinds")
	a.openImporter()
	a.file().Upload(fileOf(t, "kinds.json", manyKinds(20)))
	a.outcome().WantText("There is nothing new in kinds.json: 0 new, 0 changed, 21 as they are.")
}

func TestAnImportShowsInAnotherTab(t *testing.T) {
	a := openPage(t, "/")
	b := a.openAnother(pathOf(wasDeathOf))
	b.name().WantValue("was death of")
	a.BringToFront()
	a.openImporter()
	a.file().Upload(fileOf(t, "kinds.json", manyKinds(20)))
	a.press("Import 21 kinds")
	a.outcome().WantText("kinds.json is imported: 20 new, 1 changed, 0 as they are.")
	b.BringToFront()
	b.wantCount("1003 kinds")
	b.name().WantValue("was the death of")
}

func TestAFailedImportIsTakenBack(t *testing.T) {
	a := openPage(t, "/")
	a.Allow("409")
	a.openImporter()
	a.file().Upload(fileOf(t, "kinds.json", manyKinds(20)))
	a.outcome().WantText("kinds.json: 20 new, 1 changed, 0 as they are.")
	a.program.patch(wasDeathOf, `{"name": "changed elsewhere"}`)
	sent := a.gate.Hold("POST", importPath)
	a.press("Import 21 kinds")
	a.wantCount("1003 kinds")

	sent.Pass()

	a.alert().WantText("kinds.json was not imported, and all of it was taken back: " +
		"crm:P100_was_death_of: there is such a kind, and its version is 2.")
	a.wantCount("983 kinds")
	if a.program.serves("my:k00007") {
		t.Error("half of it is stored")
	}
	a.press("Try again") // looks at what there is now
	a.outcome().WantText("kinds.json: 20 new, 1 changed, 0 as they are.")
	a.press("Import 21 kinds")
	a.outcome().WantText("kinds.json is imported: 20 new, 1 changed, 0 as they are.")
	if got := a.program.stored(wasDeathOf); got.Name != "was the death of" || got.Version != 3 {
		t.Errorf("stored: %+v", got)
	}
}

func TestACancelledImportIsTakenBack(t *testing.T) {
	a := openPage(t, "/")
	a.openImporter()
	a.file().Upload(fileOf(t, "kinds.json", manyKinds(20)))
	sent := a.gate.Hold("POST", importPath)
	a.press("Import 21 kinds")
	a.wantCount("1003 kinds")
	sent.Arrived()
	a.press("Cancel")
	a.wantCount("983 kinds")
	a.file().WantFocus()
	a.outcome().WantNone()
}

func TestAFileThatCannotBeImported(t *testing.T) {
	a := openPage(t, "/")
	a.openImporter()
	bad := manyKinds(3)
	bad[2].Name = "two\nlines"
	for _, test := range []struct {
		list any
		says string
	}{
		{bad, "kinds.json cannot be imported: entry 3 (my:k00002): /name must be one line without control characters."},
		{map[string]int{}, "kinds.json cannot be imported: this is no list of kinds: it must be a JSON array."},
	} {
		a.file().Upload(fileOf(t, "kinds.json", test.list))
		a.alert().WantText(test.says)
		a.press("Close")
		a.alert().WantNone()
	}
	a.wantCount("983 kinds")
}

func TestThePageIsUsableDuringAnImport(t *testing.T) {
	a := openPage(t, pathOf(wasDeathOf))
	a.openImporter()
	big := fileOf(t, "kinds.json", manyKinds(10_000))

	a.file().Upload(big)
	a.importer().CSS("progress").WantVisible()
	change := a.hold(wasDeathOf)
	a.direction().Click()
	a.wantDirection(false, true)
	change.Pass()
	a.wantDirection(false, false)
	a.press("Cancel")
	a.importer().CSS("progress").WantNone()
	a.wantCount("983 kinds")

	a.file().Upload(big)
	a.outcome().WantText("kinds.json: 10000 new, 1 changed, 0 as they are.")
	sent := a.gate.Hold("POST", importPath)
	a.press("Import 10001 kinds")
	a.wantCount("10983 kinds")
	a.name().WantValue("was the death of")
	change = a.hold(wasDeathOf)
	a.direction().Click()
	a.wantDirection(false, true) // it was on in the file
	a.search().Fill("kind 9999")
	a.rows().WantCount(1)
	sent.Refuse(503, "not today")
	a.Allow("503")
	a.wantCount("0 of 983 kinds")
	a.name().WantValue("was death of")
	a.wantDirection(false, true) // the later change stays
	change.Pass()
	a.wantDirection(false, false)
}

// A user notices a page that does not respond for a tenth of a second. The best of a few
// rounds counts, as the machine may be busy.
func TestNoStepOfAnImportOfManyKindsIsLong(t *testing.T) {
	const rounds = 4
	big := fileOf(t, "kinds.json", manyKinds(10_000))
	for round := range rounds {
		began := time.Now()
		longest := time.Duration(longestTaskOfAnImport(t, big)) * time.Millisecond
		took := time.Since(began)
		felt := max(120*time.Millisecond, took/50) // on a slow machine everything takes longer; it was 700 ms of 9 s
		t.Logf("the longest task of round %d took %v (0: less than 50 ms) of %v", round+1, longest, took)
		if longest <= felt {
			return
		}
	}
	t.Errorf("in each of %d rounds the page did something for so long without a pause that it is felt", rounds)
}

// longestTaskOfAnImport imports the file, once cancelled and once to the end, and returns
// the longest time that the page did not respond, in milliseconds.
func longestTaskOfAnImport(t *testing.T, big string) int {
	a := openPage(t, pathOf(wasDeathOf))
	a.waitForLive()
	a.openImporter()
	browser.Eval[bool](a.Tab, `(window.longest = 0, new PerformanceObserver(list => {
		for (const task of list.getEntries()) longest = Math.max(longest, task.duration)
	}).observe({ type: "longtask" }), true)`)
	read := func() {
		a.file().Upload(big)
		a.outcome().WantText("kinds.json: 10000 new, 1 changed, 0 as they are.")
		a.press("Import 10001 kinds")
		a.wantCount("10983 kinds")
	}
	sent := a.gate.Hold("POST", importPath)
	read()
	sent.Arrived()
	a.press("Cancel")
	a.wantCount("983 kinds")

	sent = a.gate.Hold("POST", importPath)
	read()
	loaded := a.gate.Hold("GET", "/api/kinds") // the stream says that there is too much to follow
	sent.Pass()
	a.outcome().WantText("kinds.json is imported: 10000 new, 1 changed, 0 as they are.")
	loaded.Arrived()
	loaded.Pass()
	a.search().Fill("kind 9999")
	a.rows().WantCount(1)
	return browser.Eval[int](a.Tab, `new Promise(done => setTimeout(() => done(Math.round(longest)), 1500))`)
}
