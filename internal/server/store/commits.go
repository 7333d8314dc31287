//go:build !wasm

package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/atomsaga/atomsaga/internal/kind"
)

// A Commit is one row of the log.
type Commit struct {
	Version  int64           // of the whole database
	Kind     kind.ID         // what was changed
	Patch    json.RawMessage // RFC 6902, from the kind before to the kind after
	Mutation string          // the Idempotency-Key that the change came with, or ""
	Device   string          // the registered device that made the change, or ""
	Time     time.Time
}

// Commits returns the commits after a version, oldest first, at most limit. Its error
// may be ErrBusy.
func (s *Store) Commits(ctx context.Context, after int64, limit int) ([]Commit, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT version, kind, patch, mutation, device, time FROM commits
		WHERE version > ? ORDER BY version LIMIT ?`, after, limit)
	if err != nil {
		return nil, wrapBusy(err)
	}
	defer rows.Close()
	var commits []Commit
	for rows.Next() {
		var c Commit
		var patch string
		var at int64
		if err := rows.Scan(&c.Version, &c.Kind, &patch, &c.Mutation, &c.Device, &at); err != nil {
			return nil, wrapBusy(err)
		}
		c.Patch, c.Time = json.RawMessage(patch), time.UnixMilli(at)
		commits = append(commits, c)
	}
	return commits, wrapBusy(rows.Err())
}

// versionsQuery says that mutation is not empty, for SQLite to use the partial index.
const versionsQuery = `SELECT mutation, max(version) FROM commits
	WHERE mutation <> '' AND mutation IN (SELECT value FROM json_each(?)) GROUP BY mutation`

// Versions returns, for each of the keys that was used, the version of the last commit
// made with it.
func (s *Store) Versions(ctx context.Context, keys []string) (map[string]int64, error) {
	list, err := json.Marshal(keys)
	if err != nil {
		return nil, err
	}
	rows, err := s.read.QueryContext(ctx, versionsQuery, string(list))
	if err != nil {
		return nil, wrapBusy(err)
	}
	defer rows.Close()
	found := map[string]int64{}
	for rows.Next() {
		var key string
		var version int64
		if err := rows.Scan(&key, &version); err != nil {
			return nil, wrapBusy(err)
		}
		found[key] = version
	}
	return found, wrapBusy(rows.Err())
}

// Committed returns a channel that receives a value after commits of this program; one
// value may stand for several commits. There must be only one receiver.
func (s *Store) Committed() <-chan struct{} { return s.committed }

func (s *Store) notifyCommitted() {
	select {
	case s.committed <- struct{}{}:
	default: // one is waiting already
	}
}
