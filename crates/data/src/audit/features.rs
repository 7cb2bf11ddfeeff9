//! Look-alikes by the features of a network: crops, other shots of a scene.

use ndarray::{Array2, Axis};

use super::checks::check;
use super::{Check, Embed, FEATURE_COSINE, Verdict};
use crate::Result;
use crate::header::Split;
use crate::pool::UnpairedPool;
use crate::store::DataSet;

/// Images whose features are in memory at a time, in addition to those of the test.
const BLOCK: usize = 128;

/// Test stimuli that look like a training stimulus.
pub(super) fn stimuli(data: &DataSet, embed: Embed<'_>) -> Result<Check> {
    let name = "look-alikes in test and training";
    let (test, train) = (rows(data, Split::Test), rows(data, Split::Train));
    if test.is_empty() || train.is_empty() || !data.header().has_images() {
        return Ok(check(name, Verdict::NotApplicable, "a part has no images", Vec::new()));
    }
    let known = features(data, &test, embed)?;
    let mut found = Vec::new();
    for block in train.chunks(BLOCK) {
        let other = features(data, block, embed)?;
        collect(&known, &other, &mut found, |a, b| [stimulus(data, test[a]), stimulus(data, block[b])]);
    }
    Ok(finish(name, &format!("{} x {}", test.len(), train.len()), found))
}

/// Test stimuli that look like an unpaired image.
pub(super) fn unpaired(data: &DataSet, pool: Option<&UnpairedPool>, embed: Embed<'_>, limit: usize) -> Result<Check> {
    let name = "look-alikes in test and unpaired";
    let test = rows(data, Split::Test);
    let Some(pool) = pool.filter(|_| !test.is_empty() && limit > 0 && data.header().has_images()) else {
        return Ok(check(name, Verdict::NotApplicable, "no unpaired images were given", Vec::new()));
    };
    let known = features(data, &test, embed)?;
    let step = pool.len().div_ceil(limit).max(1);
    let looked_at: Vec<usize> = (0..pool.len()).step_by(step).collect();
    let mut found = Vec::new();
    for block in looked_at.chunks(BLOCK) {
        let other = unit_rows(embed(pool.read(block)?.view()));
        collect(&known, &other, &mut found, |a, b| [stimulus(data, test[a]), pool.names()[block[b]].clone()]);
    }
    let pairs = format!("{} x {} (of {} unpaired images)", test.len(), looked_at.len(), pool.len());
    Ok(finish(name, &pairs, found))
}

fn rows(data: &DataSet, split: Split) -> Vec<u32> {
    let stimuli = data.header().stimuli.iter().enumerate();
    stimuli.filter(|(_, info)| info.split == split).map(|(row, _)| row as u32).collect()
}

fn stimulus(data: &DataSet, row: u32) -> String {
    data.header().stimuli[row as usize].name.clone()
}

fn features(data: &DataSet, rows: &[u32], embed: Embed<'_>) -> Result<Array2<f32>> {
    let blocks = rows.chunks(BLOCK).map(|block| Ok(unit_rows(embed(data.images(block)?.view()))));
    let blocks = blocks.collect::<Result<Vec<_>>>()?;
    let views: Vec<_> = blocks.iter().map(|block| block.view()).collect();
    Ok(ndarray::concatenate(Axis(0), &views).unwrap_or_default())
}

fn unit_rows(mut rows: Array2<f32>) -> Array2<f32> {
    for mut row in rows.outer_iter_mut() {
        let length = row.iter().map(|value| value * value).sum::<f32>().sqrt();
        if length > 0.0 {
            row.mapv_inplace(|value| value / length);
        }
    }
    rows
}

fn collect(
    known: &Array2<f32>,
    other: &Array2<f32>,
    found: &mut Vec<(f32, [String; 2])>,
    names: impl Fn(usize, usize) -> [String; 2],
) {
    let cosines = known.dot(&other.t());
    let alike = cosines.indexed_iter().filter(|(_, cosine)| **cosine >= FEATURE_COSINE);
    found.extend(alike.map(|((a, b), &cosine)| (cosine, names(a, b))));
}

fn finish(name: &str, pairs: &str, mut found: Vec<(f32, [String; 2])>) -> Check {
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let hint = if found.is_empty() { "" } else { ": look at them, they may show one scene" };
    let detail =
        format!("{} of {pairs} pairs have features with a cosine of {FEATURE_COSINE} or more{hint}", found.len());
    let verdict = if found.is_empty() { Verdict::Pass } else { Verdict::Warn };
    let items = found.into_iter().map(|(cosine, [a, b])| format!("{a} ~ {b} (cosine {cosine:.3})")).collect();
    check(name, verdict, detail, items)
}
