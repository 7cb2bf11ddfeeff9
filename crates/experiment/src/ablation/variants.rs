//! What can be left out of an experiment: the ablations of the paper.

use crate::error::{Result, bail};

use afterimage_data::Voxels;
use afterimage_run::Experiment;

use super::rois::{rois, without};

/// An experiment with something left out.
pub struct Variant {
    /// What a reader sees.
    pub label: String,
    /// Its configuration, without seed.
    pub experiment: Experiment,
}

impl Variant {
    /// Name of the run folder of a seed.
    pub fn folder(&self, seed: u64) -> String {
        let plain = |c: char| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
        let words: String = self.label.replace('+', "and").chars().map(plain).collect();
        let words: Vec<&str> = words.split('-').filter(|w| !w.is_empty()).collect();
        format!("{}-seed{seed}", words.join("-"))
    }
}

/// The whole experiment, then each variant of `over` once; `voxels` are those of the data set.
///
/// # Errors
/// If a part is unknown or can't be left out, with those that can.
pub fn variants(full: &Experiment, over: &[String], voxels: &Voxels) -> Result<Vec<Variant>> {
    let mut variants = vec![Variant { label: "full".into(), experiment: full.clone() }];
    for part in over {
        let (name, values) = match part.split_once('=') {
            Some((name, values)) => (name.trim(), Some(values.split('|').map(str::trim).collect::<Vec<_>>())),
            None => (part.trim(), None),
        };
        let found = match (name, values) {
            ("unpaired", values) => unpaired(full, values.as_deref())?,
            ("perceptual", None) => vec![without_perceptual(full)],
            ("blocks", None) => blocks(full)?,
            ("roi", values) => rois(voxels, values.as_deref())?,
            ("without-roi", values) => without(full, voxels, values.as_deref())?,
            ("perceptual" | "blocks", Some(_)) => bail!("--over {name} takes no values, got \"{part}\""),
            _ => bail!(
                "--over \"{part}\" is unknown: choose among unpaired, perceptual, blocks, roi, without-roi, unpaired=N|N, roi=REGIONS|REGIONS, without-roi=REGIONS|REGIONS"
            ),
        };
        for (label, mut settings) in found {
            settings.push(format!("name={}", quoted(&format!("{}, {label}", full.name))));
            let variant = Variant { experiment: full.with_settings(&settings)?, label };
            if variants.iter().all(|v| v.folder(0) != variant.folder(0)) {
                variants.push(variant);
            }
        }
    }
    Ok(variants)
}

pub(super) type Found = Vec<(String, Vec<String>)>;

fn unpaired(full: &Experiment, numbers: Option<&[&str]>) -> Result<Found> {
    if full.data.unpaired.is_empty() || full.decoder.cycle_weight == 0.0 {
        bail!(
            "--over unpaired: the experiment trains on no unpaired images: set data.unpaired and decoder.cycle_weight"
        );
    }
    let supervised = || ("supervised only".to_owned(), vec!["decoder.cycle_weight=0.0".to_owned()]);
    let Some(numbers) = numbers else { return Ok(vec![supervised()]) };
    let of = |text: &&str| match text.parse::<usize>() {
        Ok(0) => Ok(supervised()),
        Ok(n) => Ok((format!("{n} unpaired images"), vec![format!("data.unpaired_limit={n}")])),
        Err(_) => bail!("--over unpaired={text}: expected a number of images, such as unpaired=0|100|1000"),
    };
    numbers.iter().map(of).collect()
}

/// No perceptual term in training; scores keep the distance of the whole experiment.
pub fn without_perceptual(full: &Experiment) -> (String, Vec<String>) {
    ("no perceptual term".into(), perceptual(full, 0))
}

fn blocks(full: &Experiment) -> Result<Found> {
    let blocks = full.decoder.image_loss.weights.len();
    if blocks < 2 {
        bail!("--over blocks: decoder.image_loss.taps has a single block, so there is none to leave out");
    }
    let label = |k: usize| if k == 1 { "perceptual block 1".into() } else { format!("perceptual blocks 1 to {k}") };
    Ok((1..blocks).map(|k| (label(k), perceptual(full, k))).collect())
}

/// The first `kept` weights of the perceptual term, the others zero; the distance of the scores stays.
fn perceptual(full: &Experiment, kept: usize) -> Vec<String> {
    let weights = &full.decoder.image_loss.weights;
    let kept: Vec<f64> = weights.iter().enumerate().map(|(i, &w)| if i < kept { w } else { 0.0 }).collect();
    vec![
        format!("decoder.image_loss.weights={kept:?}"),
        format!("evaluation.perceptual_weights={:?}", full.perceptual_weights()),
    ]
}

/// A TOML string; JSON's escapes are TOML's.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Experiment {
        Experiment::preset("demo").unwrap().with_settings(&["data.unpaired=[\"photos\"]".into()]).unwrap()
    }

    /// Two voxels for each region.
    fn brain(regions: &[&str]) -> Voxels {
        let mut voxels = Voxels::new(2 * regions.len());
        for (index, region) in regions.iter().enumerate() {
            voxels.regions.insert((*region).to_owned(), (0..voxels.count).map(|v| v / 2 == index).collect());
        }
        voxels
    }

    fn labels(over: &[&str], regions: &[&str]) -> Result<Vec<String>> {
        let over: Vec<String> = over.iter().map(|s| (*s).to_owned()).collect();
        Ok(variants(&full(), &over, &brain(regions))?.into_iter().map(|v| v.label).collect())
    }

    #[test]
    fn presets_are_those_of_the_paper() {
        let all = labels(&["unpaired", "perceptual", "blocks", "roi"], &["V1", "V2", "V4", "LOC"]).unwrap();
        let expected = [
            "full",
            "supervised only",
            "no perceptual term",
            "perceptual block 1",
            "perceptual blocks 1 to 2",
            "perceptual blocks 1 to 3",
            "V1 only",
            "lower visual cortex only",
            "higher visual cortex only",
        ];
        assert_eq!(all, expected);
        let found = variants(&full(), &["roi".into()], &brain(&["V1", "V2", "LOC"])).unwrap();
        assert_eq!(
            found.iter().map(|v| v.experiment.data.roi.as_str()).collect::<Vec<_>>(),
            ["", "V1", "V1 + V2", "LOC"]
        );
    }

    #[test]
    fn scores_keep_the_distance_of_the_whole_experiment() {
        for variant in variants(&full(), &["perceptual".into(), "blocks".into()], &brain(&[])).unwrap() {
            assert_eq!(variant.experiment.perceptual_weights(), full().perceptual_weights(), "{}", variant.label);
        }
    }

    #[test]
    fn numbers_and_regions_can_be_named_and_come_once() {
        let all = labels(&["unpaired=0|100|1000", "unpaired", "roi=V4|V1 + V2"], &["V1", "V2", "V4"]).unwrap();
        let expected =
            ["full", "supervised only", "100 unpaired images", "1000 unpaired images", "V4 only", "V1 + V2 only"];
        assert_eq!(all, expected);
        let folder = Variant { label: "V1 + V2 only".into(), experiment: full() }.folder(3);
        assert_eq!(folder, "v1-and-v2-only-seed3");
    }

    #[test]
    fn each_region_can_be_left_out_whatever_its_name() {
        let names = ["FFA-1", "IT"];
        let expected = ["full", "without FFA-1", "without IT"];
        assert_eq!(labels(&["without-roi"], &names).unwrap(), expected);
        let found = variants(&full(), &["without-roi".into()], &brain(&names)).unwrap();
        assert_eq!(found[1].experiment.data.roi, "all - \"FFA-1\"");
        assert_eq!(brain(&names).mask(&found[1].experiment.data.roi).unwrap(), [false, false, true, true]);
        assert_eq!(
            labels(&["without-roi=IT|V1 + IT", "roi=IT"], &["V1", "V2", "IT"]).unwrap(),
            ["full", "without IT", "without V1 + IT", "IT only"]
        );
        let part = full().with_settings(&["data.roi=V1 + V2".into()]).unwrap();
        let found = variants(&part, &["without-roi".into()], &brain(&["V1", "V2", "IT"])).unwrap();
        let rois: Vec<&str> = found.iter().map(|v| v.experiment.data.roi.as_str()).collect();
        assert_eq!(rois, ["V1 + V2", "V1 + V2 - \"V1\"", "V1 + V2 - \"V2\""]);
    }

    #[test]
    fn what_cannot_be_left_out_is_refused_with_the_mend() {
        let said = |over: &str| labels(&[over], &[]).unwrap_err().to_string();
        assert!(said("unpared").contains("unpaired, perceptual"));
        assert!(said("unpaired=many").contains("unpaired=0|100"));
        assert!(said("roi").contains("no regions"));
        assert!(labels(&["roi"], &["IT"]).unwrap_err().to_string().contains("roi=IT"));
        assert!(said("without-roi").contains("no regions"));
        let alone = labels(&["without-roi"], &["V1"]).unwrap_err().to_string();
        assert!(alone.contains("V1") && alone.contains("nothing"), "{alone}");
        let unknown = labels(&["roi=V9"], &["V1"]).unwrap_err().to_string();
        assert!(unknown.contains("V9") && unknown.contains("\"V1\""), "{unknown}");
        for over in ["without-roi=V1 - V2", "without-roi=V1 + V2 - V2"] {
            assert!(labels(&[over], &["V1", "V2", "IT"]).unwrap_err().to_string().contains("joined by +"), "{over}");
        }
        assert!(labels(&["without-roi=V9"], &["V1", "V2"]).unwrap_err().to_string().contains("\"V2\""));
        assert!(said("blocks=2").contains("no values"));
        let none = variants(&Experiment::preset("demo").unwrap(), &["unpaired".into()], &brain(&[]));
        assert!(none.err().unwrap().to_string().contains("data.unpaired"));
    }
}
