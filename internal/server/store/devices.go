//go:build !wasm

package store

import (
	"context"
	"errors"
	"time"
)

const (
	// DeviceLifetime is how long a device is remembered that has not registered
	// again. A page does so each time that it starts.
	DeviceLifetime = 60 * 24 * time.Hour

	// MaxDevices is how many devices there can be.
	MaxDevices = 10_000
)

// ErrTooManyDevices is returned by SaveDevice when there are MaxDevices already.
var ErrTooManyDevices = errors.New("there are too many devices")

// A Device is a browser that wants to be told of changes by push.
type Device struct {
	ID              string // random; the device keeps it in a cookie
	Token           string // the name that the push service gave to it
	NotifiedVersion int64  // the last commit that it has been told of
}

// SaveDevice registers a device, which is told of the commits from now on, or
// gives it another token. It forgets the devices that were not seen for
// DeviceLifetime, and any other device with the same token. Errors:
// ErrTooManyDevices, ErrBusy.
func (s *Store) SaveDevice(ctx context.Context, id, token string) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return wrapBusy(err)
	}
	defer tx.Rollback()
	now := s.now()
	if _, err := tx.ExecContext(ctx, `DELETE FROM devices WHERE seen <= ? OR token = ? AND id <> ?`,
		now.Add(-DeviceLifetime).UnixMilli(), token, id); err != nil {
		return wrapBusy(err)
	}
	result, err := tx.ExecContext(ctx, `INSERT INTO devices (id, token, told, seen)
		SELECT ?, ?, (SELECT coalesce(max(version), 0) FROM commits), ?
		WHERE (SELECT count(*) FROM devices WHERE id <> ?) < ?
		ON CONFLICT (id) DO UPDATE SET token = excluded.token, seen = excluded.seen`,
		id, token, now.UnixMilli(), id, MaxDevices)
	if err != nil {
		return wrapBusy(err)
	}
	if saved, err := result.RowsAffected(); err != nil || saved == 0 {
		return errors.Join(ErrTooManyDevices, err)
	}
	return wrapBusy(tx.Commit())
}

// DeleteDevice forgets the device of that id. It is no error when there is none.
func (s *Store) DeleteDevice(ctx context.Context, id string) error {
	_, err := s.write.ExecContext(ctx, `DELETE FROM devices WHERE id = ?`, id)
	return wrapBusy(err)
}

// DeleteDeviceByToken forgets the device that has that token now.
func (s *Store) DeleteDeviceByToken(ctx context.Context, token string) error {
	_, err := s.write.ExecContext(ctx, `DELETE FROM devices WHERE token = ?`, token)
	return wrapBusy(err)
}

// SetNotified notes that the device has been told of everything up to a commit.
func (s *Store) SetNotified(ctx context.Context, id string, version int64) error {
	_, err := s.write.ExecContext(ctx, `UPDATE devices SET told = ? WHERE id = ? AND told < ?`, version, id, version)
	return wrapBusy(err)
}

// DevicesBehind returns the devices that have not been told of everything.
func (s *Store) DevicesBehind(ctx context.Context) ([]Device, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT id, token, told FROM devices
		WHERE told < (SELECT coalesce(max(version), 0) FROM commits) ORDER BY id`)
	if err != nil {
		return nil, wrapBusy(err)
	}
	defer rows.Close()
	var behind []Device
	for rows.Next() {
		var d Device
		if err := rows.Scan(&d.ID, &d.Token, &d.NotifiedVersion); err != nil {
			return nil, wrapBusy(err)
		}
		behind = append(behind, d)
	}
	return behind, wrapBusy(rows.Err())
}

// CountDevices returns how many devices there are.
func (s *Store) CountDevices(ctx context.Context) (int, error) {
	var n int
	err := s.read.QueryRowContext(ctx, `SELECT count(*) FROM devices`).Scan(&n)
	return n, wrapBusy(err)
}
