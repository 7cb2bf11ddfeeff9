//! A run folder made by hand, a study of it, and those who take part in it.

#![allow(dead_code)]

pub(crate) mod visitor;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use afterimage_run::layout::LAYOUT_VERSION;
use afterimage_run::manifest::{DataFacts, Manifest};
use afterimage_run::pictures::Pictures;
use afterimage_run::scores::{Score, ScoreFile};
use afterimage_run::{Artefact, RunFolder, atomic};
use afterimage_study::server::{Limits, ServeOptions, serve};
use afterimage_study::{Created, Exclusion, Options, StudyFolder, create};
use image::{Rgb, RgbImage};

/// Writes a run of `items` test items: shown pictures depend on the item, reconstructions on the run too.
pub(crate) fn run_folder(folder: &Path, items: usize, tint: u8) -> PathBuf {
    let run = RunFolder::new(folder);
    let manifest = Manifest {
        layout: LAYOUT_VERSION,
        name: "by hand".into(),
        software: "afterimage".into(),
        git_commit: None,
        command: Vec::new(),
        created: "2026-01-01T00:00:00Z".into(),
        device: "cpu".into(),
        machine: "none".into(),
        seeds: BTreeMap::new(),
        inputs: Vec::new(),
        data: DataFacts { title: "Pictures made by a test".into(), ..DataFacts::default() },
        timing_secs: BTreeMap::new(),
        peak_memory_mib: None,
        finished: Vec::new(),
        warnings: Vec::new(),
        changes: Vec::new(),
        baseline: None,
        scored_run: None,
        outputs: Default::default(),
    };
    manifest.write(&run).unwrap();
    let mut list = Vec::new();
    for item in 0..items {
        let picture = |name: &str, tint: u8| {
            let path = format!("{name}/{item:04}.png");
            let file = run.root().join(&path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            pattern(item, tint).save(file).unwrap();
            path
        };
        list.push(Pictures {
            name: format!("item-{item:02}"),
            class: None,
            stimulus: item as u32,
            repeats: 1,
            shown: picture("shown", 0),
            reconstruction: picture("reconstructions", tint),
            rival: None,
            rival_name: None,
            photograph: None,
        });
    }
    list.write(&run).unwrap();
    ScoreFile::new(vec![score(&list)]).write(&run).unwrap();
    folder.to_path_buf()
}

fn pattern(item: usize, tint: u8) -> RgbImage {
    RgbImage::from_fn(32, 32, |x, y| {
        let stripe = (x as usize * (1 + item % 5) + y as usize * (1 + item / 5)) / 8 % 2;
        Rgb([(item * 37 % 256) as u8, if stripe == 0 { 220 } else { 30 }, (item * 91 % 256) as u8 ^ tint])
    })
}

/// A score that grows with the number of the item.
fn score(list: &[Pictures]) -> Score {
    Score {
        name: "image.made-up".into(),
        title: "Made up".into(),
        protocol: "image".into(),
        metric: "the number of the item".into(),
        definition: "Grows with the item.".into(),
        unit: "correlation".into(),
        higher_is_better: true,
        value: 0.5,
        interval: None,
        chance: None,
        p: None,
        n: list.len(),
        item_kind: "image".into(),
        ways: None,
        candidates: None,
        repeats_averaged: None,
        seed: 0,
        items: list.iter().map(|p| p.name.clone()).collect(),
        per_item: (0..list.len()).map(|i| Some(i as f64)).collect(),
        guess: None,
        mean_image: None,
        drawn: None,
        pseudo_values: Vec::new(),
        notes: Vec::new(),
    }
}

/// Options of a small study.
pub(crate) fn options() -> Options {
    Options {
        title: "A <small> study".into(),
        language: "en".into(),
        seed: 7,
        ways: 4,
        items: None,
        trials: None,
        practice: 2,
        attention: Some(2),
        questions: false,
        completion_code: Some("DONE-42".into()),
        exclusion: Exclusion { unfinished: true, min_attention: 1.0, min_median_ms: 0.0, min_trial_ms: 0.0 },
    }
}

/// A study of `runs` runs in a folder.
pub(crate) fn study(folder: &Path, items: usize, runs: usize, options: &Options) -> Created {
    let runs: Vec<PathBuf> =
        (0..runs).map(|r| run_folder(&folder.join(format!("run{r}")), items, 8 + r as u8)).collect();
    let created = create(&runs, options, &folder.join("study"), false).unwrap();
    name_contact(&created.study);
    created
}

/// Replaces the line for the contact person, as who runs a study does.
pub(crate) fn name_contact(study: &StudyFolder) {
    let text = std::fs::read_to_string(study.consent_file()).unwrap();
    let line = text.lines().find(|line| line.contains("`consent.md`")).expect("the line to be replaced").to_owned();
    std::fs::write(study.consent_file(), text.replace(&line, "**Contact:** A. Person, who made this test")).unwrap();
}

/// Limits that a test does not run into.
pub(crate) fn wide() -> Limits {
    Limits { starts_a_minute: 1e6, requests_a_second: 1e6, answers_a_second: 1e6 }
}

/// Serves a study from a thread of this process on a free port; gives address and path of the link.
pub(crate) fn served(study: &StudyFolder, limits: Limits) -> (SocketAddr, String) {
    let (send, receive) = std::sync::mpsc::channel();
    let (study, listen) = (study.clone(), SocketAddr::from(([127, 0, 0, 1], 0)));
    let options = ServeOptions { listen, behind_proxy: false, hosts: Vec::new(), limits, pilot: false };
    std::thread::spawn(move || {
        serve(&study, &options, |address, path| send.send((address, path.to_owned())).unwrap()).unwrap()
    });
    receive.recv().unwrap()
}

/// Reads a file of the study as JSON.
pub(crate) fn json(path: &Path) -> serde_json::Value {
    atomic::read_json(path).unwrap()
}
