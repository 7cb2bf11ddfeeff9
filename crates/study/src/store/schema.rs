//! The tables, and opening them.

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension};

use crate::{Result, StudyError, private};

/// Raised when a table changes its meaning.
const VERSION: u32 = 3;

/// Times are seconds since 1970. `place` is the participant's place in the counterbalancing; `code` is what people
/// name, `token` the SHA-256 of what is in their link, `visit` that of the visit which began, until the participant has
/// come back; `pilot` is 1 for who began while the study was served as a pilot. `chosen` and `right_place` are counted from 0 along `options`, items in the order of the page.
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
    vision TEXT,
    visit BLOB,
    pilot INTEGER NOT NULL DEFAULT 0
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

/// Of version 1, to version 2.
const WITH_VISITS: &str = "ALTER TABLE participants ADD COLUMN visit BLOB;";
/// Of version 2, to version 3.
const WITH_PILOTS: &str = "ALTER TABLE participants ADD COLUMN pilot INTEGER NOT NULL DEFAULT 0;";

/// Opens the database of a study, or creates it. Only its owner may read it and the files next to it.
///
/// Write-ahead log, `synchronous = FULL`; deleted content is overwritten.
///
/// # Errors
/// [`StudyError::Database`]; [`StudyError::File`] if the file is of another version.
pub fn open(path: &Path) -> Result<Connection> {
    keep_private(path)?;
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;",
    )?;
    connection.set_prepared_statement_cache_capacity(32);
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version < VERSION {
        let changes = [(0, TABLES), (1, WITH_VISITS), (2, WITH_PILOTS)];
        for (_, change) in changes.into_iter().filter(|(of, _)| *of == version || (version > 0 && *of > version)) {
            connection.execute_batch(change)?;
        }
        connection.pragma_update(None, "user_version", VERSION)?;
    }
    connection.execute_batch("COMMIT")?;
    if version > VERSION {
        let message = format!("is of version {version}, this program knows {VERSION}: use the version that made it");
        return Err(StudyError::File { path: path.into(), message });
    }
    Ok(connection)
}

/// Creates the file if it is missing, and removes the permissions of others; SQLite gives its log the same mode.
fn keep_private(path: &Path) -> Result<()> {
    match private::create(path) {
        Err(source) if source.kind() != ErrorKind::AlreadyExists => {
            return Err(StudyError::Io { action: "create", path: path.into(), source });
        }
        _ => {}
    }
    for ending in ["", "-wal", "-shm", "-journal"] {
        let mut file = path.as_os_str().to_owned();
        file.push(ending);
        let _ = private::tighten(Path::new(&file));
    }
    Ok(())
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
