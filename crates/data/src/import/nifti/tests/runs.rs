//! Runs and sessions: which are held out, and which rows belong to which.

use super::*;

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
        ..NiftiOptions::new("").delayed(0.0)
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
        ..NiftiOptions::new("").delayed(0.0)
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
            ..NiftiOptions::new("").delayed(0.0)
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
        // The held-out run takes mean and spread of the other of its session.
        assert_eq!(values, [-1.0, 1.0, -1.0, 1.0, -1.0, 1.0, 3.0, 5.0]);
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
        ..NiftiOptions::new(desk.series("betas.nii", 4, 0.0)).delayed(0.0)
    };
    let (summary, data) = desk.import(&options).unwrap();
    // Session 1 is 0 and 1, session 2 is 2 and 3: the held-out one takes mean 0.5 and standard deviation 0.5 of the other.
    assert_eq!((summary.sessions, summary.runs, first(&data)), (2, 2, vec![-1.0, 1.0, 3.0, 5.0]));
    assert!(said(&summary).contains("by all training trials (session 2: run 1) (fitted on training trials)"));
    assert_eq!(data.header().stimuli[0].name, "a/ses-01_run-01");
}

#[test]
fn another_session_or_subject_is_refused() {
    let desk = Desk::new();
    let table = desk.text("t.csv", "condition,session,run\na,4,1\nb,4,1\n");
    let series = desk.series("sub-01_ses-03_run-1_betas.nii", 2, 0.0);
    let options = NiftiOptions { tables: vec![table.clone()], ..NiftiOptions::new(&series).delayed(0.0) };
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
    let options = NiftiOptions {
        tables: vec![table],
        ..NiftiOptions::new(desk.series("sub-01_run-1_betas.nii", 2, 0.0)).delayed(0.0)
    };
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
        ..NiftiOptions::new("").delayed(0.0)
    };
    let message = desk.refusal(&options);
    assert!(message.contains("bold_3.nii") && message.contains("bold_2.nii\" by its name"), "{message}");
    let named = NiftiOptions { test_runs: vec!["bold_3.nii".parse().unwrap()], ..options };
    assert_eq!(desk.import(&named).unwrap().0.test.trials, 2);
}
