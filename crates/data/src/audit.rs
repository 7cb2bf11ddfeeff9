//! The audit: what could make a score look better than it is.
//!
//! Near-duplicates are found in two steps. A 64-bit difference hash (the signs of the brightness steps between
//! neighbours on a 9 x 8 thumbnail) proposes pairs at most [`HASH_DISTANCE`] bits apart. Then the pixels decide: the
//! pair must correlate by [`PIXEL_CORRELATION`] or more on 32 x 32 RGB thumbnails, each channel about its own mean.
//! So skies and plain backgrounds, whose hashes agree by chance, raise no alarm; two images without any contrast count
//! as duplicates only when their colours agree as well. Mirrored copies are found too.
//!
//! The limits come from 2010 photographs. Of copies re-encoded at JPEG quality 50, halved in size or brightened by 20 %,
//! these find 99 to 100 %; a limit of 4 bits would find 93 to 99 %. Unrelated pairs lie 32 bits apart; of two million, 223 came
//! within 10 bits and 4 correlated by 0.95. Copies cropped by 4 % on every side are mostly missed (10 % found).
//!
//! Copies in other colours (grey, inverted, saturated, with exchanged channels) have the same edges: the pairs of which these
//! correlate are listed as a warning, with the limits in `structure`.
//!
//! Crops are what features find: with [`AuditOptions::embed`], pairs whose features have a cosine of [`FEATURE_COSINE`]
//! or more are listed. With the channel means of SqueezeNet 1.1 after fire9, and 100 photographs of 112 pixels against
//! copies of 1200, 96 of 100 crops by 4 % were found, 52 by 10 %, 4 by 20 %; of 860 000 pairs of different photographs, none. What passes is free of copies and close crops, not of other photographs of the same scene.

mod checks;
mod features;
mod hash;
mod other;
mod recoloured;
mod responses;
mod structure;
#[cfg(test)]
mod tests;

pub use hash::{PictureHash, is_duplicate};
pub use other::shared_with_trained;
use std::cell::Cell;

use ndarray::{Array2, ArrayView4};
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::exclusions::Exclusions;
use crate::header::Split;
use crate::part::HeldOutSplit;
use crate::pool::UnpairedPool;
use crate::store::DataSet;

/// Most bits by which the hashes of a proposed pair differ.
pub const HASH_DISTANCE: u32 = 10;
/// Least pixel correlation of a duplicate.
pub const PIXEL_CORRELATION: f64 = 0.95;

/// Least cosine of the features of look-alikes.
pub const FEATURE_COSINE: f32 = 0.88;

/// The parts, in the names of checks.
const TEST: &str = "test";
const VALIDATION: &str = "validation";
const TRAINING: &str = "training";
const UNPAIRED: &str = "unpaired";
/// Name of the check on what normalisation and selection were fitted on; its items are the steps of preparation.
const NORMALISATION: &str = "normalisation and selection";

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing found.
    Pass,
    /// A reader of the score must know it.
    Warn,
    /// The score would be spurious.
    Fail,
    /// The data do not allow the check; the detail says why.
    NotApplicable,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What was looked for.
    pub name: String,
    /// The outcome.
    pub verdict: Verdict,
    /// The finding in a sentence, with how much was looked at.
    pub detail: String,
    /// The stimuli, images or classes concerned.
    pub items: Vec<String>,
}

impl Audit {
    /// Leaves out what compares parts of the data set with each other, where nothing was trained on any of them.
    #[must_use]
    pub fn without_own_parts(mut self) -> Self {
        let own = [(TEST, TRAINING), (TEST, VALIDATION), (VALIDATION, TRAINING)].map(|(a, b)| checks::same_image(a, b));
        self.checks.retain(|check| !own.contains(&check.name) && check.name != checks::CLASSES_IN_TRAINING);
        self
    }
}

impl Check {
    /// The items that a page shows, and the number of others. Of many images it shows the first; every step of preparation, as any of
    /// them may be the one to take back.
    pub fn shown<'a>(name: &str, items: &'a [String], most: usize) -> (&'a [String], usize) {
        // One line that says so takes as much room as the item.
        let is_cut = items.len() > most + 1 && name != NORMALISATION;
        let shown = if is_cut { &items[..most] } else { items };
        (shown, items.len() - shown.len())
    }
}

/// All checks, and what to leave out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// In the order of their run.
    pub checks: Vec<Check>,
    /// What duplicates test images: unpaired images, to open the pool again without, and training and validation
    /// stimuli, to leave out of the data set. So are training stimuli that duplicate those of validation.
    pub exclusions: Exclusions,
    /// Unpaired classes that are test classes too: excluded in Gaziv et al. 2022.
    pub class_exclusions: Exclusions,
}

impl Audit {
    /// The worst verdict of all checks.
    pub fn worst(&self) -> Verdict {
        let rank = |verdict: &Verdict| match verdict {
            Verdict::Fail => 3,
            Verdict::Warn => 2,
            Verdict::Pass => 1,
            Verdict::NotApplicable => 0,
        };
        self.checks.iter().map(|check| check.verdict).max_by_key(rank).unwrap_or(Verdict::NotApplicable)
    }
}

/// What a pool of unpaired images shares with the held-out part, to open the pool again without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedWithTest {
    /// Images that duplicate test images.
    pub copies: Exclusions,
    /// Classes that are test classes too.
    pub classes: Exclusions,
}

/// Finds what unpaired images share with the test part, as [`audit`] does: the one use of test images in choosing what is
/// trained on. All it returns are names of images and classes to leave out.
///
/// # Errors
/// See [`audit`].
pub fn shared_with_test(test: &HeldOutSplit<'_>, pool: &UnpairedPool) -> Result<SharedWithTest> {
    let data = test.data_set();
    data.verify_once()?;
    let shown = hash::of_stimuli(data, Split::Test, &mut pass_over)?;
    let limit = AuditOptions::default().pool_limit;
    let (_, copies) = checks::unpaired(data, &shown, Some(pool), limit, &mut pass_over)?;
    let names = copies.iter().map(|[_, copy]| pool.names()[*copy].clone()).collect();
    let (_, classes) = checks::classes_in_pool(data, Some(pool));
    Ok(SharedWithTest { copies: Exclusions { names, ..Exclusions::default() }, classes })
}

/// For images of which only the hashes are needed.
fn pass_over(_: &[usize], _: ArrayView4<'_, u8>) -> Result<()> {
    Ok(())
}

/// Turns images `[n, height, width, 3]` into features `[n, features]`, such as the channel means of a network's last layer.
pub type Embed<'a> = &'a dyn Fn(ArrayView4<'_, u8>) -> Array2<f32>;

/// Limits of an audit.
#[derive(Clone, Copy)]
pub struct AuditOptions<'a> {
    /// Most unpaired images to decode and compare; of a larger pool, evenly spaced ones. The detail says how many.
    pub pool_limit: usize,
    /// Look for look-alikes by features too, which finds crops and other shots of a scene.
    pub embed: Option<Embed<'a>>,
    /// Receives how many of all images were compared so far.
    pub progress: Option<&'a dyn Fn(usize, usize)>,
}

impl Default for AuditOptions<'_> {
    fn default() -> Self {
        Self { pool_limit: 100_000, embed: None, progress: None }
    }
}

/// Audits a data set, and the unpaired images it is to be trained with, with the default limits.
///
/// # Errors
/// When images cannot be read.
pub fn audit(data: &DataSet, pool: Option<&UnpairedPool>) -> Result<Audit> {
    audit_with(data, pool, AuditOptions::default())
}

/// Number of images that an audit compares: those of the parts of the data set, and of the first `pool_limit` of a pool.
pub fn images(data: &DataSet, pool: Option<&UnpairedPool>, pool_limit: usize) -> usize {
    let of_parts = data.header().stimuli.iter().filter(|stimulus| stimulus.split != Split::Excluded).count();
    of_parts + pool.map_or(0, |pool| pool.len().min(pool_limit))
}

/// As [`audit`], with limits.
///
/// All of the data set is read and compared with its fingerprint, once for an open data set: an audit of images that are
/// not those that were imported would say nothing.
///
/// # Errors
/// As there; [`crate::Error::Damaged`] when the data set is not as it was written.
pub fn audit_with(data: &DataSet, pool: Option<&UnpairedPool>, options: AuditOptions<'_>) -> Result<Audit> {
    data.verify_once()?;
    let all = images(data, pool, options.pool_limit);
    let seen = Cell::new(0);
    let saw = |images: usize| {
        seen.set(seen.get() + images);
        if let Some(progress) = options.progress {
            progress(seen.get(), all);
        }
    };
    let mut search = recoloured::Search::default();
    let test = hash::of_stimuli(data, Split::Test, &mut |rows, images| {
        saw(rows.len());
        search.test(rows, images)
    })?;
    let validation = hash::of_stimuli(data, Split::Validation, &mut |rows, images| {
        saw(rows.len());
        search.validation(rows, images)
    })?;
    let train = hash::of_stimuli(data, Split::Train, &mut |rows, images| {
        saw(rows.len());
        search.training(rows, images)
    })?;
    let mut exclusions = Exclusions::default();
    let mut checks = Vec::new();
    let parts = [(TEST, &test, TRAINING, &train), (TEST, &test, VALIDATION, &validation)];
    for (a, first, b, second) in parts.into_iter().chain([(VALIDATION, &validation, TRAINING, &train)]) {
        let (check, pairs) = checks::stimuli(data, (a, first), (b, second))?;
        exclusions.stimuli.extend(pairs.iter().map(|[_, copy]| data.header().stimuli[*copy].name.clone()));
        search.are_duplicates([a, b], pairs);
        checks.push(check);
    }
    let (check, pairs) = checks::unpaired(data, &test, pool, options.pool_limit, &mut |places, images| {
        saw(places.len());
        search.unpaired(places, images)
    })?;
    let copies = pool.into_iter().flat_map(|pool| pairs.iter().map(|[_, copy]| pool.names()[*copy].clone()));
    exclusions.names.extend(copies);
    search.are_duplicates([TEST, UNPAIRED], pairs);
    checks.push(check);
    checks.push(search.check(data, pool));
    if let Some(embed) = options.embed {
        checks.push(features::stimuli(data, embed)?);
        checks.push(features::unpaired(data, pool, embed, options.pool_limit)?);
    }
    checks.push(checks::classes_in_training(data));
    let (check, class_exclusions) = checks::classes_in_pool(data, pool);
    checks.push(check);
    checks.push(checks::repeats(data));
    checks.push(checks::agreement(data)?);
    checks.push(responses::check(data)?);
    checks.push(checks::normalisation(data));
    Ok(Audit { checks, exclusions, class_exclusions })
}
