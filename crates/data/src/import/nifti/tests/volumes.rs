//! Tables with a row for each volume: of time series, where a trial is a block, and of betas.

use super::*;

/// Two runs of ten volumes, 2.5 s each: blocks of `a.png`, `b.png`, `a.png`, the last at the end of its run.
const BLOCKS: [&str; 20] = [
    "a.png", "a.png", "a.png", "n/a", "n/a", "b.png", "b.png", "b.png", "n/a", "a.png", // run 1
    "b.png", "b.png", "b.png", "rest", "rest", "a.png", "a.png", "a.png", "rest", "rest", // run 2
];

/// Images named `a.png` to `d.png`.
fn images(desk: &Desk) -> PathBuf {
    let folder = desk.at("images");
    std::fs::create_dir_all(&folder).unwrap();
    for (at, name) in ["a.png", "b.png", "c.png", "d.png"].iter().enumerate() {
        let pixels = ndarray::Array3::<u8>::from_elem((8, 8, 3), 50 * at as u8);
        afterimage_formats::picture::write_png(&folder.join(name), pixels.view()).unwrap();
    }
    folder
}

fn options(desk: &Desk, name: &str, table: &str) -> NiftiOptions {
    let volumes = table.lines().count() - 1;
    NiftiOptions {
        tables: vec![desk.text("t.csv", table)],
        images: Some(images(desk)),
        test: 1,
        ..NiftiOptions::new(desk.series(name, volumes, 0.0))
    }
}

fn blocks(desk: &Desk, header: &str) -> NiftiOptions {
    let rows: String = BLOCKS.iter().enumerate().map(|(at, name)| format!("{name},{}\n", 1 + at / 10)).collect();
    options(desk, "bold.nii", &format!("{header}\n{rows}"))
}

/// Stimulus, repeat and run of each trial.
fn shown(data: &DataSet) -> Vec<(String, u16, u16)> {
    let header = data.header();
    let trial =
        |trial: &crate::TrialInfo| (header.stimuli[trial.stimulus as usize].name.clone(), trial.repeat, trial.run);
    header.trials.iter().map(trial).collect()
}

#[test]
fn block_of_an_image_is_one_trial_after_the_delay_within_its_run() {
    let desk = Desk::new();
    let given = blocks(&desk, "stim_file,run");
    desk.tr(&desk.at("bold.nii"), 0.0, 0);
    assert!(desk.refusal(&given).contains("--tr"), "a delay needs the time between volumes");
    desk.tr(&desk.at("bold.nii"), 2.5, 8);
    let (summary, data) = desk.import(&given).unwrap();
    // 5 s are two volumes: 0 to 2 is answered by 2 to 4, 5 to 7 by 7 to 9, and what follows 9 is another run.
    assert_eq!(first(&data), [3.0, 8.0, 13.0, 18.0]);
    let named = |name: &str, repeat, run| (name.to_owned(), repeat, run);
    assert_eq!(shown(&data), [named("a.png", 0, 1), named("b.png", 0, 1), named("b.png", 1, 2), named("a.png", 1, 2)]);
    let steps = said(&summary);
    assert!(steps.contains("5 s after the stimulus (the default for BOLD"), "{steps}");
    let wanted = "a block, consecutive volumes of one stimulus in a run, is one trial: 4 trials of 13 volumes; the delay moves \
                  them by 2 volumes within their run";
    assert!(steps.contains(wanted), "{steps}");
    let left_out: Vec<String> = summary.provenance.left_out.iter().map(LeftOut::to_string).collect();
    assert!(left_out.contains(&"1 block that the delay moves past the end of its run".to_owned()), "{left_out:?}");
    assert!(summary.provenance.warnings[0].contains("the level and the drifts of each run"));

    let (summary, data) = desk.import(&NiftiOptions { delay_secs: Some(0.0), ..given.clone() }).unwrap();
    assert_eq!(first(&data), [1.0, 6.0, 9.0, 11.0, 16.0]);
    assert!(said(&summary).contains("no delay for the haemodynamic response, as given"), "{}", said(&summary));
    assert!(said(&summary).contains("5 trials of 13 volumes; the delay moves them by 0 volumes"), "{}", said(&summary));
    let (_, data) = desk.import(&NiftiOptions { delay_secs: Some(2.5), ..given }).unwrap();
    assert_eq!(first(&data), [2.0, 7.0, 12.0, 17.0]);
}

#[test]
fn runs_that_begin_again_are_refused_and_rest_is_rest_in_any_letters() {
    let desk = Desk::new();
    let given = blocks(&desk, "stim_file,run");
    desk.tr(&desk.at("bold.nii"), 2.5, 8);
    let table = std::fs::read_to_string(desk.at("t.csv")).unwrap();
    let capital =
        NiftiOptions { tables: vec![desk.text("capital.csv", &table.replace("rest", "Rest"))], ..given.clone() };
    assert_eq!(shown(&desk.import(&capital).unwrap().1), shown(&desk.import(&given).unwrap().1));
    // The runs of the rows in turn.
    let rows = BLOCKS.iter().enumerate().map(|(at, name)| format!("{name},{}\n", 1 + at % 2));
    let torn = format!("stim_file,run\n{}", rows.collect::<String>());
    let refused = desk.refusal(&NiftiOptions { tables: vec![desk.text("torn.csv", &torn)], ..given });
    assert!(refused.contains("torn.csv") && refused.contains("run 1 begins again in row 3"), "{refused}");
}

#[test]
fn betas_may_be_in_the_order_of_their_images_unless_a_line_over_time_is_asked_for() {
    let desk = Desk::new();
    let table = "image,run\na.png,1\na.png,2\nb.png,1\nb.png,2\nc.png,1\nd.png,2\n";
    let betas = NiftiOptions { betas: true, ..options(&desk, "x.nii", table) };
    let (_, data) = desk.import(&betas).unwrap();
    assert_eq!(shown(&data).iter().map(|trial| trial.2).collect::<Vec<_>>(), [1, 2, 1, 2, 1, 2]);
    assert_eq!(first(&data), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    let refused = desk.refusal(&NiftiOptions { detrend: true, ..betas.clone() });
    assert!(refused.contains("run 1 begins again in row 3") && refused.contains("leave out --detrend"), "{refused}");
    let series = NiftiOptions { betas: false, ..betas }.delayed(0.0);
    assert!(desk.refusal(&series).contains("run 1 begins again in row 3"));
}

#[test]
fn blocks_that_go_on_after_missing_volumes_are_counted() {
    let desk = Desk::new();
    let table = "image\na.png\na.png\nn/a\na.png\nrest\nb.png\nb.png\nrest\nb.png\nc.png\nd.png\n";
    let (summary, data) = desk.import(&options(&desk, "x.nii", table).delayed(0.0)).unwrap();
    assert_eq!(shown(&data).len(), 6);
    let wanted = "2 of these trials go on with the stimulus of the trial before after volumes without one: first \"a.png\", which \
                  row 2 shows and then row 4";
    assert!(said(&summary).contains(wanted), "{}", said(&summary));
}

#[test]
fn delays_that_are_no_delay_and_runs_held_out_of_images_are_refused_with_the_fix() {
    let desk = Desk::new();
    let given = blocks(&desk, "stim_file,run");
    let refused = desk.refusal(&given.clone().delayed(5000.0));
    assert!(refused.contains("a delay of 5000 s") && refused.contains("in seconds (5 for BOLD)"), "{refused}");
    let refused = desk.refusal(&NiftiOptions { test_runs: vec!["2".parse().unwrap()], ..given });
    assert!(refused.contains("--test-runs holds out whole runs") && refused.contains("--test N"), "{refused}");
}

#[test]
fn betas_are_trials_one_by_one_and_a_series_that_could_be_either_is_refused() {
    let desk = Desk::new();
    let table = "image\na.png\nb.png\nb.png\nc.png\nd.png\na.png\n";
    let each = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0];
    let betas = |name: &str| NiftiOptions { betas: true, ..options(&desk, name, table) };
    for given in [betas("x.nii"), betas("bold.nii"), options(&desk, "sub-01_betas.nii", table)] {
        let (summary, data) = desk.import(&given).unwrap();
        assert_eq!(first(&data), each);
        assert!(said(&summary).contains("a trial is one volume, a beta") && summary.provenance.warnings.is_empty());
    }
    let either = options(&desk, "x.nii", table);
    let message = desk.refusal(&either);
    assert!(message.contains("give --betas") && message.contains("give --delay, in seconds (5 for BOLD"), "{message}");
    // Two of the six follow each other, and are one trial of a series.
    assert_eq!(first(&desk.import(&either.delayed(0.0)).unwrap().1), [0.0, 1.5, 3.0, 4.0, 5.0]);

    let single = "image\na.png\nb.png\nc.png\nd.png\n";
    let unknown = options(&desk, "x.nii", single);
    desk.tr(&desk.at("x.nii"), 0.0, 0);
    let (summary, data) = desk.import(&unknown).unwrap();
    assert_eq!(first(&data), each[..4]);
    assert!(said(&summary).contains("no time between volumes is stated"), "{}", said(&summary));
    desk.tr(&desk.at("x.nii"), 2.5, 8);
    assert!(desk.refusal(&unknown).contains("give --betas"));
    let named = options(&desk, "sub-01_task-x_bold.nii", single);
    desk.tr(&desk.at("sub-01_task-x_bold.nii"), 2.5, 8);
    assert_eq!(first(&desk.import(&named).unwrap().1), [2.0, 3.0]);
}

#[test]
fn a_name_and_a_table_that_contradict_each_other_are_refused() {
    let desk = Desk::new();
    let conditions = NiftiOptions { images: None, test: 0, ..options(&desk, "betas.nii", "condition\na\na\nb\nb\n") };
    let message = desk.refusal(&conditions);
    assert!(message.contains("its name says betas, but its table has a condition for each volume"), "{message}");
    let (_, data) = desk.import(&NiftiOptions { betas: true, ..conditions.clone() }).unwrap();
    assert_eq!((first(&data), shown(&data)[1].1), (vec![0.0, 1.0, 2.0, 3.0], 1));
    let events = "onset,duration,trial_type\n0,2,a\n2,2,b\n4,2,c\n6,2,d\n";
    let events = NiftiOptions { tables: vec![desk.text("e.csv", events)], ..conditions.clone() };
    assert!(desk.refusal(&events).contains("its table has onsets"));
    assert_eq!(first(&desk.import(&NiftiOptions { betas: true, ..events }).unwrap().1), [0.0, 1.0, 2.0, 3.0]);
    let both = NiftiOptions { betas: true, delay_secs: Some(5.0), ..conditions };
    assert!(desk.refusal(&both).contains("leave out --betas, or --delay and --tr"));
    let series = [desk.series("betas_1.nii", 4, 0.0), desk.series("other_1.nii", 4, 0.0)];
    desk.tr(&series[1], 2.0, 8);
    let blocks = desk.text("b.csv", "image\na.png\na.png\nb.png\nb.png\n");
    let single = desk.text("s.csv", "image\na.png\nb.png\nc.png\nd.png\n");
    let mixed = NiftiOptions {
        series: series.to_vec(),
        tables: vec![single, blocks],
        images: Some(images(&desk)),
        ..NiftiOptions::new("")
    };
    assert!(desk.refusal(&mixed).contains("it is read as a time series, but"), "{}", desk.refusal(&mixed));
}

#[test]
fn column_of_images_is_named_by_its_header_or_its_number() {
    let desk = Desk::new();
    let given = blocks(&desk, "condition,run").delayed(0.0);
    let message = desk.refusal(&given);
    let wanted = "it has the columns condition, run, and none of stimulus, stim_file, image, picture: give the column that names \
                  the images, such as --image-column condition";
    assert!(message.contains(wanted), "{message}");
    let by = |column: &str, given: &NiftiOptions| NiftiOptions { image_column: Some(column.into()), ..given.clone() };
    let want = [1.0, 6.0, 9.0, 11.0, 16.0];
    let (_, data) = desk.import(&by("Condition", &given)).unwrap();
    assert_eq!((first(&data), data.header().stimuli[0].class.clone()), (want.to_vec(), None));
    assert!(desk.refusal(&by("2", &given)).contains("it has no column \"2\" (--image-column)"));
    assert!(desk.refusal(&by("file", &given)).contains("it has the columns condition, run: give one of them"));

    let rows = std::fs::read_to_string(&given.tables[0]).unwrap();
    let rows = rows.split_once('\n').unwrap().1;
    for bare in [rows.to_owned(), rows.replace(',', " ")] {
        let bare = NiftiOptions { tables: vec![desk.text("bare.txt", &bare)], ..given.clone() };
        let message = desk.refusal(&bare);
        assert!(message.contains("it has no line of names") && message.contains("--image-column 1"), "{message}");
        assert_eq!(first(&desk.import(&by("1", &bare)).unwrap().1), want);
        assert!(desk.refusal(&by("3", &bare)).contains("from 1 to 2"), "{}", desk.refusal(&by("3", &bare)));
    }
    let other = NiftiOptions { tables: vec![desk.text("f.csv", &format!("filename,block\n{rows}"))], ..given };
    assert!(desk.refusal(&other).contains("or that of --image-column"), "{}", desk.refusal(&other));
    assert_eq!(first(&desk.import(&by("filename", &other)).unwrap().1), want);
}

#[test]
fn events_that_list_a_block_volume_by_volume_are_warned_of() {
    let desk = Desk::new();
    let warnings = |events: &str| desk.events("e.tsv", events).unwrap().0.provenance.warnings;
    let split = warnings("onset\tduration\ttrial_type\n0\t2\ta\n2\t2\ta\n4\t2\ta\n8\t2\tb\n12\t2\tb\n");
    assert!(split[0].starts_with("2 trials follow at once on another of the same stimulus"), "{split:?}");
    assert_eq!(warnings("onset\tduration\ttrial_type\n0\t6\ta\n8\t2\tb\n12\t2\tb\n").len(), 1);
}
