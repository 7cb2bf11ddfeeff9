//! The tables, and opening them.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension};

use crate::{Result, StudyError};

/// Raised when a table changes its meaning.
const VERSION: u32 = 1;

/// Times are seconds since 1970. `place` is the participant's place in the counterbalancing; `code` is what people name, `token` the
/// SHA-256 of what is in their link. `chosen` and `right_place` are counted from 0 along `options`, items in the order of the page.
const TABLES: &str = "
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE participants (
    place INTEGER PRIMARY KEY,
    token BLOB NOT NULL UNIQUE,
    code TEXT NOT NULL UNIQUE,
    consent TEXT NOT NULL,
    started INTEGER NOT NULL,
    finished INTEGER,
    asked INTEGER NOT NULL DEFAULT 0,
    age TEXT,
    vision TEXT
);
CREATE TABLE answers (
    place INTEGER NOT NULL REFERENCES participants (place) ON DELETE CASCADE,
    trial INTEGER NOT NULL,
    kind TEXT NOT NULL,
    item INTEGER NOT NULL,
    run INTEGER,
    options TEXT NOT NULL,
    right_place INTEGER NOT NULL,
    chosen INTEGER NOT NULL,
    response_ms REAL,
    interrupted INTEGER NOT NULL,
    stored INTEGER NOT NULL,
    PRIMARY KEY (place, trial)
) WITHOUT ROWID;
";

/// Opens the database of a study, and makes it where there is none.
///
/// Write-ahead log, `synchronous = FULL`; deleted content is overwritten.
///
/// # Errors
/// [`StudyError::Database`]; [`StudyError::File`] where the file is of another version.
pub fn open(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;",
    )?;
    connection.set_prepared_statement_cache_capacity(32);
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version == 0 {
        connection.execute_batch(TABLES)?;
        connection.pragma_update(None, "user_version", VERSION)?;
    }
    connection.execute_batch("COMMIT")?;
    if version > VERSION {
        let message = format!("is of version {version}, this program knows {VERSION}: use the version that made it");
        return Err(StudyError::File { path: path.into(), message });
    }
    Ok(connection)
}

/// The design that the first participant met, and with `set` the one that is so from now on where there was none.
///
/// # Errors
/// [`StudyError::Database`].
pub fn fingerprint(connection: &Connection, set: Option<&str>) -> Result<Option<String>> {
    if let Some(set) = set {
        connection.prepare_cached("INSERT OR IGNORE INTO facts (name, value) VALUES ('design', ?1)")?.execute([set])?;
    }
    let mut read = connection.prepare_cached("SELECT value FROM facts WHERE name = 'design'")?;
    Ok(read.query_row([], |row| row.get(0)).optional()?)
}
