-- Version 2 of the database: the devices that are told of changes by push.

-- The device that made the change, or '': it is not told of it.
ALTER TABLE commits ADD COLUMN device TEXT NOT NULL DEFAULT '';

CREATE TABLE devices (
	id    TEXT    PRIMARY KEY,         -- random; the device keeps it in a cookie
	token TEXT    NOT NULL UNIQUE,     -- the name that the push service gave to it
	told  INTEGER NOT NULL,            -- the last commit that it has been told of
	seen  INTEGER NOT NULL             -- when it last registered, Unix time in milliseconds
) STRICT, WITHOUT ROWID;
