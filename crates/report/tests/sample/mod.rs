//! A run folder made up from nothing, for tests and for looking at the report's design.
//!
//! Its pictures are coloured discs, its scores are drawn at random: it shows how a report looks
//! and says nothing about any decoder.

use std::collections::BTreeMap;
use std::fs;

use afterimage_run::{
    Artefact, RunFolder,
    layout::{self, LAYOUT_VERSION, Phase},
    log::{LogWriter, Record},
    manifest::{DataFacts, Input, Manifest},
    pictures::Pictures,
    scores::{NotComputed, Score, ScoreFile},
    voxels::Voxels,
};
use afterimage_statistics::draws::{SOLE, Stream as Rng, stream};
use afterimage_statistics::{Interval, PValue, RecordedUnit};
use image::{Rgb, RgbImage};
use rand::RngExt;

/// A manifest with `items` held-out items.
pub(crate) fn manifest(items: usize) -> Manifest {
    let words = |s: &str| s.split(' ').map(String::from).collect::<Vec<_>>();
    Manifest {
        layout: LAYOUT_VERSION,
        name: "Example: a made-up run".into(),
        software: "afterimage 0.1.0".into(),
        git_commit: Some("0123456789abcdef".into()),
        command: words("afterimage run example.toml --out runs/example"),
        created: "2026-01-01T00:00:00Z".into(),
        device: "cpu, 2 threads".into(),
        machine: "linux x86_64".into(),
        seeds: BTreeMap::from([("training".into(), 1), ("split".into(), 2), ("statistics".into(), 3)]),
        inputs: vec![
            Input {
                role: "data set".into(),
                path: "data/example.zarr".into(),
                sha256: "ab".repeat(32),
                count: Some(1200),
            },
            Input {
                role: "backbone squeezenet1_1".into(),
                path: "embedded".into(),
                sha256: "cd".repeat(32),
                count: None,
            },
        ],
        data: DataFacts {
            title: "a made-up data set of coloured discs and 89 made-up neurons".into(),
            licence: Some("none: nothing in it was measured".into()),
            voxels: 89,
            training_items: 1100,
            validation_items: 60,
            test_items: items,
            unpaired_images: 9000,
            external_images: 1000,
            test_repeats: (1, 12),
            regions: ["V1", "V2", "V4", "LOC"].iter().zip([40, 25, 14, 10]).map(|(r, n)| (r.to_string(), n)).collect(),
            snr_source: "training repeats".into(),
            preprocessing: vec![
                "Each neuron was z-scored with mean and standard deviation of the training items.".into(),
                "Held-out responses are the mean over repeats.".into(),
            ],
            ..DataFacts::default()
        },
        timing_secs: [("encoder", 61.5), ("decoder", 312.0), ("reconstruct", 2.1), ("evaluate", 14.0)]
            .map(|(s, t)| (s.to_string(), t))
            .into(),
        peak_memory_mib: Some(1480),
        finished: ["encoder", "decoder", "reconstruct", "evaluate"].map(String::from).to_vec(),
        warnings: vec![
            "This is an example with made-up pictures and numbers; it shows the form of a report only.".into(),
        ],
        changes: Vec::new(),
        baseline: None,
        scored_run: None,
        outputs: Default::default(),
    }
}

/// Writes a whole run of `items` held-out items to `run`.
pub(crate) fn write(run: &RunFolder, items: usize, side: u32) -> afterimage_run::Result<()> {
    let mut rng = stream(7, SOLE, 0);
    manifest(items).write(run)?;
    Voxels { unit: Some(RecordedUnit::Neuron), ..Voxels::new((0..89).collect(), 89) }.write(run)?;
    write_log(run)?;
    let names: Vec<String> = (0..items).map(|i| format!("example_{i:04}")).collect();
    let pictures: Vec<Pictures> =
        names.iter().enumerate().map(|(i, name)| write_pictures(run, i, name, side, &mut rng)).collect();
    pictures.write(run)?;
    score_file(&names, &mut rng).write(run)?;
    fs::write(run.experiment_file(), EXPERIMENT).ok();
    fs::write(run.path(layout::AUDIT), AUDIT).ok();
    Ok(())
}

const EXPERIMENT: &str =
    "# an example\nname = \"Example: a made-up run\"\n\n[encoder]\nepochs = 40\n\n[decoder]\nepochs = 60\n";
const AUDIT: &str = r#"{"checks": [
 {"name": "near_duplicates", "verdict": "warn", "detail": "3 held-out pictures have a near-duplicate among the unpaired pictures", "items": ["example_0001 ~ pool/17", "example_0004 ~ pool/99", "example_0009 ~ pool/3"]},
 {"name": "classes_across_splits", "verdict": "not_applicable", "detail": "the data set names no classes", "items": []},
 {"name": "statistics_on_training_only", "verdict": "pass", "detail": "z-scores were fitted on training items", "items": []},
 {"name": "best_of_k", "verdict": "pass", "detail": "one reconstruction per item, none selected", "items": []}]}"#;

/// Scores drawn at random, named as the evaluation names them.
pub(crate) fn score_file(names: &[String], rng: &mut Rng) -> ScoreFile {
    let identification = |protocol: &str, metric: &str, ways: usize, mean: f64, rng: &mut Rng| {
        let name = format!("identification.{protocol}.{metric}.{ways}way");
        let title = format!("{ways}-way identification, {protocol}, {metric}");
        let mut score = score(&name, &title, protocol, "fraction", mean, 0.35, names, "image", rng);
        score.metric = format!("{metric} distance, SqueezeNet 1.1");
        score.chance = Some(1.0 / ways as f64);
        score.ways = Some(ways);
        score.candidates = Some(999);
        score
    };
    let mut scores = vec![identification("external", "perceptual", 5, 0.62, rng)];
    scores
        .extend([(2, 0.83), (10, 0.48), (50, 0.27)].map(|(n, v)| identification("external", "perceptual", n, v, rng)));
    scores.push(identification("pairwise", "perceptual", 2, 0.79, rng));
    scores.push(identification("encoding", "correlation", 50, 0.88, rng));
    let voxels: Vec<String> = (0..89).map(|v| format!("neuron {v}")).collect();
    scores.push(score(
        "encoder.r.median",
        "Encoder accuracy, median r",
        "encoder",
        "correlation",
        0.53,
        0.2,
        &voxels,
        "voxel",
        rng,
    ));
    for (region, r) in [("V1", 0.61), ("V2", 0.55), ("V4", 0.47), ("LOC", 0.28)] {
        scores.push(score(
            &format!("encoder.r.median.{region}"),
            &format!("Encoder accuracy in {region}, median r"),
            "encoder",
            "correlation",
            r,
            0.2,
            &voxels[..20],
            "voxel",
            rng,
        ));
    }
    for (name, title, unit, v) in [
        ("image.pixcorr", "Pixel correlation", "correlation", 0.31),
        ("image.ssim", "SSIM", "similarity", 0.36),
        ("image.perceptual", "Perceptual distance", "distance", 0.42),
    ] {
        let mut s = score(name, title, "image", unit, v, 0.15, names, "image", rng);
        s.higher_is_better = unit != "distance";
        scores.push(s);
    }
    let mut file = ScoreFile::new(scores);
    file.not_computed = vec![NotComputed {
        name: "image.clip".into(),
        reason: "needs the weights of CLIP ViT-L/14, which are not embedded".into(),
    }];
    file
}

#[allow(clippy::too_many_arguments, reason = "a table of examples reads best as one call per row")]
fn score(
    name: &str,
    title: &str,
    protocol: &str,
    unit: &str,
    mean: f64,
    spread: f64,
    items: &[String],
    kind: &str,
    rng: &mut Rng,
) -> Score {
    let (low, high) = if unit == "fraction" { (0.0, 1.0) } else { (-1.0, 1.0) };
    let values: Vec<f64> = items
        .iter()
        .map(|_| (mean + spread * (rng.random::<f64>() + rng.random::<f64>() - 1.0) * 1.6).clamp(low, high))
        .collect();
    let value = values.iter().sum::<f64>() / values.len().max(1) as f64;
    Score {
        name: name.into(),
        title: title.into(),
        protocol: protocol.into(),
        metric: format!("{title}, made up"),
        definition: "A made-up number with the form of a real one.".into(),
        unit: unit.into(),
        higher_is_better: true,
        value,
        interval: Some(Interval {
            low: value - 0.05,
            high: value + 0.05,
            level: 0.95,
            method: "percentile bootstrap over items, 10000 resamples".into(),
            over: Vec::new(),
        }),
        chance: (unit == "correlation").then_some(0.0),
        p: Some(PValue::drawn(0, 9999, "permutation of pairings, 9999 draws, one-sided".into())),
        n: items.len(),
        item_kind: kind.into(),
        ways: None,
        candidates: None,
        repeats_averaged: Some((1, 12)),
        seed: 3,
        items: items.to_vec(),
        per_item: values.into_iter().map(Some).collect(),
        guess: None,
        mean_image: None,
        drawn: None,
        pseudo_values: Vec::new(),
        notes: Vec::new(),
    }
}

fn write_log(run: &RunFolder) -> afterimage_run::Result<()> {
    let mut log = LogWriter::open(run, Phase::Encoder, 0)?;
    for (phase, epochs, terms) in [
        (Phase::Encoder, 40, &[("mse", 1.0), ("cosine", 0.14), ("smoothness", 0.02), ("channel_l1", 0.05)][..]),
        (
            Phase::Decoder,
            60,
            &[
                ("paired_pixel", 0.9),
                ("paired_perceptual", 6.0),
                ("cycle_pixel", 0.8),
                ("cycle_perceptual", 5.0),
                ("total_variation", 0.001),
            ],
        ),
    ] {
        for epoch in 1..=epochs {
            let fall = |floor: f64, rate: f64| {
                floor + (1.0 - floor) * (-f64::from(epoch) * rate).exp() + 0.01 * f64::from(epoch * 7 % 5)
            };
            let sum = |floor, rate| {
                let mut all: BTreeMap<String, f64> =
                    terms.iter().map(|(t, v)| (t.to_string(), v * fall(floor, rate))).collect();
                all.insert("total".into(), all.values().sum());
                all
            };
            log.append(&Record {
                phase,
                epoch,
                step: u64::from(epoch) * 18,
                learning_rate: 1e-3,
                train: sum(0.05, 0.12),
                validation: sum(0.3, 0.15),
                secs: 1.5,
                loader_wait_secs: 0.03,
                unix_secs: None,
            })?;
        }
    }
    Ok(())
}

fn write_pictures(run: &RunFolder, i: usize, name: &str, side: u32, rng: &mut Rng) -> Pictures {
    let (scene, rival) = (Scene::new(rng), Scene::new(rng));
    let save = |dir: std::path::PathBuf, image: RgbImage| {
        fs::create_dir_all(&dir).ok();
        let path = dir.join(format!("{i:04}.png"));
        image.save(&path).ok();
        run.relative(&path)
    };
    Pictures {
        name: name.into(),
        class: Some(["disc", "field"][i % 2].into()),
        stimulus: i as u32,
        repeats: 1 + (i % 12) as u16,
        shown: save(run.shown_dir(), scene.draw(side, 0.02)),
        reconstruction: save(run.reconstructions_dir(), scene.draw(side, 0.25)),
        rival: Some(save(run.rivals_dir(), rival.draw(side, 0.02))),
        rival_name: Some(format!("external_{i:04}")),
        photograph: None,
    }
}

/// Discs of colour before a gradient; drawn with soft edges it passes for a reconstruction.
struct Scene {
    sky: [f32; 3],
    ground: [f32; 3],
    discs: Vec<([f32; 3], [f32; 3])>,
}

impl Scene {
    fn new(rng: &mut Rng) -> Self {
        let mut colour = || std::array::from_fn(|_| 0.1 + 0.85 * rng.random::<f32>());
        let (sky, ground) = (colour(), colour());
        let discs = (0..4).map(|_| (colour(), colour())).collect();
        Self { sky, ground, discs }
    }

    fn draw(&self, side: u32, softness: f32) -> RgbImage {
        RgbImage::from_fn(side, side, |x, y| {
            let (x, y) = (x as f32 / side as f32, y as f32 / side as f32);
            let mut c: [f32; 3] =
                std::array::from_fn(|k| mix(self.sky[k], self.ground[k], smooth((y - 0.5) / softness.max(0.02))));
            for (place, colour) in &self.discs {
                let distance = ((x - place[0]).powi(2) + (y - place[1]).powi(2)).sqrt();
                let inside = smooth((0.12 + 0.15 * place[2] - distance) / softness);
                c = std::array::from_fn(|k| mix(c[k], colour[k], inside));
            }
            Rgb(c.map(|v| (v.clamp(0.0, 1.0) * 255.0) as u8))
        })
    }
}

fn smooth(t: f32) -> f32 {
    1.0 / (1.0 + (-4.0 * t).exp())
}

fn mix(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}
