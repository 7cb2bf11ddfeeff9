//! Regions from volumes: coded with whole numbers, or thresholded.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use afterimage_formats::hemisphere::Hemisphere;
use ndarray::Array3;

use super::labels::labels;
use super::{Mask, stem};
use crate::header::{LeftOut, Step};
use crate::{Error, Result};

/// How far from a whole number a code may be, relative to it: a slope in the header leaves rounding of 32 bits.
const ROUNDING: f32 = 1e-6;

/// Whole numbers from here on are not exact in 32 bits.
const EXACT: i64 = 1 << 24;

/// Regions over the voxels of a mask, from any number of files.
#[derive(Debug, Default)]
pub(super) struct Regions {
    pub(super) masks: BTreeMap<String, Vec<bool>>,
    /// The files of each region.
    files: BTreeMap<String, Vec<PathBuf>>,
    /// What is worth saying of a file.
    pub(super) steps: Vec<Step>,
    /// Regions whose voxels all lie outside the mask.
    pub(super) outside: Vec<String>,
    /// Files without a code above zero.
    empty: Vec<String>,
}

impl Regions {
    /// # Errors
    /// [`Error::Mismatch`] for a file of another grid, with several volumes, with fractions and no threshold, or with a region
    /// that another file has already, unless the two are of different hemispheres.
    pub(super) fn add(&mut self, mask: &Mask, path: &Path, threshold: Option<f32>) -> Result<()> {
        let values = mask.read_region(path)?;
        let labels = labels(path)?;
        let regions = match (fraction(&values), threshold) {
            (None, None) => self.regions_of_codes(mask, path, &values, labels)?,
            (None, Some(_)) if labels.is_some() => {
                let what = format!("{}: codes of its label table, which the threshold does not apply to", stem(path));
                self.steps.push(Step::plain(what));
                self.regions_of_codes(mask, path, &values, labels)?
            }
            (_, Some(threshold)) => {
                let inside = mask.pick(&values).iter().map(|value| *value >= threshold).collect();
                self.steps.push(Step::plain(format!("region {}: {threshold} or more in its volume", stem(path))));
                BTreeMap::from([(stem(path), inside)])
            }
            (Some(value), None) => {
                let reason = format!(
                    "it holds {value}, which is not a whole number, so it does not code regions: give the value from \
                     which a voxel is inside with --region-threshold"
                );
                return Err(Error::mismatch(path, reason));
            }
        };
        for (name, inside) in regions {
            self.join(name, inside, path)?;
        }
        Ok(())
    }

    /// One region for each code above zero, named by the label table, or by the file.
    fn regions_of_codes(
        &mut self,
        mask: &Mask,
        path: &Path,
        values: &Array3<f32>,
        labels: Option<BTreeMap<i64, String>>,
    ) -> Result<BTreeMap<String, Vec<bool>>> {
        let mut codes: Vec<i64> = values.iter().filter_map(|value| code(*value)).filter(|code| *code > 0).collect();
        codes.sort_unstable();
        codes.dedup();
        match codes.last() {
            None => self.empty.push(stem(path)),
            Some(largest) if *largest >= EXACT => {
                let reason =
                    format!("it has the code {largest}: codes from {EXACT} on cannot be told from their neighbours");
                return Err(Error::mismatch(path, reason));
            }
            Some(_) => (),
        }
        let picked = mask.pick(values);
        let mut regions = BTreeMap::<String, Vec<bool>>::new();
        for &wanted in &codes {
            let name = match labels.as_ref().and_then(|labels| labels.get(&wanted)) {
                Some(name) => name.clone(),
                None if codes.len() == 1 => stem(path),
                None => format!("{}-{wanted}", stem(path)),
            };
            // Two codes of one name are one region.
            let region = regions.entry(name).or_insert_with(|| vec![false; picked.len()]);
            region.iter_mut().zip(&picked).for_each(|(inside, value)| *inside |= code(*value) == Some(wanted));
        }
        self.describe(path, &picked, labels.map(|labels| codes.into_iter().filter(move |at| !labels.contains_key(at))));
        Ok(regions)
    }

    fn describe(&mut self, path: &Path, picked: &[f32], unnamed: Option<impl Iterator<Item = i64>>) {
        let count = |is: fn(&f32) -> bool| picked.iter().filter(|value| is(value)).count();
        let (negative, undefined) = (count(|value| *value < 0.0), count(|value| value.is_nan()));
        let name = stem(path);
        if negative + undefined > 0 {
            let what = format!(
                "{name}: {negative} voxels with negative codes and {undefined} without a number are in none of its regions"
            );
            self.steps.push(Step::plain(what));
        }
        let codes: Vec<String> = unnamed.into_iter().flatten().map(|code| code.to_string()).collect();
        if !codes.is_empty() {
            let what = format!(
                "{name}: codes {} have no name in the label table, and are regions by number",
                codes.join(", ")
            );
            self.steps.push(Step::plain(what));
        }
    }

    /// Files of both hemispheres have the same names; others must not.
    fn join(&mut self, name: String, inside: Vec<bool>, path: &Path) -> Result<()> {
        let files = self.files.entry(name.clone()).or_default();
        let sides: Vec<Option<Hemisphere>> = files.iter().map(|file| Hemisphere::of(file)).collect();
        let side = Hemisphere::of(path);
        if let Some(other) = files.first().filter(|_| side.is_none() || sides.contains(&None) || sides.contains(&side))
        {
            let reason = format!(
                "it has the region \"{name}\", as \"{}\" has: rename one of the files or labels, or give lh. and rh. files",
                other.display()
            );
            return Err(Error::mismatch(path, reason));
        }
        files.push(path.to_owned());
        let region = self.masks.entry(name).or_insert_with(|| vec![false; inside.len()]);
        region.iter_mut().zip(inside).for_each(|(into, inside)| *into |= inside);
        Ok(())
    }

    /// Leaves out regions without a voxel, and says which were joined.
    pub(super) fn finish(&mut self) {
        let outside: Vec<String> =
            self.masks.iter().filter(|(_, inside)| !inside.contains(&true)).map(|(name, _)| name.clone()).collect();
        self.masks.retain(|_, inside| inside.contains(&true));
        self.outside = outside;
        let joined: Vec<&str> =
            self.files.iter().filter(|(_, files)| files.len() > 1).map(|(name, _)| name.as_str()).collect();
        if !joined.is_empty() {
            let what = format!("regions joined from the files of both hemispheres: {}", joined.join(", "));
            self.steps.push(Step::plain(what));
        }
    }

    pub(super) fn left_out(&self) -> impl Iterator<Item = LeftOut> {
        let outside = LeftOut::named("region", "without a voxel inside the mask", &self.outside);
        let empty = LeftOut::named("region file", "without a code above zero", &self.empty);
        outside.into_iter().chain(empty)
    }
}

/// The first value above zero that is not a whole number.
pub(super) fn fraction(values: &Array3<f32>) -> Option<f32> {
    values.iter().copied().find(|value| *value > 0.0 && code(*value).is_none())
}

/// The whole number that a value is, if it is one.
fn code(value: f32) -> Option<i64> {
    let whole = value.round();
    (value.is_finite() && (value - whole).abs() <= ROUNDING * whole.abs()).then_some(whole as i64)
}

/// # Errors
/// [`Error::Mismatch`] for a threshold that is not above zero: it would take the background in.
pub(super) fn refuse_threshold(path: &Path, threshold: Option<f32>) -> Result<()> {
    match threshold {
        Some(threshold) if threshold.is_nan() || threshold <= 0.0 => {
            Err(Error::mismatch(path, format!("its threshold {threshold} is not above zero: give a larger one")))
        }
        _ => Ok(()),
    }
}
