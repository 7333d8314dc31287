-- Version 1 of the database. Kinds are kept a field to a column, so that
-- any SQLite tool can read them.

CREATE TABLE kinds (
	id            TEXT    PRIMARY KEY,
	name          TEXT    NOT NULL,
	description   TEXT    NOT NULL,
	has_direction INTEGER NOT NULL CHECK (has_direction IN (0, 1)),
	inverse       TEXT    NOT NULL,
	domain        TEXT    NOT NULL CHECK (json_valid(domain)),   -- JSON array of texts
	"range"       TEXT    NOT NULL CHECK (json_valid("range")),  -- JSON array of texts
	vocabulary    TEXT    NOT NULL,
	version       INTEGER NOT NULL CHECK (version >= 1)          -- 1 at first, +1 with each commit to this kind
) STRICT, WITHOUT ROWID;

-- The log: one row for each change, written in the change's transaction.
-- A version is never used twice and none is left out.
CREATE TABLE commits (
	version  INTEGER PRIMARY KEY AUTOINCREMENT,  -- of the whole database: 1, 2, 3 ...
	kind     TEXT    NOT NULL REFERENCES kinds (id),
	patch    TEXT    NOT NULL CHECK (json_valid(patch)),  -- RFC 6902, from the kind before, if there was one, to the kind after
	mutation TEXT    NOT NULL,                   -- the Idempotency-Key that the change came with, or ''
	time     INTEGER NOT NULL                    -- Unix time in milliseconds
) STRICT;

-- The answers given to requests with an Idempotency-Key, to be given again.
CREATE TABLE answers (
	key     TEXT    PRIMARY KEY,
	request TEXT    NOT NULL,                    -- digest of the request that got the answer
	kind    TEXT    NOT NULL CHECK (json_valid(kind)),  -- the kind after the change; of an import, its counts
	time    INTEGER NOT NULL                     -- Unix time in milliseconds
) STRICT, WITHOUT ROWID;

CREATE INDEX answers_by_time ON answers (time);

-- One row: tells this database from another with the same version.
CREATE TABLE identity (
	id TEXT NOT NULL
) STRICT;
INSERT INTO identity VALUES (lower(hex(randomblob(4))));
