"""The schema of the trace file, as the list of scripts that led to it."""

import sqlite3

TRACES_AND_STEPS = """
CREATE TABLE traces (
    id TEXT NOT NULL UNIQUE,
    started REAL NOT NULL,         -- Unix time, seconds
    ended REAL,                    -- NULL while it runs, or if it was killed
    status TEXT NOT NULL,          -- running, ok, error, waiting
    source TEXT NOT NULL,          -- the photo as given
    path TEXT NOT NULL,            -- its absolute path, where it has one
    sha256 TEXT NOT NULL,          -- of the photo's bytes
    width INTEGER,                 -- of the upright photo
    height INTEGER,
    request TEXT NOT NULL,         -- the words
    model TEXT NOT NULL,
    calls INTEGER NOT NULL DEFAULT 0,
    failed_calls INTEGER NOT NULL DEFAULT 0,
    prompt_tokens INTEGER NOT NULL DEFAULT 0,
    completion_tokens INTEGER NOT NULL DEFAULT 0,
    cost REAL,                     -- US dollars; NULL when no call told a price
    error TEXT NOT NULL DEFAULT '',
    parent TEXT NOT NULL DEFAULT '',  -- the trace this one replays
    process TEXT NOT NULL          -- host, pid and its start, to tell killed from running
);
CREATE INDEX traces_by_start ON traces (started DESC);
CREATE INDEX traces_by_photo ON traces (sha256, started DESC);
CREATE TABLE bodies (
    trace TEXT NOT NULL REFERENCES traces (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,            -- facts, result
    body BLOB NOT NULL,            -- JSON, deflated by zlib when long
    PRIMARY KEY (trace, kind)
) WITHOUT ROWID;
CREATE TABLE steps (
    trace TEXT NOT NULL REFERENCES traces (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,     -- order of their starts
    node TEXT NOT NULL,
    round INTEGER NOT NULL,
    started REAL NOT NULL,
    seconds REAL,                  -- NULL: it began and never ended
    cpu_seconds REAL,
    error TEXT NOT NULL DEFAULT '',
    body BLOB,                     -- the whole step: JSON, deflated by zlib when long
    PRIMARY KEY (trace, position)
) WITHOUT ROWID;
CREATE TABLE pictures (
    trace TEXT NOT NULL REFERENCES traces (id) ON DELETE CASCADE,
    sha256 TEXT NOT NULL,          -- name in the image store
    role TEXT NOT NULL,            -- shown, preview, photo
    PRIMARY KEY (trace, sha256, role)
) WITHOUT ROWID;
CREATE INDEX pictures_by_name ON pictures (sha256);
"""
"""One row for each run, small enough to scan 100,000 of them; bodies apart."""

VERDICTS = """
CREATE TABLE verdicts (
    trace TEXT NOT NULL,
    target INTEGER NOT NULL,       -- which of the asked shapes
    at REAL NOT NULL,              -- Unix time, seconds
    body TEXT NOT NULL,            -- JSON: photo, box, proposed box, accepted
    PRIMARY KEY (trace, target)
) WITHOUT ROWID;
"""
"""What people said of crops; without reference to the trace, so that they outlive it."""

SHAPES = "ALTER TABLE steps ADD COLUMN shape INTEGER;"
"""Which shape a step is for, where shapes go side by side."""

KIN = """
ALTER TABLE traces ADD COLUMN study TEXT NOT NULL DEFAULT '';
CREATE INDEX traces_by_parent ON traces (parent) WHERE parent != '';
"""
"""Which study a run belongs to, so that lists can leave it out; which runs went on from one."""

MIGRATIONS = (TRACES_AND_STEPS, VERDICTS, SHAPES, KIN)
"""Add to the end, never edit."""


def schema(db: sqlite3.Connection) -> str:
    """Return the statements that make the present schema, as docs/traces.md prints them."""
    rows = db.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rootpage, name")
    return ";\n\n".join(row[0] for row in rows) + ";"
