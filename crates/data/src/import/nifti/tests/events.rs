//! Tables of events: times, shared volumes, columns.

use super::*;

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
        delay_secs: Some(6.0),
        ..desk.event_options("e.tsv", "onset\tduration\ttrial_type\n-4\t4\ta\n8\t4\tb\n")
    };
    assert_eq!(first(&desk.import(&delayed).unwrap().1), [1.5, 7.5]);
    let message = desk.refusal(&desk.event_options("e.tsv", "onset\tduration\ttrial_type\n-4\t4\ta\n"));
    assert!(message.contains("no event is left: 1 event whose volumes begin before the first one"), "{message}");
    let message = desk.refusal(&desk.event_options("e.tsv", "onset\tduration\ttrial_type\n0\t4\ta\n16000\t4\tb\n"));
    assert!(message.contains("row 2, onset 16000 s") && message.contains("20 volumes (40 s, 2 s each"), "{message}");
    let message = desk.refusal(&NiftiOptions { delay_secs: Some(-1.0), ..desk.event_options("e.tsv", EVENTS) });
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
    let options = NiftiOptions { tr_secs: Some(2.0), ..NiftiOptions::new(desk.at("sub-02_bold.nii")).delayed(0.0) };
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
        ..NiftiOptions::new(desk.series("betas.nii", 4, 0.0)).delayed(0.0)
    };
    for header in ["stimulus", "stim_file", "Image"] {
        let (_, data) = desk.import(&options(header)).unwrap();
        assert_eq!((data.images(&[0]).unwrap()[[0, 0, 0, 0]], first(&data)), (3, vec![0.0, 1.0, 2.0, 3.0]), "{header}");
    }
    let message = desk.refusal(&options("filename"));
    assert!(message.contains("5 rows for 4 volumes") && message.contains("stim_file"), "{message}");
}

#[test]
fn bold_has_a_delay_that_is_stated_unless_another_is_given() {
    let desk = Desk::new();
    let table = "onset\tduration\ttrial_type\n0\t4\tface\n8\t4\thouse\n32\t8\tface\n38\t2\tcat\n";
    let given = desk.event_options("e.tsv", table);
    // 5 s and 2 s from volume to volume: 0 to 4 s is shown, 5 to 9 s answers.
    let (summary, data) = desk.import(&NiftiOptions { delay_secs: None, ..given.clone() }).unwrap();
    assert_eq!(first(&data), [3.5, 7.5, 19.0]);
    let steps = said(&summary);
    assert!(steps.contains("5 s after the stimulus (the default for BOLD") && steps.contains("Glover 1999"), "{steps}");
    assert!(steps.contains("1 trial cut short by the delay"), "{steps}");
    let left_out = &summary.provenance.left_out;
    assert_eq!(left_out[0].to_string(), "1 event that the delay moves past the last volume");
    let (summary, data) = desk.import(&given).unwrap();
    assert_eq!(first(&data), [0.5, 4.5, 17.5, 19.0]);
    assert!(said(&summary).contains("with no delay for the haemodynamic response, as given"), "{}", said(&summary));
    // Blocks of volumes need the time between volumes for it.
    let rows = "condition\na\na\na\na\nrest\nrest\nb\nb\nb\nb\n";
    let blocks = NiftiOptions {
        tables: vec![desk.text("blocks.tsv", rows)],
        ..NiftiOptions::new(desk.series("sub-01_run-2_bold.nii", 10, 0.0))
    };
    desk.tr(&desk.at("sub-01_run-2_bold.nii"), 0.0, 8);
    assert!(desk.refusal(&blocks).contains("--tr"));
    let (_, data) = desk.import(&NiftiOptions { tr_secs: Some(2.5), ..blocks }).unwrap();
    assert_eq!(first(&data), [3.5, 8.5]);
}

#[test]
fn the_unit_of_a_series_is_warned_of_and_betas_have_neither_delay_nor_warning() {
    let desk = Desk::new();
    let options = desk.event_options("e.tsv", EVENTS);
    let warnings = |options: &NiftiOptions| desk.import(options).unwrap().0.provenance.warnings;
    let plain = warnings(&options);
    assert!(plain.len() == 1 && plain[0].contains("the level and the drifts of each run"), "{plain:?}");
    assert!(warnings(&NiftiOptions { detrend: true, ..options.clone() })[0].contains("give --zscore"));
    let (summary, data) = desk.import(&NiftiOptions { detrend: true, zscore: true, ..options }).unwrap();
    // A straight line leaves nothing, which is another warning.
    assert!(summary.provenance.warnings.iter().all(|warning| warning.contains("the same response in all trials")));
    assert_eq!(data.header().provenance.standardised.as_deref(), Some("over all volumes of each run"));

    let pixels = ndarray::Array4::<u8>::zeros((4, 8, 8, 3));
    afterimage_formats::npy::write_u8(&desk.at("images.npy"), pixels.view().into_dyn()).unwrap();
    let betas = NiftiOptions {
        tables: vec![desk.text("shown.csv", "stimulus\n0\n1\n2\n3\n")],
        images: Some(desk.at("images.npy")),
        test: 1,
        ..NiftiOptions::new(desk.series("betas.nii", 4, 0.0))
    };
    let (summary, data) = desk.import(&betas).unwrap();
    assert_eq!(first(&data), [0.0, 1.0, 2.0, 3.0]);
    assert!(summary.provenance.warnings.is_empty());
    assert!(
        said(&summary).contains("a trial is one volume") && !said(&summary).contains("delay"),
        "{}",
        said(&summary)
    );
}
