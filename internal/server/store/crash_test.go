//go:build !wasm

package store

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/internal/cases"
	"github.com/atomsaga/atomsaga/internal/kind"
)

func appendX(k kind.Kind) (kind.Kind, error) {
	k.Name += "x"
	return k, nil
}

// TestMain runs the program that TestKilledProgramLosesNothingThatItAnswered kills.
func TestMain(m *testing.M) {
	if path := os.Getenv("ATOMSAGA_TEST_WRITER"); path != "" {
		s, err := Open(context.Background(), path, seeds())
		for i := 1; err == nil; i++ {
			var result Result
			result, err = s.Change(context.Background(), Mutation{Kind: "org:linkedTo", Key: fmt.Sprint("m", i)}, func(k kind.Kind) (kind.Kind, error) {
				k.Name = fmt.Sprint("change ", i)
				return k, nil
			})
			fmt.Println(result.Kind.Version)
		}
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func TestKilledProgramLosesNothingThatItAnswered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "killed.db")
	writer := exec.Command(os.Args[0])
	writer.Env = append(os.Environ(), "ATOMSAGA_TEST_WRITER="+path)
	out, err := writer.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Start(); err != nil {
		t.Fatal(err)
	}
	var answered int64
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if _, err := fmt.Sscan(lines.Text(), &answered); err != nil {
			t.Fatal(lines.Text())
		}
		if answered == 50 {
			writer.Process.Kill()
		}
	}
	writer.Wait()
	if answered < 50 {
		t.Fatalf("only %d changes before the end", answered)
	}

	s := openStore(t, path)
	k, err := s.Kind(t.Context(), "org:linkedTo")
	if err != nil || k.Version < answered || k.Name != fmt.Sprint("change ", k.Version-1) {
		t.Errorf("answered %d, found %+v, %v", answered, k, err)
	}
	log := commits(t, s)
	if int64(len(log)) != k.Version-1 || int64(answers(t, s)) != k.Version-1 {
		t.Errorf("version %d, but %d commits and %d answers", k.Version, len(log), answers(t, s))
	}
	var check string
	if err := s.read.QueryRow(`PRAGMA integrity_check`).Scan(&check); err != nil || check != "ok" {
		t.Errorf("integrity: %s, %v", check, err)
	}
}

// A power cut leaves the file and its log as they were between two writes, with the store
// open.
func TestFilesOfAnOpenStoreAreWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "open.db")
	s := openStore(t, path)
	for i := range 8 {
		change(t, s, Mutation{Kind: "org:linkedTo"}, appendX)
		found := filepath.Join(t.TempDir(), "found.db")
		for _, suffix := range []string{"", "-wal"} {
			copyFile(t, path+suffix, found+suffix)
		}
		after := openStore(t, found)
		if k, err := after.Kind(t.Context(), "org:linkedTo"); err != nil || k.Version != int64(i)+2 || len(commits(t, after)) != i+1 {
			t.Fatalf("after %d changes: %+v, %v", i+1, k, err)
		}
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	source, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	target, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(target, source); err != nil {
		t.Fatal(err)
	}
	if err := target.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestParallelChangesLeaveNoGap(t *testing.T) {
	s := newStore(t)
	var group sync.WaitGroup
	for range 100 {
		group.Go(func() {
			if _, err := s.Change(t.Context(), Mutation{Kind: "org:linkedTo"}, appendX); err != nil {
				t.Error(err)
			}
			kinds, position, err := s.Snapshot(t.Context())
			if err != nil || kinds[1].Version != position.Version+1 {
				t.Errorf("read half a change: %d at position %d, %v", kinds[1].Version, position.Version, err)
			}
		})
	}
	group.Wait()
	k, _ := s.Kind(t.Context(), "org:linkedTo")
	if k.Version != 101 || strings.Count(k.Name, "x") != 100 {
		t.Errorf("%+v", k)
	}
	for i, r := range commits(t, s) {
		if r.version != int64(i)+1 || !strings.Contains(r.patch, fmt.Sprintf(`{"op":"replace","path":"/version","value":%d}`, i+2)) {
			t.Fatalf("commit %d: %+v", i+1, r)
		}
	}
}

// The patches of the log, applied in order to the first kinds, result in the last ones.
func TestLogLeadsFromTheFirstKindsToTheLast(t *testing.T) {
	s := newStore(t)
	followed := map[kind.ID][]byte{}
	for _, k := range seeds() {
		followed[k.ID], _ = json.Marshal(k)
	}
	done := 0 // commits that followed has seen
	texts := rapid.SliceOfN(rapid.String(), 0, 3)
	cases.Check(t, func(r *rapid.T) {
		for range rapid.IntRange(1, 5).Draw(r, "changes") {
			id := rapid.SampledFrom(seeds()).Draw(r, "kind").ID
			change(t, s, Mutation{Kind: id}, func(k kind.Kind) (kind.Kind, error) {
				switch rapid.IntRange(0, 4).Draw(r, "field") {
				case 0:
					k.Name = rapid.String().Draw(r, "name")
				case 1:
					k.HasDirection = !k.HasDirection
				case 2:
					k.Inverse, k.Description = rapid.String().Draw(r, "inverse"), "<b>&\u2028"
				case 3:
					k.Domain, k.Range = texts.Draw(r, "domain"), texts.Draw(r, "range")
				}
				return k, nil
			})
		}
		log := commits(t, s)
		for _, c := range log[done:] {
			patch, err := jsonpatch.DecodePatch([]byte(c.patch))
			if err != nil {
				r.Fatal(err)
			}
			if followed[c.kind], err = patch.Apply(followed[c.kind]); err != nil {
				r.Fatal(err)
			}
		}
		done = len(log)
		stored, err := s.Kinds(t.Context())
		if err != nil {
			r.Fatal(err)
		}
		for _, k := range stored {
			var replayed kind.Kind
			if err := json.Unmarshal(followed[k.ID], &replayed); err != nil || !reflect.DeepEqual(replayed, k) {
				r.Fatalf("replayed %+v, stored %+v, %v", replayed, k, err)
			}
		}
	})
}

func TestHeldDatabaseIsBusyAndUnchanged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "held.db")
	openStore(t, path).Close()
	s := openStore(t, path)
	other, err := openPool(path, 1, "_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	tx, err := other.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.write.Exec(`PRAGMA busy_timeout = 50`); err != nil { // instead of five seconds
		t.Fatal(err)
	}
	if _, err := s.Change(t.Context(), Mutation{Kind: "org:linkedTo"}, appendX); !errors.Is(err, ErrBusy) {
		t.Errorf("error %v, want ErrBusy", err)
	}
	if k, err := s.Kind(t.Context(), "org:linkedTo"); err != nil || k.Version != 1 {
		t.Errorf("reading while another writes: %+v, %v", k, err)
	}
	tx.Rollback()
	change(t, s, Mutation{Kind: "org:linkedTo"}, appendX)
}
