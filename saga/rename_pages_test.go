package saga_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/outbox"
)

// rename is a durable saga as a page declares it. What its server does is up to
// the test.
type rename struct{ Row, To string }

var (
	names  = atom.New(map[string]string{})
	nameOf = atom.NewFamily(func(row string) *atom.Atom[string] { return atom.Key(names, row) })

	serverOfRename func(ctx context.Context, in rename) (string, error)
)

var setName = saga.Define("test.rename",
	func(in rename) *atom.Atom[string] { return nameOf.Of(in.Row) },
	func(in rename) saga.Saga[string] {
		return saga.New(
			func(name *string) struct{} { *name = in.To; return struct{}{} },
			func(ctx context.Context, _ string, _ struct{}) (string, error) { return serverOfRename(ctx, in) },
			func(name *string, saved string) { *name = saved },
		)
	}).Version(2, func(version int, input []byte) (rename, error) {
	row, to, ok := strings.Cut(strings.Trim(string(input), `"`), "=") // version 1 was "row=to"
	if !ok {
		return rename{}, fmt.Errorf("version %d: no = in %s", version, input)
	}
	return rename{row, to}, nil
})

// A renamePages is pages with one outbox, and what the server that they speak to answers.
type renamePages struct {
	t      *testing.T
	memory *outbox.Memory
	asked  []string
	answer func(rename) (string, error)
}

func newRenamePages(t *testing.T) *renamePages {
	d := &renamePages{t: t, memory: outbox.NewMemory(), answer: func(in rename) (string, error) { return in.To, nil }}
	var mu sync.Mutex
	serverOfRename = func(ctx context.Context, in rename) (string, error) {
		mu.Lock()
		d.asked = append(d.asked, in.Row+"="+in.To)
		answer := d.answer
		mu.Unlock()
		time.Sleep(time.Second)
		return answer(in)
	}
	return d
}

// open opens a page, which shows the rows a and b.
func (d *renamePages) open() (s *atom.Store, close func()) {
	s = atom.NewStore()
	names.Set(s, map[string]string{"a": "old", "b": "old"})
	page := d.memory.Open()
	close = useOutbox(s, page)
	synctest.Wait()
	return s, close
}

func (d *renamePages) put(records ...saga.Record) {
	if _, err := d.memory.Open().Put(d.t.Context(), records); err != nil {
		d.t.Fatal(err)
	}
}

func (d *renamePages) records() []saga.Record {
	all, err := d.memory.Open().All(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	return all
}

// useOutbox gives a store its page of an outbox. close closes the page, as its tab does, and waits
// until nothing runs any more.
func useOutbox(s *atom.Store, page interface {
	saga.Outbox
	Close()
}) (close func()) {
	stop := saga.UseOutbox(s, page, func(atom.Reader) bool { return true })
	return func() { page.Close(); stop(); time.Sleep(time.Hour) }
}
