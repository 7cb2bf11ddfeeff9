//! Answers.

use rusqlite::{Connection, OptionalExtension, params};

use crate::Result;
use crate::plan::{Kind, Trial};

/// What a participant sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// Number of the trial, from 0.
    pub trial: usize,
    /// Place of the chosen image on the page, from 0.
    pub chosen: usize,
    /// Milliseconds from the images being drawn to the answer; none without JavaScript.
    pub response_ms: Option<f64>,
    /// True if the page was hidden in the meantime.
    pub interrupted: bool,
}

/// Outcome of storing an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is stored, or was stored before.
    Stored,
    /// The trial has another answer, which is kept.
    Already,
    /// The trial is not due.
    NotYet,
}

/// A stored answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// Place of the participant.
    pub place: usize,
    /// Number of the trial.
    pub trial: usize,
    /// What the trial was for.
    pub kind: Kind,
    /// The item.
    pub item: usize,
    /// The run, of a main trial.
    pub run: Option<usize>,
    /// Candidate items, in the order of the page.
    pub options: Vec<usize>,
    /// Position of the correct item.
    pub right: usize,
    /// What was chosen.
    pub chosen: usize,
    /// Response time, milliseconds.
    pub response_ms: Option<f64>,
    /// True if the page was hidden in the meantime.
    pub interrupted: bool,
}

impl Recorded {
    /// True if the answer is right.
    pub fn is_right(&self) -> bool {
        self.chosen == self.right
    }

    /// True if it was faster than `min_ms`. An answer without a measured time never is.
    pub fn is_faster_than(&self, min_ms: f64) -> bool {
        self.response_ms.is_some_and(|ms| ms < min_ms)
    }
}

/// Stores an answer to the trial that is due. The same answer again changes nothing; a different answer to the same
/// trial is refused.
///
/// `trial` is what was shown, and `last` whether it was the last one.
///
/// # Errors
/// [`crate::StudyError::Database`].
pub fn answer(
    connection: &Connection,
    place: usize,
    given: &Given,
    trial: &Trial,
    last: bool,
    now: i64,
) -> Result<Outcome> {
    let (at, number) = (place as i64, given.trial as i64);
    let earlier: Option<i64> = connection
        .prepare_cached("SELECT chosen FROM answers WHERE place = ?1 AND trial = ?2")?
        .query_row([at, number], |row| row.get(0))
        .optional()?;
    if let Some(earlier) = earlier {
        return Ok(if earlier == given.chosen as i64 { Outcome::Stored } else { Outcome::Already });
    }
    let due: i64 = connection
        .prepare_cached("SELECT COUNT(*) FROM answers WHERE place = ?1")?
        .query_row([at], |row| row.get(0))?;
    if due != number {
        return Ok(Outcome::NotYet);
    }
    let options: Vec<String> = trial.options.iter().map(ToString::to_string).collect();
    connection
        .prepare_cached(
            "INSERT INTO answers (place, trial, kind, item, run, options, right_place, chosen, response_ms, interrupted, stored)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            at,
            number,
            trial.kind.name(),
            trial.item as i64,
            trial.run.map(|run| run as i64),
            options.join(" "),
            trial.right as i64,
            given.chosen as i64,
            given.response_ms,
            given.interrupted,
            now
        ])?;
    if last {
        connection.prepare_cached("UPDATE participants SET finished = ?2 WHERE place = ?1")?.execute([at, now])?;
    }
    Ok(Outcome::Stored)
}

/// What was chosen in a trial, if it was answered.
///
/// # Errors
/// [`crate::StudyError::Database`].
pub fn chosen(connection: &Connection, place: usize, trial: usize) -> Result<Option<usize>> {
    let mut statement = connection.prepare_cached("SELECT chosen FROM answers WHERE place = ?1 AND trial = ?2")?;
    let found = statement.query_row([place as i64, trial as i64], |row| row.get::<_, i64>(0)).optional()?;
    Ok(found.map(|chosen| chosen as usize))
}

/// Every answer, by participant and trial.
///
/// # Errors
/// [`crate::StudyError::Database`].
pub fn answers(connection: &Connection) -> Result<Vec<Recorded>> {
    let mut statement = connection.prepare(
        "SELECT place, trial, kind, item, run, options, right_place, chosen, response_ms, interrupted
         FROM answers ORDER BY place, trial",
    )?;
    let rows = statement.query_map([], |row| {
        let index = |column: usize| row.get::<_, i64>(column).map(|value| value as usize);
        let options: String = row.get(5)?;
        let kind: String = row.get(2)?;
        Ok(Recorded {
            place: index(0)?,
            trial: index(1)?,
            kind: Kind::named(&kind).ok_or(rusqlite::Error::InvalidQuery)?,
            item: index(3)?,
            run: row.get::<_, Option<i64>>(4)?.map(|run| run as usize),
            options: options.split(' ').filter_map(|item| item.parse().ok()).collect(),
            right: index(6)?,
            chosen: index(7)?,
            response_ms: row.get(8)?,
            interrupted: row.get(9)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{find, forget, open, overview, participants, start};

    fn trial() -> Trial {
        Trial { kind: Kind::Main, item: 4, run: Some(1), picture: "p".into(), options: vec![7, 4], right: 1 }
    }

    fn given(trial: usize, chosen: usize) -> Given {
        Given { trial, chosen, response_ms: Some(812.5), interrupted: false }
    }

    fn database() -> (tempfile::TempDir, Connection) {
        let folder = tempfile::tempdir().unwrap();
        let connection = open(&folder.path().join("a.sqlite")).unwrap();
        for (token, code) in [("t0", "CODE0"), ("t1", "CODE1"), ("t2", "CODE2")] {
            start(&connection, token.as_bytes(), token.as_bytes(), code, "c", 100, false).unwrap();
        }
        (folder, connection)
    }

    #[test]
    fn repeats_change_nothing_and_another_answer_is_not_taken() {
        let (_folder, connection) = database();
        let send = |given: Given| answer(&connection, 0, &given, &trial(), given.trial == 1, 160).unwrap();
        assert_eq!(send(given(1, 0)), Outcome::NotYet);
        assert_eq!(send(given(0, 1)), Outcome::Stored);
        assert_eq!(send(given(0, 1)), Outcome::Stored);
        assert_eq!(send(given(0, 0)), Outcome::Already);
        assert_eq!(send(given(1, 0)), Outcome::Stored);
        let stored = answers(&connection).unwrap();
        assert_eq!(stored.iter().map(|a| (a.trial, a.chosen)).collect::<Vec<_>>(), [(0, 1), (1, 0)]);
        assert_eq!(
            (stored[0].options.clone(), stored[0].response_ms, stored[0].is_right()),
            (vec![7, 4], Some(812.5), true)
        );
        let overview = overview(&connection).unwrap();
        assert_eq!(
            (overview.started, overview.finished, overview.answers, overview.median_secs),
            (3, 1, 2, Some(60.0))
        );
    }

    #[test]
    fn beginning_twice_is_once_and_a_forgotten_place_is_given_again() {
        let (folder, connection) = database();
        start(&connection, b"t1", b"t1", "OTHER", "c", 200, true).unwrap();
        let first = find(&connection, b"t1").unwrap().unwrap();
        assert_eq!((first.code.as_str(), first.pilot), ("CODE1", false), "it began before the pilot");
        answer(&connection, 1, &given(0, 0), &trial(), false, 160).unwrap();
        assert_eq!(forget(&connection, " code1 ").unwrap(), 1);
        assert!(answers(&connection).unwrap().is_empty() && find(&connection, b"t1").unwrap().is_none());
        assert!(matches!(forget(&connection, "CODE1"), Err(crate::StudyError::NoParticipant { .. })));
        start(&connection, b"t3", b"t3", "CODE3", "c", 200, false).unwrap();
        let places: Vec<_> = participants(&connection).unwrap().into_iter().map(|p| (p.place, p.code)).collect();
        assert_eq!(places, [(0, "CODE0".into()), (1, "CODE3".into()), (2, "CODE2".into())]);
        drop(connection);
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            assert!(!bytes.windows(5).any(|w| w == b"CODE1"), "the forgotten code is still on disk");
        }
    }
}
