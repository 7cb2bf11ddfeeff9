//! Series of a few voxels with tables: each trial has the volumes of its own event, or the import says why it has not.

use std::path::PathBuf;

use afterimage_formats::nifti::write_f32;
use ndarray::{Array4, ArrayD};

use super::*;
use crate::{DataSet, LeftOut, PrepareOptions, Scope, Split, Summary, WriteOptions, prepare};

mod events;
mod runs;
mod scans;
mod standards;
mod volumes;

const EVENTS: &str = "onset\tduration\ttrial_type\n0\t4\tface\n8\t4\thouse\n";

struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str, text: &str) -> PathBuf {
        let path = self.at(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// `[2, 1, 1, volumes]`: volume `t` is `offset + t` in the first voxel and `-(offset + t)` in the second.
    fn series(&self, name: &str, volumes: usize, offset: f32) -> PathBuf {
        let path = self.text(name, "");
        let values = Array4::from_shape_fn((2, 1, 1, volumes), |(x, _, _, t)| (offset + t as f32) * [1.0, -1.0][x]);
        write_f32(
            &path,
            values.into_dyn().view(),
            &[[2.0, 0.0, 0.0, 0.0], [0.0, 2.0, 0.0, 0.0], [0.0, 0.0, 2.0, 0.0], [0.0, 0.0, 0.0, 1.0]],
        )
        .unwrap();
        path
    }

    /// Writes time and unit (8 seconds, 16 milliseconds) into the header of a series.
    fn tr(&self, path: &PathBuf, tr: f32, unit: u8) {
        let mut bytes = std::fs::read(path).unwrap();
        bytes[92..96].copy_from_slice(&tr.to_le_bytes());
        bytes[123] = 2 | unit;
        std::fs::write(path, bytes).unwrap();
    }

    fn import(&self, options: &NiftiOptions) -> Result<(Summary, DataSet)> {
        let out = self.at("x.afterimage");
        let write = WriteOptions { image_side: 8, overwrite: true };
        let summary = import_nifti(options, &out, write, |_| ())?;
        Ok((summary, DataSet::open(&out).unwrap()))
    }

    fn refusal(&self, options: &NiftiOptions) -> String {
        self.import(options).map(|(summary, _)| summary).unwrap_err().to_string()
    }

    /// The events of one series of 20 volumes, 2 s each.
    fn events(&self, name: &str, events: &str) -> Result<(Summary, DataSet)> {
        self.import(&self.event_options(name, events))
    }

    fn event_options(&self, name: &str, events: &str) -> NiftiOptions {
        let table = self.text(name, events);
        NiftiOptions {
            tables: vec![table],
            tr_secs: Some(2.0),
            ..NiftiOptions::new(self.series("sub-01_bold.nii", 20, 0.0)).delayed(0.0)
        }
    }
}

/// The first voxel in each trial.
fn first(data: &DataSet) -> Vec<f32> {
    data.responses(0, data.header().trials.len()).unwrap().column(0).to_vec()
}

fn held_out(data: &DataSet) -> Vec<f32> {
    let header = data.header();
    let is_test = |trial: &crate::TrialInfo| header.stimuli[trial.stimulus as usize].split == Split::Test;
    first(data).into_iter().zip(&header.trials).filter(|(_, trial)| is_test(trial)).map(|(value, _)| value).collect()
}

fn said(summary: &Summary) -> String {
    summary.provenance.steps.iter().map(|step| format!("{step}\n")).collect()
}

#[test]
fn time_is_that_of_the_json_and_a_header_that_differs_is_refused() {
    let desk = Desk::new();
    let stem = "sub-01_task-x_run-1_space-T1w_desc-preproc_bold";
    let series = desk.series(&format!("{stem}.nii"), 20, 0.0);
    desk.text("sub-01_task-x_run-1_events.tsv", "onset\tduration\ttrial_type\n0\t4\ta\n16\t4\tb\n");
    let options = NiftiOptions::new(&series).delayed(0.0);
    desk.tr(&series, 0.0, 0);
    assert!(desk.refusal(&options).contains("--tr"), "neither states a time");
    desk.text(
        "sub-01_task-x_run-1_bold.json",
        "{\"RepetitionTime\": 2.0, \"StartTime\": 0.9, \"SliceTimingCorrected\": true}",
    );
    let (summary, data) = desk.import(&options).unwrap();
    assert_eq!(first(&data), [0.5, 8.5]);
    let wanted =
        "2 s from volume to volume (RepetitionTime of sub-01_task-x_run-1_bold.json; slices were shifted to 0.9 s";
    assert!(said(&summary).contains(wanted), "{}", said(&summary));
    for (tr, unit) in [(2.0, 8), (2000.0, 16), (2.01, 8)] {
        desk.tr(&series, tr, unit);
        assert_eq!(first(&desk.import(&options).unwrap().1), [0.5, 8.5]);
    }
    for (tr, unit) in [(1.0, 8), (2000.0, 8), (1500.0, 8), (2.0, 16)] {
        desk.tr(&series, tr, unit);
        let message = desk.refusal(&options);
        assert!(message.contains("RepetitionTime") && message.contains("--tr"), "{message}");
    }
    let (summary, data) = desk.import(&NiftiOptions { tr_secs: Some(1.0), ..options.clone() }).unwrap();
    assert_eq!(first(&data), [1.5, 17.5]);
    assert!(said(&summary).contains("as given, although RepetitionTime of"), "{}", said(&summary));
    std::fs::remove_file(desk.at("sub-01_task-x_run-1_bold.json")).unwrap();
    desk.tr(&series, 2000.0, 8);
    assert!(desk.refusal(&options).contains("2000 s between volumes (its header) is not a time from 0 to 30 s"));
    for given in [0.0, -2.0, f64::NAN, 2000.0] {
        assert!(desk.refusal(&NiftiOptions { tr_secs: Some(given), ..options.clone() }).contains("--tr"), "{given}");
    }
}

#[test]
fn undefined_voxel_is_named_with_its_file_and_place() {
    let desk = Desk::new();
    let path = desk.at("bold.nii");
    let mut values = ArrayD::zeros(vec![2, 3, 2, 8]);
    values[[1, 2, 0, 5]] = f32::NAN;
    write_f32(
        &path,
        values.view(),
        &[[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]],
    )
    .unwrap();
    let options = NiftiOptions {
        tables: vec![desk.text("e.tsv", EVENTS)],
        tr_secs: Some(2.0),
        ..NiftiOptions::new(&path).delayed(0.0)
    };
    let message = desk.refusal(&options);
    assert!(message.contains("bold.nii") && message.contains("voxel (1, 2, 0) is NaN in volumes 4 to 5"), "{message}");
    assert!(message.contains("--mask"), "{message}");
}
