//! Information about the shown image in parts of the brain: single regions and all but one, equal numbers of voxels,
//! single voxels, and a trained decoder with part of its input.
//!
//! | question | function |
//! |---|---|
//! | how well does the encoder identify the image from a region, or without it | [`encoding_conditions`] |
//! | is that more than its number of voxels | [`matched_scores`] |
//! | and from one voxel | [`single_voxels`] |
//! | what does the decoder lose, or keep, without the others | [`decoding_conditions`] |
//!
//! `encoding` identification measures the information in the *responses*, as far as the encoder predicts them. A
//! knock-out measures what one trained *decoder* uses: it may ignore a region with all the information, and fail
//! without one that has none.

mod decoding;
mod encoding;
mod matched;
mod voxels;

use std::collections::BTreeMap;

use afterimage_run::regions::{Condition, Part, Region, ScoreDifference};
use afterimage_run::scores::{NotComputed, Score};
use afterimage_statistics::{Difference, paired_difference};

pub use decoding::{Decode, decoding_conditions};
pub use encoding::encoding_conditions;
pub use matched::{DRAWS, matched_scores};
pub use voxels::single_voxels;

use crate::Context;

/// Some of the voxels that a run uses.
#[derive(Debug, Clone, PartialEq)]
pub struct Subset {
    /// The region; `None` for all voxels.
    pub region: Option<String>,
    /// What is done with it.
    pub part: Part,
    /// `[voxels]`, true for voxels that are kept.
    pub mask: Vec<bool>,
}

impl Subset {
    /// Places of the voxels that speak.
    pub fn voxels(&self) -> Vec<usize> {
        (0..self.mask.len()).filter(|&v| self.mask[v]).collect()
    }

    /// Name shown to readers.
    pub fn label(&self) -> String {
        match (&self.region, self.part) {
            (Some(region), Part::Without) => format!("without {region}"),
            (Some(region), _) => format!("{region} alone"),
            (None, _) => "all voxels".into(),
        }
    }
}

/// All voxels, then each region separately and each left out; and the conditions that are impossible.
///
/// `masks` are over the `voxels` that the run uses. A region without any of them, and the leaving out of one that holds
/// all, are among the second.
pub fn subsets(masks: &BTreeMap<String, Vec<bool>>, voxels: usize) -> (Vec<Subset>, Vec<NotComputed>) {
    let mut subsets = vec![Subset { region: None, part: Part::All, mask: vec![true; voxels] }];
    let mut missing = Vec::new();
    let mut miss = |name: &str, part: Part, reason: &str| {
        missing.push(NotComputed { name: format!("{}.{name}", part.name()), reason: reason.into() });
    };
    for (name, mask) in masks {
        let count = mask.iter().filter(|&&inside| inside).count();
        if count == 0 {
            miss(name, Part::Alone, "the run uses no voxel of this region");
            continue;
        }
        subsets.push(Subset { region: Some(name.clone()), part: Part::Alone, mask: mask.clone() });
        if count == voxels {
            miss(name, Part::Without, "every voxel is in this region, so that nothing is left without it");
            continue;
        }
        let rest = mask.iter().map(|inside| !inside).collect();
        subsets.push(Subset { region: Some(name.clone()), part: Part::Without, mask: rest });
    }
    if masks.is_empty() {
        let reason = "the data set has no regions: `afterimage inspect` shows what it contains".into();
        missing.push(NotComputed { name: "regions".into(), reason });
    }
    (subsets, missing)
}

/// The regions of the subsets with their numbers of voxels.
pub fn regions(subsets: &[Subset]) -> Vec<Region> {
    let alone = subsets.iter().filter(|s| s.part == Part::Alone);
    alone.filter_map(|s| Some(Region { name: s.region.clone()?, voxels: s.voxels().len() })).collect()
}

/// Puts conditions together: scores of each subset, and differences from the first, Holm-corrected over all of them.
fn conditions(scored: Vec<(&Subset, Vec<Score>)>, ctx: &Context) -> Vec<Condition> {
    let all = scored.iter().find(|(subset, _)| subset.part == Part::All);
    let intact: Vec<Score> = all.map(|(_, scores)| scores.clone()).unwrap_or_default();
    let of = |(subset, scores): (&Subset, Vec<Score>)| {
        let differences = match subset.part {
            Part::All => Vec::new(),
            _ => scores.iter().filter_map(|score| difference(score, &intact, ctx)).collect(),
        };
        Condition {
            region: subset.region.clone(),
            part: subset.part,
            voxels: subset.voxels().len(),
            scores,
            differences,
        }
    };
    let mut conditions: Vec<Condition> = scored.into_iter().map(of).collect();
    for name in intact.iter().map(|score| &score.name) {
        let of_score = conditions.iter_mut().flat_map(|c| &mut c.differences).filter(|d| d.score == *name);
        Difference::correct(of_score.map(|d| &mut d.difference));
    }
    conditions
}

/// `score` minus the score of the same name in `intact`, over the images where both are defined.
fn difference(score: &Score, intact: &[Score], ctx: &Context) -> Option<ScoreDifference> {
    let other = intact.iter().find(|s| s.name == score.name)?;
    let pairs = score.per_item.iter().zip(&other.per_item);
    let differences: Vec<f64> = pairs.filter_map(|(a, b)| Some((*a)? - (*b)?)).collect();
    let difference = paired_difference(&[differences], ctx.resamples, ctx.permutations, ctx.seed)?;
    Some(ScoreDifference { score: score.name.clone(), difference })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::tests::context;
    use crate::score::Draft;

    #[test]
    fn regions_are_had_alone_and_left_out_as_far_as_voxels_go() {
        let masks = BTreeMap::from([
            ("V1".to_owned(), vec![true, true, false]),
            ("gone".to_owned(), vec![false; 3]),
            ("whole".to_owned(), vec![true; 3]),
        ]);
        let (found, missing) = subsets(&masks, 3);
        let labels: Vec<String> = found.iter().map(Subset::label).collect();
        assert_eq!(labels, ["all voxels", "V1 alone", "without V1", "whole alone"]);
        assert_eq!(found[2].voxels(), [2]);
        let names: Vec<&str> = missing.iter().map(|m| m.name.as_str()).collect();
        assert_eq!(names, ["alone.gone", "without.whole"]);
        assert_eq!(regions(&found).iter().map(|r| r.voxels).collect::<Vec<_>>(), [2, 3]);
        assert!(subsets(&BTreeMap::new(), 3).1[0].reason.contains("no regions"));
    }

    #[test]
    fn differences_are_paired_and_corrected_over_the_conditions() {
        let ctx = context(12);
        let score = |shift: f64| {
            let draft = Draft {
                name: "s".into(),
                title: String::new(),
                protocol: "image",
                metric: String::new(),
                definition: String::new(),
                unit: "fraction",
                higher_is_better: true,
                chance: None,
            };
            let values: Vec<f64> = (0..12).map(|i| f64::from(i) - shift * f64::from(1 + i % 3)).collect();
            vec![draft.mean_over_images(&values, &ctx)]
        };
        let of = |region: Option<&str>, part| Subset { region: region.map(str::to_owned), part, mask: vec![true; 2] };
        let all = [of(None, Part::All), of(Some("V1"), Part::Alone), of(Some("V1"), Part::Without)];
        let found = conditions(all.iter().zip([score(0.0), score(0.1), score(0.0)]).collect(), &ctx);
        assert!(found[0].differences.is_empty());
        let d = &found[1].differences[0].difference;
        assert!((d.value + 0.2).abs() < 1e-9 && (d.p_holm - 2.0 * d.p.value).abs() < 1e-12, "{d:?}");
        assert_eq!(found[2].differences[0].difference.p_holm, 1.0);
    }
}
