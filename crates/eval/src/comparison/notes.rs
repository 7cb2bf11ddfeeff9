//! What a reader must know of a comparison: what is averaged, what differs besides the methods, and warnings of the runs.

use std::collections::BTreeSet;

use afterimage_run::comparison::Row;

use super::group::Group;
use super::{Options, ScoredRun};

/// The remarks on a comparison.
pub(super) fn of(groups: &[Group], options: &Options, rows: &[Row]) -> Vec<String> {
    let mut notes = Vec::new();
    if !options.paired {
        notes.push(
            "Shown unpaired: the test images may differ between the columns, so a difference mixes the methods with the images; no difference, interval of a difference or test is given."
                .into(),
        );
    }
    if groups.iter().any(|g| g.subjects.iter().any(|s| s.runs.len() > 1)) {
        notes.push("Seeds of an experiment are averaged image by image before anything else; ± is the standard deviation over seeds. Intervals and tests speak about new images, for these seeds.".into());
    }
    let data_sets: BTreeSet<&str> = groups.iter().flat_map(Group::runs).map(ScoredRun::data_set).collect();
    if options.paired && !options.subjects && data_sets.len() > 1 {
        notes.push("The runs were made with different data sets of the same test images: a difference mixes the methods with the recordings.".into());
    }
    if options.subjects {
        notes.push(format!(
            "{} subjects, each with images of its own, count alike; intervals of differences are hierarchical bootstraps over subjects, then images, and p-values speak about these subjects.",
            groups[0].subjects.len()
        ));
    }
    let external = rows.iter().any(|r| r.name.contains(".external."));
    if external && groups.iter().any(|g| candidates(g) != candidates(&groups[0])) {
        notes.push("The external candidates are not the same images in all runs, so that identification among them differs by the candidates too.".into());
    }
    let labelled = groups.iter().flat_map(|group| group.runs().map(|run| (group.label.as_str(), run)));
    notes.extend(earlier_intervals(labelled));
    notes.extend(groups[1..].iter().filter(|group| are_identical(&groups[0], group)).map(|group| {
        format!(
            "{} and {} are identical: every score of every item is the same in both. Are they copies of one run?",
            groups[0].label, group.label
        )
    }));
    for group in groups {
        for run in group.runs() {
            for warning in run.manifest.warnings.iter().chain(&run.scores.warnings) {
                let note = format!("{}: {warning}", group.label);
                if !notes.contains(&note) {
                    notes.push(note);
                }
            }
        }
    }
    notes
}

/// A note on intervals of earlier versions among runs with their labels; `None` if there are none.
///
/// Fractions had bootstrap intervals, which are narrower near 0 and 1 than the Wilson intervals of today.
pub fn earlier_intervals<'a>(runs: impl IntoIterator<Item = (&'a str, &'a ScoredRun)>) -> Option<String> {
    let (earlier, others): (Vec<_>, Vec<_>) = runs.into_iter().partition(|(_, run)| run.scores.earlier_intervals() > 0);
    let labels = |runs: &[(&str, &ScoredRun)]| {
        let mut labels: Vec<String> = runs.iter().map(|(label, _)| (*label).to_owned()).collect();
        labels.dedup();
        labels.join(", ")
    };
    let all = match others.as_slice() {
        [] => String::new(),
        others => format!("; those of {} are Wilson's, which are wider", labels(others)),
    };
    let again: Vec<String> = earlier.iter().map(|(_, run)| format!("`afterimage evaluate {}`", run.path)).collect();
    (!earlier.is_empty()).then(|| {
        format!(
            "The intervals of fractions in {} are bootstraps of an earlier version, too narrow near 0 and 1{all}. Differences are not \
             concerned. To compute the scores again: {}.",
            labels(&earlier),
            again.join(", ")
        )
    })
}

/// Whether all runs of two variants have the same value in every item of every score.
fn are_identical(a: &Group, b: &Group) -> bool {
    let values = |group: &Group| -> Vec<_> {
        group
            .runs()
            .map(|run| run.scores.scores.iter().map(|s| (s.name.clone(), s.per_item.clone())).collect::<Vec<_>>())
            .collect()
    };
    let of = values(a);
    of.iter().flatten().any(|(_, items)| !items.is_empty()) && of == values(b)
}

/// What identifies the external candidates of each run.
fn candidates<'a>(group: &Group<'a>) -> BTreeSet<&'a str> {
    group.runs().map(|run| run.input("external images")).collect()
}
