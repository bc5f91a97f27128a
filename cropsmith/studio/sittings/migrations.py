"""The schema of `sittings.sqlite`, as the list of scripts that led to it."""

SITTINGS = """
CREATE TABLE sittings (
    id TEXT PRIMARY KEY,
    begun REAL NOT NULL,           -- Unix time, seconds
    name TEXT NOT NULL,
    folder TEXT NOT NULL,          -- that it was opened with
    wanted TEXT                    -- JSON: the latest order for all photos
) WITHOUT ROWID;
CREATE TABLE entries (
    sitting TEXT NOT NULL REFERENCES sittings (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    sha256 TEXT NOT NULL,          -- of the photo's bytes; empty for what is no photo
    path TEXT NOT NULL,            -- of the file that holds them; empty where the store does
    body TEXT NOT NULL,            -- JSON: the whole entry
    at INTEGER NOT NULL DEFAULT 0, -- how many edits are not undone
    PRIMARY KEY (sitting, number)
) WITHOUT ROWID;
CREATE INDEX entries_by_photo ON entries (sha256);
CREATE TABLE takes (
    sitting TEXT NOT NULL,
    entry INTEGER NOT NULL,
    number INTEGER NOT NULL,
    state TEXT NOT NULL,           -- waiting, running, done, failed
    process TEXT NOT NULL,         -- host, pid and its start, while it runs
    trace TEXT NOT NULL,
    body BLOB NOT NULL,            -- JSON of the whole take, deflated by zlib when long
    PRIMARY KEY (sitting, entry, number),
    FOREIGN KEY (sitting, entry) REFERENCES entries (sitting, number) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX takes_by_trace ON takes (trace);
CREATE TABLE edits (
    sitting TEXT NOT NULL,
    entry INTEGER NOT NULL,
    number INTEGER NOT NULL,
    body TEXT NOT NULL,            -- JSON
    PRIMARY KEY (sitting, entry, number),
    FOREIGN KEY (sitting, entry) REFERENCES entries (sitting, number) ON DELETE CASCADE
) WITHOUT ROWID;
"""

MIGRATIONS = (SITTINGS,)
"""Add to the end, never edit."""
