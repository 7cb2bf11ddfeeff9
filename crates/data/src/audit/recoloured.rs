//! The same image in other colours, in two parts: proposed by its edges, for a person to look at.

use std::collections::BTreeMap;

use ndarray::ArrayView4;
use rayon::prelude::*;

use super::checks::{self, Pairs};
use super::structure::{Alike, EDGE_CORRELATION, Known, Structures};
use super::{Check, TEST, TRAINING, UNPAIRED, VALIDATION, Verdict};
use crate::Result;
use crate::pool::UnpairedPool;
use crate::store::DataSet;

/// Pairs that are listed at most.
const LISTED: usize = 10_000;

/// The parts of a pair.
type Parts = [&'static str; 2];

/// The images seen so far.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// In blocks, as are those of validation.
    test: Vec<Known>,
    validation: Vec<Known>,
    found: Vec<(Parts, Alike)>,
    /// Pairs found, also those beyond [`LISTED`].
    count: usize,
    /// Pairs compared.
    compared: usize,
    images: usize,
    /// Images with too few edges to compare.
    plain: usize,
    duplicates: BTreeMap<Parts, Pairs>,
}

impl Search {
    pub(super) fn test(&mut self, rows: &[usize], images: ArrayView4<'_, u8>) -> Result<()> {
        let structures = self.of(rows, images)?;
        self.test.push(Known::new(structures));
        Ok(())
    }

    /// After those of the test.
    pub(super) fn validation(&mut self, rows: &[usize], images: ArrayView4<'_, u8>) -> Result<()> {
        let structures = self.of(rows, images)?;
        self.compare([TEST, VALIDATION], &structures);
        self.validation.push(Known::new(structures));
        Ok(())
    }

    /// After those of test and validation.
    pub(super) fn training(&mut self, rows: &[usize], images: ArrayView4<'_, u8>) -> Result<()> {
        let structures = self.of(rows, images)?;
        self.compare([TEST, TRAINING], &structures);
        self.compare([VALIDATION, TRAINING], &structures);
        Ok(())
    }

    /// After those of the test.
    pub(super) fn unpaired(&mut self, places: &[usize], images: ArrayView4<'_, u8>) -> Result<()> {
        let structures = self.of(places, images)?;
        self.compare([TEST, UNPAIRED], &structures);
        Ok(())
    }

    /// These pairs are reported as duplicates already.
    pub(super) fn are_duplicates(&mut self, parts: Parts, pairs: Pairs) {
        self.duplicates.insert(parts, pairs);
    }

    fn of(&mut self, indices: &[usize], images: ArrayView4<'_, u8>) -> Result<Structures> {
        let structures = Structures::of(indices, images)?;
        self.images += indices.len();
        self.plain += indices.len() - structures.len();
        Ok(structures)
    }

    fn compare(&mut self, parts: Parts, structures: &Structures) {
        let known = if parts[0] == TEST { &self.test } else { &self.validation };
        let alike: Vec<Vec<Alike>> = known.par_iter().map(|known| known.alike(structures)).collect();
        self.compared += known.iter().map(Known::len).sum::<usize>() * structures.len();
        let alike = alike.into_iter().flatten().map(|alike| (parts, alike));
        let before = self.found.len();
        self.found.extend(alike);
        self.count += self.found.len() - before;
        self.found.truncate(LISTED);
    }

    /// A warning with the pairs, the most similar first.
    pub(super) fn check(mut self, data: &DataSet, pool: Option<&UnpairedPool>) -> Check {
        let name = "same image in other colours";
        if self.compared == 0 {
            let none = "no two parts have images with enough edges to compare";
            return checks::check(name, Verdict::NotApplicable, none, Vec::new());
        }
        let duplicates = &self.duplicates;
        let before = self.found.len();
        self.found.retain(|(parts, alike)| {
            duplicates.get(parts).is_none_or(|pairs| !pairs.contains(&[alike.first, alike.second]))
        });
        self.count -= before - self.found.len();
        self.found.sort_by(|(_, a), (_, b)| b.correlation.total_cmp(&a.correlation));
        let stimulus = |row: usize| data.header().stimuli[row].name.as_str();
        let item = |(parts, alike): &(Parts, Alike)| {
            let second = match (parts[1], pool) {
                (UNPAIRED, Some(pool)) => pool.names()[alike.second].as_str(),
                _ => stimulus(alike.second),
            };
            let how = if alike.mirrored { "mirrored, edges" } else { "edges" };
            let first = stimulus(alike.first);
            format!("{} {first} ~ {} {second} ({how} r = {:.3})", parts[0], parts[1], alike.correlation)
        };
        let items: Vec<String> = self.found.iter().map(item).collect();
        let mut detail = format!(
            "{} of {} pairs across parts have the same edges (r of {EDGE_CORRELATION} or more) and are no duplicates by their colours",
            self.count, self.compared
        );
        if self.count > 0 {
            detail += ": look at them; what shows one image belongs into one part (afterimage prepare --split cluster), or into \
                       the list of --fix (training under stimuli, unpaired under names)";
        }
        if self.plain > 0 {
            detail += &format!("; {} of {} images have too few edges to compare", self.plain, self.images);
        }
        let verdict = if self.count == 0 { Verdict::Pass } else { Verdict::Warn };
        checks::check(name, verdict, detail, items)
    }
}
