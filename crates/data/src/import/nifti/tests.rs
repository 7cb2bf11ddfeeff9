//! Series of a few voxels with tables: each trial has the volumes of its own event, or the import says why it has not.

use std::path::PathBuf;

use afterimage_formats::nifti::write_f32;
use ndarray::{Array4, ArrayD};

use super::*;
use crate::{DataSet, LeftOut, PrepareOptions, Scope, Split, Summary, WriteOptions, prepare};

mod scans;

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
            ..NiftiOptions::new(self.series("sub-01_bold.nii", 20, 0.0))
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
fn held_out_runs_are_those_of_the_names_in_the_shells_order_too() {
    let desk = Desk::new();
    let series: Vec<PathBuf> = [1, 10, 11, 2, 3]
        .map(|run| {
            desk.text(&format!("sub-01_run-{run}_events.tsv"), EVENTS);
            desk.series(&format!("sub-01_run-{run}_bold.nii"), 8, 100.0 * run as f32)
        })
        .to_vec();
    let options = NiftiOptions {
        series: series.clone(),
        tr_secs: Some(2.0),
        test_runs: vec![RunChoice::Number(10), RunChoice::Number(11)],
        validation_runs: vec![RunChoice::File("sub-01_run-2_bold".into())],
        ..NiftiOptions::new("")
    };
    let (summary, data) = desk.import(&options).unwrap();
    assert_eq!(held_out(&data), [1000.5, 1004.5, 1100.5, 1104.5]);
    assert_eq!(summary.validation.trials, 2);
    let wanted = "test: run 10 (sub-01_run-10_bold.nii), run 11 (sub-01_run-11_bold.nii); validation: run 2 (sub-01_run-2_bold.nii)";
    assert!(said(&summary).contains(wanted), "{}", said(&summary));
    let message = desk.refusal(&NiftiOptions { test_runs: vec![RunChoice::Number(4)], ..options.clone() });
    assert!(
        message
            .contains("run 4 is to be held out, but no trial is of it; there are run 1 (sub-01_run-1_bold.nii), run 2"),
        "{message}"
    );
    let both = NiftiOptions { validation_runs: vec![RunChoice::Number(10)], ..options };
    assert!(
        desk.refusal(&both).contains("run 10 (sub-01_run-10_bold.nii) is held out for the test and for validation")
    );
}

#[test]
fn one_number_in_two_sessions_is_two_runs() {
    let desk = Desk::new();
    let series: Vec<PathBuf> = [(1, 1), (1, 2), (2, 1), (2, 2)]
        .map(|(session, run)| {
            desk.text(&format!("sub-01_ses-0{session}_run-{run}_events.tsv"), EVENTS);
            desk.series(&format!("sub-01_ses-0{session}_run-{run}_bold.nii"), 8, (100 * session + 10 * run) as f32)
        })
        .to_vec();
    let options = |choice: &str| NiftiOptions {
        series: series.clone(),
        tr_secs: Some(2.0),
        test_runs: vec![choice.parse().unwrap()],
        ..NiftiOptions::new("")
    };
    for (choice, wanted) in [
        ("ses-02:run-01", vec![210.5, 214.5]),
        ("2:1", vec![210.5, 214.5]),
        ("1", vec![110.5, 114.5, 210.5, 214.5]),
        ("ses-02", vec![210.5, 214.5, 220.5, 224.5]),
        ("session 1", vec![110.5, 114.5, 120.5, 124.5]),
        ("sub-01_ses-01_run-2_bold.nii", vec![120.5, 124.5]),
    ] {
        let (summary, data) = desk.import(&options(choice)).unwrap();
        assert_eq!(held_out(&data), wanted, "{choice}");
        assert_eq!((summary.sessions, summary.runs, summary.stimuli), (2, 4, 8));
    }
    assert!(desk.refusal(&options("3:1")).contains("run 3:1 is to be held out, but no trial is of it"));
}

#[test]
fn tables_that_number_their_runs_alike_are_kept_apart_when_standardised() {
    let desk = Desk::new();
    let table = "condition\trun\na\t1\nb\t1\na\t2\nb\t2\n";
    for names in [["ses-01_betas.nii", "ses-02_betas.nii"], ["first.nii", "second.nii"]] {
        let series = [desk.series(names[0], 4, 0.0), desk.series(names[1], 4, 100.0)];
        let tables = vec![desk.text("a.tsv", table), desk.text("b.tsv", table)];
        let options = NiftiOptions {
            series: series.to_vec(),
            tables,
            test_runs: vec!["2:2".parse().unwrap()],
            ..NiftiOptions::new("")
        };
        let (summary, data) = desk.import(&options).unwrap();
        assert_eq!((summary.sessions, summary.runs), (2, 4), "{names:?}");
        assert_eq!(held_out(&data), [102.0, 103.0], "{names:?}");
        let prepared = PrepareOptions { zscore: Some(Scope::Run), detrend: None, ..PrepareOptions::default() };
        let out = desk.at("z.afterimage");
        prepare(&data, &prepared)
            .unwrap()
            .write(&out, WriteOptions { overwrite: true, ..WriteOptions::default() }, |_| ())
            .unwrap();
        let values = first(&DataSet::open(&out).unwrap());
        assert_eq!(values, [-1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0]);
    }
}

#[test]
fn sessions_of_one_table_are_told_apart() {
    let desk = Desk::new();
    let table = desk.text("t.csv", "Condition,Session,Run\na,1,1\nb,1,1\na,2,1\nb,2,1\n");
    let options = NiftiOptions {
        tables: vec![table],
        zscore: true,
        test_runs: vec!["2:1".parse().unwrap()],
        ..NiftiOptions::new(desk.series("betas.nii", 4, 0.0))
    };
    let (summary, data) = desk.import(&options).unwrap();
    assert_eq!((summary.sessions, summary.runs, first(&data)), (2, 2, vec![-1.0, 1.0, -1.0, 1.0]));
    assert_eq!(data.header().stimuli[0].name, "a/ses-01_run-01");
}

#[test]
fn another_session_or_subject_is_refused() {
    let desk = Desk::new();
    let table = desk.text("t.csv", "condition,session,run\na,4,1\nb,4,1\n");
    let series = desk.series("sub-01_ses-03_run-1_betas.nii", 2, 0.0);
    let options = NiftiOptions { tables: vec![table.clone()], ..NiftiOptions::new(&series) };
    let message = desk.refusal(&options);
    assert!(message.contains("row 1 is of session 4") && message.contains("is called session 3"), "{message}");
    let other = desk.series("sub-02_ses-03_run-2_betas.nii", 2, 0.0);
    let two = NiftiOptions { series: vec![series, other], tables: vec![table; 2], ..options };
    assert!(desk.refusal(&two).contains("it is of subject 2"), "{}", desk.refusal(&two));
}

#[test]
fn trials_that_share_volumes_are_counted_in_any_order() {
    let desk = Desk::new();
    let events = "onset\tduration\ttrial_type\n0\t20\ta\n30\t4\tb\n4\t4\tc\n12\t4\td\n";
    let (summary, _) = desk.events("e.tsv", events).unwrap();
    let wanted = "2 pairs of trials share some of their volumes, such as \"a\" and \"c\" at volume 2";
    assert!(said(&summary).contains(wanted), "{}", said(&summary));
}

#[test]
fn table_of_another_run_is_refused() {
    let desk = Desk::new();
    let table = desk.text("t.csv", "condition,run\na,2\nb,2\n");
    let options =
        NiftiOptions { tables: vec![table], ..NiftiOptions::new(desk.series("sub-01_run-1_betas.nii", 2, 0.0)) };
    let message = desk.refusal(&options);
    assert!(message.contains("of run 2, but its series") && message.contains("is called run 1"), "{message}");
}

#[test]
fn place_that_is_another_number_in_the_name_is_not_guessed() {
    let desk = Desk::new();
    let table = desk.text("t.csv", "condition\na\nb\n");
    let series = [("bold_2.nii", 0.0), ("bold_3.nii", 9.0)];
    let series: Vec<PathBuf> = series.map(|(name, offset)| desk.series(name, 2, offset)).to_vec();
    let options = NiftiOptions {
        series,
        tables: vec![table.clone(), table],
        test_runs: vec![RunChoice::Number(2)],
        ..NiftiOptions::new("")
    };
    let message = desk.refusal(&options);
    assert!(message.contains("bold_3.nii") && message.contains("bold_2.nii\" by its name"), "{message}");
    let named = NiftiOptions { test_runs: vec!["bold_3.nii".parse().unwrap()], ..options };
    assert_eq!(desk.import(&named).unwrap().0.test.trials, 2);
}

#[test]
fn time_is_that_of_the_json_and_a_header_that_differs_is_refused() {
    let desk = Desk::new();
    let stem = "sub-01_task-x_run-1_space-T1w_desc-preproc_bold";
    let series = desk.series(&format!("{stem}.nii"), 20, 0.0);
    desk.text("sub-01_task-x_run-1_events.tsv", "onset\tduration\ttrial_type\n0\t4\ta\n16\t4\tb\n");
    let options = NiftiOptions::new(&series);
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
fn trials_on_the_same_volumes_are_refused_and_repeated_rows_counted() {
    let desk = Desk::new();
    let options = desk.event_options("e.tsv", "onset\tduration\ttrial_type\n0\t1\ta\n0.5\t1\tb\n8\t4\tc\n");
    let message = desk.refusal(&options);
    assert!(message.contains("rows 1 (\"a\", onset 0 s) and 2 (\"b\", onset 0.5 s) are both volume 0"), "{message}");
    let rest = NiftiOptions { rest: vec!["b".into()], ..options };
    assert_eq!(desk.import(&rest).unwrap().0.trials, 2);
    let (summary, data) = desk.events("e.tsv", "onset\tduration\ttrial_type\n0\t4\ta\n0\t4\ta\n8\t4\tc\n").unwrap();
    assert_eq!(first(&data), [0.5, 4.5]);
    assert_eq!(summary.provenance.left_out[0].to_string(), "1 event that an earlier row lists already");
}

#[test]
fn events_without_a_time_are_left_out_and_counted() {
    let desk = Desk::new();
    let events =
        "onset\tduration\ttrial_type\n-4\t4\ta\nn/a\t4\tb\n4\tn/a\tc\n8\t4\td\n12\t4\trest\n16\t4\tn/a\n20\t0\te\n";
    let (summary, data) = desk.events("e.tsv", events).unwrap();
    assert_eq!(first(&data), [4.5, 10.0]);
    let left: Vec<String> = summary.provenance.left_out.iter().map(LeftOut::to_string).collect();
    assert_eq!(
        left,
        [
            "1 event whose volumes begin before the first one",
            "1 event without a duration",
            "1 event without an onset",
            "1 row of rest",
            "1 row without a stimulus"
        ]
    );
    // A delay moves the volumes of an early event into the series.
    let delayed = NiftiOptions {
        delay_secs: 6.0,
        ..desk.event_options("e.tsv", "onset\tduration\ttrial_type\n-4\t4\ta\n8\t4\tb\n")
    };
    assert_eq!(first(&desk.import(&delayed).unwrap().1), [1.5, 7.5]);
    let message = desk.refusal(&desk.event_options("e.tsv", "onset\tduration\ttrial_type\n-4\t4\ta\n"));
    assert!(message.contains("no event is left: 1 event whose volumes begin before the first one"), "{message}");
    let message = desk.refusal(&desk.event_options("e.tsv", "onset\tduration\ttrial_type\n0\t4\ta\n16000\t4\tb\n"));
    assert!(message.contains("row 2, onset 16000 s") && message.contains("20 volumes (40 s, 2 s each"), "{message}");
    let message = desk.refusal(&NiftiOptions { delay_secs: -1.0, ..desk.event_options("e.tsv", EVENTS) });
    assert!(message.contains("a delay of -1 s"), "{message}");
}

#[test]
fn events_are_read_as_tools_and_people_write_them() {
    use std::io::Write;

    let desk = Desk::new();
    for text in [
        EVENTS.to_owned(),
        format!("\u{feff}{}", EVENTS.replace('\n', "\r\n")),
        EVENTS.replace("onset", "Onset").replace("trial_type", "Trial_Type"),
        format!("# comment\n{}# end\n", EVENTS.replace('\n', "\t\n")),
        EVENTS.replace("face", "\"face\""),
    ] {
        assert_eq!(first(&desk.events("e.tsv", &text).unwrap().1), [0.5, 4.5], "{text:?}");
    }
    desk.series("sub-02_bold.nii", 20, 0.0);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(EVENTS.as_bytes()).unwrap();
    std::fs::write(desk.at("sub-02_events.tsv.gz"), packed.finish().unwrap()).unwrap();
    let options = NiftiOptions { tr_secs: Some(2.0), ..NiftiOptions::new(desk.at("sub-02_bold.nii")) };
    assert_eq!(first(&desk.import(&options).unwrap().1), [0.5, 4.5]);
}

#[test]
fn events_of_several_runs_need_times_of_one_series() {
    let desk = Desk::new();
    let events = "onset\tduration\ttrial_type\trun\n0\t4\ta\t1\n8\t4\tb\t1\n2\t4\ta\t2\n10\t4\tb\t2\n";
    let message = desk.refusal(&desk.event_options("e.tsv", events));
    assert!(message.contains("start again with each run"), "{message}");
    let events = events.replace("\n2\t", "\n16\t").replace("\n10\t", "\n24\t");
    let options = NiftiOptions { test_runs: vec![RunChoice::Number(2)], ..desk.event_options("e.tsv", &events) };
    assert_eq!(held_out(&desk.import(&options).unwrap().1), [8.5, 12.5]);
    assert!(desk.refusal(&NiftiOptions { zscore: true, ..options }).contains("--zscore"));
}

#[test]
fn column_of_one_name_is_a_table_and_an_unknown_name_is_explained() {
    let desk = Desk::new();
    let images = ndarray::Array4::<u8>::from_shape_fn((4, 8, 8, 3), |(n, ..)| n as u8);
    afterimage_formats::npy::write_u8(&desk.at("images.npy"), images.view().into_dyn()).unwrap();
    let options = |header: &str| NiftiOptions {
        tables: vec![desk.text("t.tsv", &format!("{header}\n3\n1\n0\n2\n"))],
        images: Some(desk.at("images.npy")),
        test: 1,
        ..NiftiOptions::new(desk.series("betas.nii", 4, 0.0))
    };
    for header in ["stimulus", "stim_file", "Image"] {
        let (_, data) = desk.import(&options(header)).unwrap();
        assert_eq!((data.images(&[0]).unwrap()[[0, 0, 0, 0]], first(&data)), (3, vec![0.0, 1.0, 2.0, 3.0]), "{header}");
    }
    let message = desk.refusal(&options("filename"));
    assert!(message.contains("5 rows for 4 volumes") && message.contains("stim_file"), "{message}");
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
    let options =
        NiftiOptions { tables: vec![desk.text("e.tsv", EVENTS)], tr_secs: Some(2.0), ..NiftiOptions::new(&path) };
    let message = desk.refusal(&options);
    assert!(message.contains("bold.nii") && message.contains("voxel (1, 2, 0) is NaN in volumes 4 to 5"), "{message}");
    assert!(message.contains("--mask"), "{message}");
}
