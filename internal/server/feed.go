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

// A feed hands out the commits, in order, to any number of followers. Each
// follower only remembers the version that it has got to; what it has not got yet is
// read once, encoded once, and shared.
type feed struct {
	store    *store.Store
	log      *slog.Logger
	database string // which one the versions are of

	mu     sync.Mutex
	last   int64 // the last commit that the feed knows
	recent []commit
	more   chan struct{} // closed with the next commit
}

// A commit is an event, and how it stands in an event stream.
type commit struct {
	live.Event
	frame []byte
}

const (
	maxKeptCommits = 1000        // that a follower may be behind
	pollInterval   = time.Second // for the commits of another program on the same database
)

// errGap: the commits behind that version cannot be followed one by one any more, or are
// those of another database.
var errGap = errors.New("too far behind to follow")

func newFeed(ctx context.Context, from *store.Store, log *slog.Logger) (*feed, error) {
	mark, err := from.Position(ctx)
	if err != nil {
		return nil, err
	}
	return &feed{store: from, log: log, database: mark.Database, last: mark.Version, more: make(chan struct{})}, nil
}

// run keeps the feed up to date until ctx is done.
func (f *feed) run(ctx context.Context) {
	others := time.NewTicker(pollInterval)
	defer others.Stop()
	for {
		select {
		case <-f.store.Committed():
		case <-others.C:
		case <-ctx.Done():
			return
		}
		if err := f.readCommits(ctx); err != nil && ctx.Err() == nil {
			f.log.Error("the commits could not be read", "error", err)
		}
	}
}

// readCommits takes in what has been committed since it last looked: as one, so that nobody
// is sent a part of an import that is too large to follow, and then told that it is.
func (f *feed) readCommits(ctx context.Context) error {
	for {
		mark, err := f.store.Position(ctx)
		if err != nil {
			return err
		}
		rows, err := f.store.Commits(ctx, max(f.version(), mark.Version-maxKeptCommits), maxKeptCommits)
		if err != nil || len(rows) == 0 {
			return err
		}
		f.publish(f.encode(rows))
	}
}

func (f *feed) publish(commits []commit) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if commits[0].Version > f.last+1 {
		f.recent = nil // what is between is not kept
	}
	f.recent = append(f.recent, commits...)
	if over := len(f.recent) - maxKeptCommits; over > 0 {
		f.recent = append([]commit(nil), f.recent[over:]...) // followers hold parts of the old one
	}
	f.last = f.recent[len(f.recent)-1].Version
	close(f.more)
	f.more = make(chan struct{})
}

// version is that of the last commit.
func (f *feed) version() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last
}

// since returns the commits behind a version, oldest first, and what is closed
// when there are more. It is how a commit is learned of in this process, by
// event streams and by push:
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
// errGap when there are too many to follow, or the version is not of this
// database: the follower goes on from version(), and loads what it shows anew.
func (f *feed) since(ctx context.Context, version int64) (commits []commit, more <-chan struct{}, err error) {
	f.mu.Lock()
	last, recent, more := f.last, f.recent, f.more
	f.mu.Unlock()
	switch behind := last - version; {
	case behind == 0:
		return nil, more, nil
	case version < 0 || behind < 0 || behind > maxKeptCommits:
		return nil, more, errGap
	case behind <= int64(len(recent)):
		return recent[int64(len(recent))-behind:], more, nil
	}
	rows, err := f.store.Commits(ctx, version, int(last-version)) // of before the server was started
	return f.encode(rows), more, err
}

func (f *feed) encode(rows []store.Commit) []commit {
	commits := make([]commit, len(rows))
	for i, row := range rows {
		e := live.Event{Version: row.Version, Entity: string(row.Kind), Patch: row.Patch, Mutation: row.Mutation}
		data, _ := json.Marshal(e) // the patch was valid JSON when it was stored
		commits[i] = commit{e, fmt.Appendf(nil, "id: %s\ndata: %s\n\n", f.eventID(row.Version), data)}
	}
	return commits
}

// eventID names a version of this database among those of others.
func (f *feed) eventID(version int64) string { return fmt.Sprintf("%d.%s", version, f.database) }
