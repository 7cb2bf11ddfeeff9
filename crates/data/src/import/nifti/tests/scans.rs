//! Which scan is which run: series in folders, one scan twice, and trials in the order of time.

use super::*;

const TWO: &str = "condition\na\nb\n";

impl Desk {
    /// Series of two volumes that begin with these values, each with the same table of volumes.
    fn scans(&self, scans: &[(&str, f32)], test_runs: &[&str]) -> NiftiOptions {
        let table = self.text("t.csv", TWO);
        NiftiOptions {
            series: scans.iter().map(|(name, offset)| self.series(name, 2, *offset)).collect(),
            tables: vec![table; scans.len()],
            test_runs: test_runs.iter().map(|run| run.parse().unwrap()).collect(),
            ..NiftiOptions::new("").delayed(0.0)
        }
    }
}

#[test]
fn folders_say_which_run_is_held_out() {
    let feat = [2, 3, 4].map(|run| (format!("run{run}.feat/filtered_func_data.nii"), 10.0 * run as f32));
    let feat: Vec<(&str, f32)> = feat.iter().map(|(name, offset)| (name.as_str(), *offset)).collect();
    let bids = [("run-02/bold.nii", 20.0), ("run-03/bold.nii", 30.0), ("run-04/bold.nii", 40.0)];
    for (scans, run, said) in [
        (&bids[..], "3", "run 3 (run-03/bold.nii)"),
        (&bids[..], "run-03/bold.nii", "run 3 (run-03/bold.nii)"),
        (&feat[..], "3", "run 3 (run3.feat/filtered_func_data.nii)"),
        (&feat[..], "run3.feat", "run 3 (run3.feat/filtered_func_data.nii)"),
    ] {
        let desk = Desk::new();
        let (_, data) = desk.import(&desk.scans(scans, &[run])).unwrap();
        assert_eq!(held_out(&data), [30.0, 31.0], "{run}");
        let steps = &data.header().provenance.steps;
        assert!(steps.iter().any(|step| step.what.contains(said)), "{steps:?}");
    }
}

#[test]
fn folders_with_other_numbers_and_files_of_one_name_are_not_guessed() {
    let desk = Desk::new();
    let scans = [("d2/bold.nii", 20.0), ("d3/bold.nii", 30.0), ("d4/bold.nii", 40.0)];
    let message = desk.refusal(&desk.scans(&scans, &["3"]));
    assert!(message.contains("d4/bold.nii") && message.contains("d3/bold.nii\" by its name"), "{message}");
    let message = desk.refusal(&desk.scans(&scans, &["bold.nii"]));
    assert!(message.contains("name it with its folder"), "{message}");
    let (_, data) = desk.import(&desk.scans(&scans, &["d3/bold.nii"])).unwrap();
    assert_eq!(held_out(&data), [30.0, 31.0]);
}

#[test]
fn one_scan_is_not_two_runs() {
    let desk = Desk::new();
    let message = desk.refusal(&desk.scans(&[("a.nii", 1.0), ("b.nii", 1.0)], &["2"]));
    assert!(
        message.contains("b.nii") && message.contains("the same bytes as") && message.contains("a.nii"),
        "{message}"
    );
    let echoes = [("sub-1_task-x_echo-1_bold.nii", 1.0), ("sub-1_task-x_echo-2_bold.nii", 2.0)];
    let message = desk.refusal(&desk.scans(&echoes, &["2"]));
    assert!(message.contains("another version of the scan"), "{message}");
}

#[test]
fn two_subjects_are_refused_in_any_spelling() {
    let desk = Desk::new();
    for names in
        [["subject1_run1.nii", "subject2_run1.nii"], ["S1_run1.nii", "S2_run2.nii"], ["sub_01_a.nii", "sub_02_b.nii"]]
    {
        let message = desk.refusal(&desk.scans(&[(names[0], 1.0), (names[1], 2.0)], &["2"]));
        assert!(message.contains("it is of subject 2"), "{message}");
    }
    let (_, data) = desk.import(&desk.scans(&[("sub-01_run-1.nii", 1.0), ("sub-1_run-2.nii", 5.0)], &["2"])).unwrap();
    assert_eq!(
        data.header().trials.iter().map(|trial| (trial.session, trial.run)).collect::<Vec<_>>(),
        [(0, 1), (0, 1), (0, 2), (0, 2)]
    );
}

#[test]
fn events_sorted_by_condition_become_trials_in_the_order_of_time() {
    let rows = ["0\t2\tface\n8\t2\tface\n4\t2\thouse\n", "0\t2\tface\n4\t2\thouse\n8\t2\tface\n"];
    let found = rows.map(|rows| {
        let desk = Desk::new();
        let (_, data) = desk.events("e.tsv", &format!("onset\tduration\ttrial_type\n{rows}")).unwrap();
        let steps = &data.header().provenance.steps;
        let said = steps.iter().any(|step| step.what.contains("order of their onsets"));
        let repeats = data.header().trials.iter().map(|trial| trial.repeat).collect::<Vec<u16>>();
        (first(&data), repeats, said)
    });
    assert_eq!(found[0], (vec![0.0, 2.0, 4.0], vec![0, 0, 1], true));
    assert_eq!(found[1], (vec![0.0, 2.0, 4.0], vec![0, 0, 1], false));
}
