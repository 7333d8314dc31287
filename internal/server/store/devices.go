//go:build !wasm

package store

import (
	"context"
	"errors"
	"time"
)

const (
	// DeviceLifetime is how long a device is kept after it last registered. A page
	// registers each time it starts.
	DeviceLifetime = 60 * 24 * time.Hour

	// MaxDevices is the largest number of devices.
	MaxDevices = 10_000
)

// ErrTooManyDevices is returned by SaveDevice when there are MaxDevices already.
var ErrTooManyDevices = errors.New("there are too many devices")

// A Device is a browser that is notified of changes by push.
type Device struct {
	ID              string // random; kept by the device in a cookie
	Token           string // the push service's name for it
	NotifiedVersion int64  // version of the last commit that it was notified of
}

// SaveDevice registers a device, to be notified of the commits from now on, or changes
// its token. It deletes the devices that did not register for DeviceLifetime, and any
// other device with the same token. Its errors are ErrTooManyDevices and ErrBusy.
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

// DeleteDevice deletes the device with that id, if there is one.
func (s *Store) DeleteDevice(ctx context.Context, id string) error {
	_, err := s.write.ExecContext(ctx, `DELETE FROM devices WHERE id = ?`, id)
	return wrapBusy(err)
}

// DeleteDeviceByToken deletes the device that has that token now, if there is one.
func (s *Store) DeleteDeviceByToken(ctx context.Context, token string) error {
	_, err := s.write.ExecContext(ctx, `DELETE FROM devices WHERE token = ?`, token)
	return wrapBusy(err)
}

// SetNotified records that the device was notified of all commits up to the version.
func (s *Store) SetNotified(ctx context.Context, id string, version int64) error {
	_, err := s.write.ExecContext(ctx, `UPDATE devices SET told = ? WHERE id = ? AND told < ?`, version, id, version)
	return wrapBusy(err)
}

// DevicesBehind returns the devices that were not notified of every commit, by id.
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

// CountDevices returns the number of devices.
func (s *Store) CountDevices(ctx context.Context) (int, error) {
	var n int
	err := s.read.QueryRowContext(ctx, `SELECT count(*) FROM devices`).Scan(&n)
	return n, wrapBusy(err)
}
