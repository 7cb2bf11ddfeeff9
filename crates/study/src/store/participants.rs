//! Participants.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{Result, StudyError};

/// A participant, without what identifies the visit.
#[derive(Debug, Clone, PartialEq)]
pub struct Participant {
    /// Place in the counterbalancing, from 0.
    pub place: usize,
    /// What the participant can name.
    pub code: String,
    /// SHA-256 of the consent page that was agreed to.
    pub consent: String,
    /// When the study was begun, seconds since 1970.
    pub started: i64,
    /// When the last answer was stored.
    pub finished: Option<i64>,
    /// What was told.
    pub profile: Profile,
    /// True once the questions were shown and passed.
    pub asked: bool,
    /// True if the study was served as a pilot when the participant began.
    pub pilot: bool,
    /// Answers stored, which is also the number of the trial that is next.
    pub answered: usize,
}

/// What a participant may tell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Profile {
    /// Age band.
    pub age: Option<String>,
    /// Eyesight.
    pub vision: Option<String>,
}

/// Numbers for the page of progress.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Overview {
    /// Participants that began.
    pub started: usize,
    /// Participants that came to the end.
    pub finished: usize,
    /// Answers stored.
    pub answers: usize,
    /// Median seconds from begin to end of those who came to the end.
    pub median_secs: Option<f64>,
}

const COLUMNS: &str = "p.place, p.code, p.consent, p.started, p.finished, p.age, p.vision, p.asked, p.pilot,
    (SELECT COUNT(*) FROM answers a WHERE a.place = p.place)";

fn participant(row: &Row) -> rusqlite::Result<Participant> {
    Ok(Participant {
        place: row.get::<_, i64>(0)? as usize,
        code: row.get(1)?,
        consent: row.get(2)?,
        started: row.get(3)?,
        finished: row.get(4)?,
        profile: Profile { age: row.get(5)?, vision: row.get(6)? },
        asked: row.get(7)?,
        pilot: row.get(8)?,
        answered: row.get::<_, i64>(9)? as usize,
    })
}

/// Begins a participant with this token for a visit, as one of the pilot or not. A new participant has the lowest free place.
///
/// A visit begins once: sent again, because the response was lost, it gives its participant the new token. That ends
/// when the participant has come back with a token, see [`meet`]: from then on nobody gets a token for it by sending
/// the visit.
///
/// # Errors
/// [`StudyError::Database`].
pub fn start(
    connection: &Connection,
    visit: &[u8],
    token: &[u8],
    code: &str,
    consent: &str,
    now: i64,
    pilot: bool,
) -> Result<()> {
    let again =
        connection.prepare_cached("UPDATE participants SET token = ?2 WHERE visit = ?1")?.execute([visit, token])?;
    if again > 0 {
        return Ok(());
    }
    connection
        .prepare_cached(
            "INSERT INTO participants (place, token, code, consent, started, visit, pilot)
             SELECT CASE WHEN EXISTS (SELECT 1 FROM participants WHERE place = 0)
                 THEN (SELECT MIN(p.place) + 1 FROM participants p
                       WHERE NOT EXISTS (SELECT 1 FROM participants q WHERE q.place = p.place + 1))
                 ELSE 0 END, ?1, ?2, ?3, ?4, ?5, ?6",
        )?
        .execute(params![token, code, consent, now, visit, pilot])?;
    Ok(())
}

/// The participant of a token, who has now come back with it: the visit that began is over.
///
/// # Errors
/// [`StudyError::Database`].
pub fn meet(connection: &Connection, token: &[u8]) -> Result<Option<Participant>> {
    connection
        .prepare_cached("UPDATE participants SET visit = NULL WHERE token = ?1 AND visit IS NOT NULL")?
        .execute([token])?;
    find(connection, token)
}

/// The participant of a token.
///
/// # Errors
/// [`StudyError::Database`].
pub fn find(connection: &Connection, token: &[u8]) -> Result<Option<Participant>> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM participants p WHERE p.token = ?1"))?;
    Ok(statement.query_row([token], participant).optional()?)
}

/// Every participant, by place.
///
/// # Errors
/// [`StudyError::Database`].
pub fn participants(connection: &Connection) -> Result<Vec<Participant>> {
    let mut statement = connection.prepare(&format!("SELECT {COLUMNS} FROM participants p ORDER BY p.place"))?;
    let rows = statement.query_map([], participant)?.collect::<rusqlite::Result<_>>()?;
    Ok(rows)
}

/// Stores what was told, once; the questions are passed from then on.
///
/// # Errors
/// [`StudyError::Database`].
pub fn profile(connection: &Connection, place: usize, told: &Profile) -> Result<()> {
    connection
        .prepare_cached("UPDATE participants SET age = ?2, vision = ?3, asked = 1 WHERE place = ?1 AND asked = 0")?
        .execute(params![place as i64, told.age, told.vision])?;
    Ok(())
}

/// Deletes a participant and all answers, also from the write-ahead log; gives the number of answers.
///
/// # Errors
/// [`StudyError::NoParticipant`], [`StudyError::Database`]; [`StudyError::Unflushed`] if another program kept the log
/// from being emptied.
pub fn forget(connection: &Connection, code: &str) -> Result<usize> {
    let wanted = code.trim().to_ascii_uppercase();
    let found: Option<(i64, i64)> = connection
        .query_row(
            "SELECT p.place, (SELECT COUNT(*) FROM answers a WHERE a.place = p.place) FROM participants p WHERE p.code = ?1",
            [&wanted],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let (place, answers) = found.ok_or(StudyError::NoParticipant { code: wanted })?;
    connection.execute("DELETE FROM participants WHERE place = ?1", [place])?;
    connection.execute_batch("VACUUM")?;
    let busy: bool = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy {
        return Err(StudyError::Unflushed);
    }
    Ok(answers as usize)
}

/// How far the study is.
///
/// # Errors
/// [`StudyError::Database`].
pub fn overview(connection: &Connection) -> Result<Overview> {
    let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map(|n| n as usize);
    let mut durations: Vec<f64> = connection
        .prepare("SELECT finished - started FROM participants WHERE finished IS NOT NULL")?
        .query_map([], |row| row.get::<_, i64>(0).map(|secs| secs as f64))?
        .collect::<rusqlite::Result<_>>()?;
    let median = afterimage_statistics::median(&mut durations);
    Ok(Overview {
        started: count("SELECT COUNT(*) FROM participants")?,
        finished: count("SELECT COUNT(*) FROM participants WHERE finished IS NOT NULL")?,
        answers: count("SELECT COUNT(*) FROM answers")?,
        median_secs: median.is_finite().then_some(median),
    })
}
