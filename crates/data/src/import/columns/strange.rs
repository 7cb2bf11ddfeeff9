//! Columns whose fields are not like responses: counts, times, numbers of sessions and images.

use std::collections::BTreeMap;
use std::path::Path;

use super::number::{Mark, counts, is_missing, is_whole, parse, whole};
use super::raw::Raw;
use super::{list, reader::Reader};
use crate::{Error, Result};

/// Rows from which on a column that rises from each row to the next, or counts again and again, is no response.
const RISING: usize = 8;
/// Rows from which on other columns are asked about.
const ROWS: usize = 3;
/// The least length of a count that begins again.
const CYCLE: usize = 4;
/// Columns with one name and a number each from which on another name is asked about.
const ALIKE: usize = 8;
/// Of so many columns at most one has another name.
const RARE: usize = 5;
/// Chance below which a column of whole numbers next to fractions is not a response.
const CHANCE: f64 = 0.01;

/// Refuses a second line of names, as frames with several levels of columns have: whole numbers above fractions only.
pub(super) fn refuse_second_names(path: &Path, raw: &Raw, data: &[usize]) -> Result<()> {
    let is_name = |at: usize| raw.column(at).next().is_some_and(is_whole);
    let fractions_below = |at: usize| raw.column(at).skip(1).all(|field| !is_whole(field) && !is_missing(field));
    if data.len() > 1 && raw.rows.len() >= ROWS && data.iter().all(|&at| is_name(at) && fractions_below(at)) {
        let reason = "its second line holds whole numbers above fractions, as a second line of names does: save it with one \
                      line of names";
        return Err(Error::mismatch(path, reason));
    }
    Ok(())
}

/// Refuses columns of responses that count or rise from row to row, and whole numbers next to fractions, however they are
/// written.
pub(super) fn refuse(path: &Path, raw: &Raw, names: &[String], data: &[usize], reader: Reader) -> Result<()> {
    let rows = raw.rows.len();
    if rows < ROWS {
        return Ok(());
    }
    let ask = |columns: &[usize], what: &str| {
        let shown = list(columns.iter().map(|&at| names[at].as_str()));
        let reason = format!("{what}: {shown}; {}", reader.about_columns(&shown, columns.len() == 1));
        Err(Error::mismatch(path, reason))
    };
    if data[0] == 0 && counts(raw.column(0)) {
        return ask(&[0], "its first column counts the rows");
    }
    let numbers = whole_beside_fractions(raw, data, reader);
    if !numbers.is_empty() {
        return ask(&numbers, "some columns hold whole numbers, the others fractions");
    }
    let of = |is_so: fn(&[f64]) -> bool| -> Vec<usize> {
        let values = |at: usize| -> Vec<f64> {
            raw.column(at).map(|field| parse(field, Mark::Comma).unwrap_or(f64::NAN)).collect()
        };
        data.iter().copied().filter(|&at| rows >= RISING && is_so(&values(at))).collect()
    };
    let rising = of(rises);
    if !rising.is_empty() {
        return ask(&rising, "some columns rise from each row to the next, as times and numbers of trials do");
    }
    let cycles = of(counts_again);
    if cycles.is_empty() {
        return Ok(());
    }
    ask(&cycles, "some columns count up again and again, as numbers of trials do")
}

/// Refuses columns that are called otherwise than almost all: `pupil` next to `v1` to `v100`.
pub(super) fn refuse_other_names(path: &Path, names: &[String], data: &[usize], reader: Reader) -> Result<()> {
    let stem = |at: usize| -> Option<&str> {
        let name = names[at].trim();
        let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
        (!stem.is_empty() && stem.len() < name.len()).then_some(stem)
    };
    let mut of_stem: BTreeMap<&str, usize> = BTreeMap::new();
    data.iter().filter_map(|&at| stem(at)).for_each(|stem| *of_stem.entry(stem).or_default() += 1);
    let Some((most, _)) = of_stem.iter().max_by_key(|(_, count)| **count).filter(|(_, count)| **count >= ALIKE) else {
        return Ok(());
    };
    // Regions are named with and without numbers, so that only what has none and is rare is asked about.
    let others: Vec<usize> = data.iter().copied().filter(|&at| stem(at).is_none()).collect();
    if others.is_empty() || RARE * others.len() > data.len() {
        return Ok(());
    }
    let shown = list(others.iter().map(|&at| names[at].as_str()));
    let reason = format!(
        "its columns are called {most}1, {most}2 and so on, but for {shown}: {}",
        reader.about_columns(&shown, others.len() == 1)
    );
    Err(Error::mismatch(path, reason))
}

/// What the values of a column are, without zeros and missing ones.
#[derive(Default)]
struct Content {
    values: usize,
    whole: usize,
    /// Whether all of the column, and whether any of it, is written without a point.
    without_points: bool,
    any_without_point: bool,
}

impl Content {
    fn of<'a>(fields: impl Iterator<Item = &'a str>) -> Self {
        let mut content = Self { without_points: true, ..Self::default() };
        for field in fields.filter(|field| !is_missing(field)) {
            content.without_points &= is_whole(field);
            if parse(field, Mark::Comma) == Some(0.0) {
                continue;
            }
            content.any_without_point |= is_whole(field);
            content.values += 1;
            content.whole += usize::from(whole(field).is_some());
        }
        content
    }

    fn is_whole(&self) -> bool {
        self.values > 0 && self.whole == self.values
    }
}

/// Columns of whole numbers that are not responses: written as such next to decimals, or whole in every row where
/// whole numbers are rare.
fn whole_beside_fractions(raw: &Raw, data: &[usize], reader: Reader) -> Vec<usize> {
    let contents: Vec<(usize, Content)> = data.iter().map(|&at| (at, Content::of(raw.column(at)))).collect();
    let fractions: Vec<&Content> =
        contents.iter().map(|(_, content)| content).filter(|content| content.whole < content.values).collect();
    if fractions.is_empty() {
        return Vec::new();
    }
    let share = |content: &Content| content.whole as f64 / content.values as f64;
    let [values, whole] = fractions.iter().fold([0, 0], |[v, w], content| [v + content.values, w + content.whole]);
    let pooled = (whole + 1) as f64 / (values + 1) as f64;
    let likely = fractions.iter().filter(|content| content.values >= ROWS).map(|content| share(content));
    let likely = likely.fold(pooled, f64::max).min(1.0);
    let one_form = !fractions.iter().any(|content| content.any_without_point);
    let is_strange = |content: &Content| {
        let chance = contents.len() as f64 * likely.powi(content.values.try_into().unwrap_or(i32::MAX));
        content.is_whole() && (chance < CHANCE || (content.without_points && (one_form || reader != Reader::Decode)))
    };
    contents.iter().filter(|(_, content)| is_strange(content)).map(|(at, _)| *at).collect()
}

fn rises(values: &[f64]) -> bool {
    values.windows(2).all(|pair| pair[0] < pair[1])
}

/// Whether values count up by one, and again from the first, as trials do in each run.
fn counts_again(values: &[f64]) -> bool {
    let first = values.first().copied().unwrap_or(f64::NAN);
    let again = values.windows(2).filter(|pair| pair[1] == first).count();
    let up = values.windows(2).filter(|pair| pair[1] == pair[0] + 1.0).count();
    up + again + 1 == values.len() && up >= (CYCLE - 1) * (again + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_called_unlike_all_others_is_asked_about() {
        let said = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let data: Vec<usize> = (0..names.len()).collect();
            refuse_other_names(Path::new("t.csv"), &names, &data, Reader::Manifest).err().map(|error| error.to_string())
        };
        let numbered = ["v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8"];
        assert_eq!(said(&numbered), None);
        let refused = said(&[&numbered[..], &["diameter"]].concat()).unwrap();
        assert!(refused.contains("v1, v2 and so on, but for \"diameter\""), "{refused}");
        assert!(refused.contains("responses.ignore = [\"diameter\"]"), "{refused}");
        // Regions have names with and without numbers.
        assert_eq!(said(&["V1", "V2", "V3", "V4", "LOC", "FFA", "PPA", "EBA", "OFA", "hV4"]), None);
    }

    #[test]
    fn counts_that_begin_again_are_told_from_alternation() {
        let cycle: Vec<f64> = (0..12).map(|row| f64::from(row % 6)).collect();
        assert!(counts_again(&cycle));
        let switch: Vec<f64> = (0..12).map(|row| f64::from(row % 2)).collect();
        assert!(!counts_again(&switch) && !counts_again(&[0.0; 12]) && !counts_again(&[f64::NAN; 12]));
    }
}
