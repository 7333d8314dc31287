//go:build !wasm

package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/atomsaga/atomsaga/internal/server/store"
	"github.com/atomsaga/atomsaga/saga/live"
)

// A feed gives the commits, in order, to any number of followers. A follower only
// remembers the last version it has seen. Commits are read and encoded once for all
// followers.
type feed struct {
	store    *store.Store
	log      *slog.Logger
	database string // id of the database, without which versions mean nothing
	keep     int    // how many commits are kept, and how far a follower may be behind

	mu     sync.Mutex
	last   int64 // version of the last commit that the feed knows
	recent []commit
	more   chan struct{} // closed by the next commit
}

// A commit is an event together with its encoding in an event stream.
type commit struct {
	live.Event
	frame []byte
}

const (
	maxKeptCommits = 1000        // of a feed
	pollInterval   = time.Second // for commits of another program on the same database
)

// errGap is returned by feed.since for a version that is too old to follow from, or of
// another database.
var errGap = errors.New("too far behind to follow")

func newFeed(ctx context.Context, from *store.Store, log *slog.Logger) (*feed, error) {
	position, err := from.Position(ctx)
	if err != nil {
		return nil, err
	}
	return &feed{store: from, log: log, database: position.Database, keep: maxKeptCommits, last: position.Version, more: make(chan struct{})}, nil
}

// run keeps the feed up to date until ctx is done.
func (f *feed) run(ctx context.Context) {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		select {
		case <-f.store.Committed():
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		if err := f.readCommits(ctx); err != nil && ctx.Err() == nil {
			f.log.Error("the commits could not be read", "error", err)
		}
	}
}

// readCommits publishes the commits since the last one it knows, all at once: no
// follower is sent a part of an import before it learns that the import is too large
// to follow.
func (f *feed) readCommits(ctx context.Context) error {
	for {
		position, err := f.store.Position(ctx)
		if err != nil {
			return err
		}
		rows, err := f.store.Commits(ctx, max(f.version(), position.Version-int64(f.keep)), f.keep)
		if err != nil || len(rows) == 0 {
			return err
		}
		f.publish(f.encode(rows))
	}
}

// publish adds commits, which must not be empty, and wakes the followers.
func (f *feed) publish(commits []commit) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if commits[0].Version > f.last+1 {
		f.recent = nil // the commits in between are unknown
	}
	f.recent = append(f.recent, commits...)
	if over := len(f.recent) - f.keep; over > 0 {
		f.recent = append([]commit(nil), f.recent[over:]...) // a new slice: followers hold parts of the old one
	}
	f.last = f.recent[len(f.recent)-1].Version
	close(f.more)
	f.more = make(chan struct{})
}

// version returns the version of the last commit.
func (f *feed) version() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last
}

// since returns the commits after a version, oldest first, and a channel that is
// closed when there are more. A follower calls it in a loop:
//
//	for version := feed.version(); ; {
//		commits, more, err := feed.since(ctx, version)
//		...
//		select {
//		case <-more:
//		case <-ctx.Done():
//		}
//	}
//
// It returns errGap when there are too many commits, or the version is of another
// database: the follower loads everything anew, and goes on from version().
func (f *feed) since(ctx context.Context, version int64) (commits []commit, more <-chan struct{}, err error) {
	f.mu.Lock()
	last, recent, more := f.last, f.recent, f.more
	f.mu.Unlock()
	switch behind := last - version; {
	case behind == 0:
		return nil, more, nil
	case version < 0 || behind < 0 || behind > int64(f.keep):
		return nil, more, errGap
	case behind <= int64(len(recent)):
		return recent[int64(len(recent))-behind:], more, nil
	}
	rows, err := f.store.Commits(ctx, version, int(last-version)) // from before the server was started
	return f.encode(rows), more, err
}

// encode returns the events of rows, and their encodings.
func (f *feed) encode(rows []store.Commit) []commit {
	commits := make([]commit, len(rows))
	for i, row := range rows {
		e := live.Event{Version: row.Version, Entity: string(row.Kind), Patch: row.Patch, Mutation: row.Mutation}
		data, _ := json.Marshal(e) // the patch was valid JSON when it was stored
		commits[i] = commit{e, fmt.Appendf(nil, "id: %s\ndata: %s\n\n", f.eventID(row.Version), data)}
	}
	return commits
}

// eventID returns an id for a version that is different in every database.
func (f *feed) eventID(version int64) string { return fmt.Sprintf("%d.%s", version, f.database) }
