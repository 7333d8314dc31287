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
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"github.com/atomsaga/atomsaga/internal/kind"
)

// patience is how long the program may take to start, and to stop.
const patience = 20 * time.Second

// program is the real server, with a database of its own.
type program struct {
	t        *testing.T
	url      string // http://127.0.0.1:port
	database string
}

// binary is the program under test: `make build` makes it, `make e2e` names it.
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

// start starts the program on a free port and stops it with the test. A program
// that does not stop when it is asked to, or stops with an error, fails the test.
func start(t *testing.T, more ...string) *program {
	t.Helper()
	p := &program{t: t, database: filepath.Join(t.TempDir(), "atomsaga.db")}
	command := exec.Command(binary(t), append([]string{"--listen", "127.0.0.1:0", "--database", p.database}, more...)...)
	var complaints bytes.Buffer
	command.Stderr = &complaints
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	t.Cleanup(func() {
		command.Process.Signal(os.Interrupt)
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("the server ended with %v", err)
			}
		case <-time.After(patience):
			t.Errorf("the server did not stop in %v", patience)
			command.Process.Kill()
			<-ended
		}
		if complaints.Len() > 0 {
			t.Logf("the server said:\n%s", &complaints)
		}
	})
	address := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(output)
		for lines.Scan() {
			if found := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(lines.Text()); found != "" {
				address <- found
				break
			}
		}
		io.Copy(io.Discard, output)
		ended <- command.Wait()
	}()
	select {
	case p.url = <-address:
	case err := <-ended:
		ended <- err
		t.Fatalf("the server ended before it served: %v\n%s", err, &complaints)
	case <-time.After(patience):
		t.Fatalf("the server names no address after %v", patience)
	}
	return p
}

// stored reads the kind from the database file, past the program.
func (p *program) stored(id kind.ID) kind.Kind {
	p.t.Helper()
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: p.database, RawQuery: "mode=ro&_pragma=busy_timeout(5000)"}).String())
	if err != nil {
		p.t.Fatal(err)
	}
	defer db.Close()
	k := kind.Kind{ID: id}
	err = db.QueryRow(`SELECT name, description, has_direction, inverse, version FROM kinds WHERE id = ?`, string(id)).
		Scan(&k.Name, &k.Description, &k.HasDirection, &k.Inverse, &k.Version)
	if errors.Is(err, sql.ErrNoRows) {
		p.t.Fatalf("%s is not in the database", id)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return k
}

// patch changes a kind as another program would: not through any page.
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
