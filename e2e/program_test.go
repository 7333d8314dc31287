//go:build e2e

package e2e

import (
	"bufio"
	"bytes"
	"database/sql"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"github.com/atomsaga/atomsaga/internal/kind"
)

// timeout is how long the program may take to start or to stop.
const timeout = 20 * time.Second

// program is the real server, with a database of its own.
type program struct {
	t         *testing.T
	url       string // http://127.0.0.1:port
	database  string
	arguments []string // beside the address and the database

	command *exec.Cmd
	ended   chan error
	stderr  *bytes.Buffer
}

// binary returns the path of the program under test, which `make build` builds and
// `make e2e` names.
func binary(t *testing.T) string {
	t.Helper()
	path := os.Getenv("ATOMSAGA")
	if path == "" {
		path = filepath.Join("..", "build", "atomsaga")
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%v: `make build` first", err)
	}
	return path
}

// start starts the program on a free port and stops it at the end of the test. A program
// that does not stop, or stops with an error, fails the test. The arguments are those
// beside the address and the database.
func start(t *testing.T, arguments ...string) *program {
	t.Helper()
	p := &program{t: t, database: filepath.Join(t.TempDir(), "atomsaga.db"), arguments: arguments}
	p.launch("127.0.0.1:0")
	t.Cleanup(p.stop)
	return p
}

// launch starts the program on an address, and returns when it serves.
func (p *program) launch(listen string) {
	p.t.Helper()
	p.command = exec.Command(binary(p.t), append([]string{"--listen", listen, "--database", p.database}, p.arguments...)...)
	complaints := new(bytes.Buffer)
	p.command.Stderr = complaints
	output, err := p.command.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.command.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.stderr, p.ended = complaints, make(chan error, 1)
	address := make(chan string, 1)
	go func(command *exec.Cmd, ended chan<- error) {
		lines := bufio.NewScanner(output)
		for lines.Scan() {
			if found := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(lines.Text()); found != "" {
				address <- found
				break
			}
		}
		io.Copy(io.Discard, output)
		ended <- command.Wait()
	}(p.command, p.ended)
	select {
	case p.url = <-address:
	case err := <-p.ended:
		p.ended <- err
		p.t.Fatalf("the server ended before it served: %v\n%s", err, complaints)
	case <-time.After(timeout):
		p.t.Fatalf("the server names no address after %v", timeout)
	}
}

// stop interrupts the program and waits until it has stopped.
func (p *program) stop() {
	p.command.Process.Signal(os.Interrupt)
	select {
	case err := <-p.ended:
		if err != nil {
			p.t.Errorf("the server ended with %v", err)
		}
	case <-time.After(timeout):
		p.t.Errorf("the server did not stop in %v", timeout)
		p.command.Process.Kill()
		<-p.ended
	}
	if p.stderr.Len() > 0 {
		p.t.Logf("the server said:\n%s", p.stderr)
	}
}

// kill kills the program, as a crash does.
func (p *program) kill() {
	p.command.Process.Kill()
	<-p.ended
}

// restart starts the program again, with the same address and database.
func (p *program) restart() {
	p.t.Helper()
	p.launch(strings.TrimPrefix(p.url, "http://"))
}

// openDatabase opens the program's database file for reading.
func (p *program) openDatabase() *sql.DB {
	p.t.Helper()
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: p.database, RawQuery: "mode=ro&_pragma=busy_timeout(5000)"}).String())
	if err != nil {
		p.t.Fatal(err)
	}
	return db
}

// stored reads the kind from the database file.
func (p *program) stored(id kind.ID) kind.Kind {
	p.t.Helper()
	db := p.openDatabase()
	defer db.Close()
	k := kind.Kind{ID: id}
	err := db.QueryRow(`SELECT name, description, has_direction, inverse, version FROM kinds WHERE id = ?`, string(id)).
		Scan(&k.Name, &k.Description, &k.HasDirection, &k.Inverse, &k.Version)
	if errors.Is(err, sql.ErrNoRows) {
		p.t.Fatalf("%s is not in the database", id)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return k
}

// A commit is a change that the server has made.
type commit struct{ mutation, patch string }

// commits reads all commits from the database file.
func (p *program) commits() (all []commit) {
	p.t.Helper()
	db := p.openDatabase()
	defer db.Close()
	rows, err := db.Query(`SELECT mutation, patch FROM commits`)
	if err != nil {
		p.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var c commit
		if err := rows.Scan(&c.mutation, &c.patch); err != nil {
			p.t.Fatal(err)
		}
		all = append(all, c)
	}
	if err := rows.Err(); err != nil {
		p.t.Fatal(err)
	}
	return all
}

// serves reports whether the server has the kind.
func (p *program) serves(id kind.ID) bool {
	p.t.Helper()
	response, err := http.Get(p.url + "/api/kinds/" + url.PathEscape(string(id)))
	if err != nil {
		p.t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// patch changes a kind at the API, not through a page.
func (p *program) patch(id kind.ID, mergePatch string) {
	p.t.Helper()
	request, err := http.NewRequest("PATCH", p.url+"/api/kinds/"+url.PathEscape(string(id)), bytes.NewBufferString(mergePatch))
	if err != nil {
		p.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/merge-patch+json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(response.Body)
		p.t.Fatalf("%s: %s", response.Status, body)
	}
}
