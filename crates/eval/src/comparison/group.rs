//! Which runs are the same experiment.

use std::borrow::Borrow;

use super::{Options, ScoredRun};
use crate::{EvalError, Result};

/// Stages that every evaluated run has; the others say how it came to its reconstructions.
const COMMON_STAGES: [&str; 3] = ["reconstruct", "evaluate", "report"];

/// A variant: its subjects, each with one run a seed.
pub(super) struct Group<'a> {
    pub(super) label: String,
    pub(super) subjects: Vec<Subject<'a>>,
}

/// The runs of a variant on one data set, by seed.
pub(super) struct Subject<'a> {
    pub(super) data_set: &'a str,
    pub(super) title: String,
    pub(super) runs: Vec<&'a ScoredRun>,
}

impl<'a> Group<'a> {
    /// A variant of one run, named as the run is.
    pub(super) fn of(run: &'a ScoredRun) -> Self {
        let mut group = Group { label: run.label.clone(), subjects: Vec::new() };
        group.add(run);
        group
    }

    /// All its runs, subject by subject.
    pub(super) fn runs(&self) -> impl Iterator<Item = &'a ScoredRun> {
        self.subjects.iter().flat_map(|s| s.runs.iter().copied())
    }

    fn has_seed(&self, run: &ScoredRun) -> bool {
        self.runs().any(|r| r.seed() == run.seed() && r.data_set() == run.data_set())
    }

    fn add(&mut self, run: &'a ScoredRun) {
        let data_set = run.data_set();
        match self.subjects.iter_mut().find(|s| s.data_set == data_set) {
            Some(subject) => subject.runs.push(run),
            None => self.subjects.push(Subject { data_set, title: run.manifest.data.title.clone(), runs: vec![run] }),
        }
    }
}

/// Returns whether the runs differ in nothing but their seed, so that they are one variant.
pub fn is_one_experiment<R: Borrow<ScoredRun>>(runs: &[R]) -> bool {
    collect(runs, &Options::default()).len() == 1
}

/// The variants with their names, the baseline first.
pub(super) fn groups<'a, R: Borrow<ScoredRun>>(runs: &'a [R], options: &Options) -> Result<Vec<Group<'a>>> {
    let mut groups = collect(runs, options);
    name(&mut groups);
    check(&mut groups, options)?;
    Ok(groups)
}

/// The variants, the baseline first. A run goes to the first variant of the same experiment that lacks its seed.
fn collect<'a, R: Borrow<ScoredRun>>(runs: &'a [R], options: &Options) -> Vec<Group<'a>> {
    let mut groups: Vec<(String, Group)> = Vec::new();
    let mut baseline = 0;
    for (index, run) in runs.iter().map(Borrow::borrow).enumerate() {
        let key = key(run, options.subjects);
        let found = groups.iter().position(|(k, g)| *k == key && !g.has_seed(run));
        let place = found.unwrap_or_else(|| {
            groups.push((key, Group { label: String::new(), subjects: Vec::new() }));
            groups.len() - 1
        });
        groups[place].1.add(run);
        if index == options.baseline {
            baseline = place;
        }
    }
    let mut groups: Vec<Group> = groups.into_iter().map(|(_, group)| group).collect();
    if let Some(upto) = groups.get_mut(..=baseline) {
        upto.rotate_right(1);
    }
    groups
}

/// What the runs of one experiment share: all of the configuration but seed, device and the place of the data, the data
/// set itself unless it is a subject, and how the reconstructions were made.
fn key(run: &ScoredRun, subjects: bool) -> String {
    let configuration = run.experiment.clone().map(|mut e| {
        e.seed = 0;
        e.preset.clear();
        e.device = afterimage_config::DeviceConfig { name: String::new(), threads: 0 };
        (e.data.dataset, e.data.exclusions) = (None, None);
        if subjects {
            e.name.clear();
        }
        format!("{e:?}")
    });
    let data =
        if subjects { ("", "", "") } else { (run.manifest.name.as_str(), run.data_set(), run.input("exclusions")) };
    let stages: Vec<&String> = run.manifest.finished.iter().filter(|s| !COMMON_STAGES.contains(&s.as_str())).collect();
    let baseline = run.manifest.baseline.as_ref().map(|baseline| (&baseline.name, &baseline.options));
    format!("{:?}", (configuration.as_ref().unwrap_or(&run.path), data, stages, baseline))
}

/// Names a variant by what the labels of its runs begin with alike; by a run's path where that says nothing or is
/// taken.
fn name(groups: &mut [Group]) {
    let label = |group: &Group| {
        let mut runs = group.runs().map(|r| r.label.as_str());
        let first = runs.next().unwrap_or_default();
        let (mut several, mut common) = (false, first);
        for other in runs {
            several |= other != first;
            let same = common.chars().zip(other.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
            common = &common[..same];
        }
        if !several {
            return common.to_owned();
        }
        let common = common.trim_end_matches(|c: char| c.is_ascii_digit() || "-_. ".contains(c));
        let common = common.strip_suffix("seed").unwrap_or(common);
        common.trim_end_matches(['-', '_', '.', ' ']).to_owned()
    };
    let labels: Vec<String> = groups.iter().map(label).collect();
    for (index, group) in groups.iter_mut().enumerate() {
        let taken = labels.iter().filter(|l| **l == labels[index]).count() > 1;
        let path = group.runs().next().map_or_else(String::new, |r| r.path.clone());
        group.label = if taken || labels[index].is_empty() { path } else { labels[index].clone() };
    }
}

/// Refuses what cannot be compared, and brings the subjects of all variants into the order of the baseline.
fn check(groups: &mut [Group], options: &Options) -> Result<()> {
    let refuse = |reason: String| Err(EvalError::Runs { reason });
    if groups.is_empty() {
        return refuse("there is no run to compare".into());
    }
    if !options.paired {
        return Ok(());
    }
    if groups.len() == 1 {
        let subjects = groups[0].subjects.len();
        return refuse(format!(
            "all runs are the same experiment with other seeds{}: name a run of another experiment too",
            if subjects > 1 { " or subjects" } else { "" }
        ));
    }
    let order: Vec<(String, String)> =
        groups[0].subjects.iter().map(|s| (s.data_set.to_owned(), s.title.clone())).collect();
    for group in groups.iter_mut().filter(|_| options.subjects) {
        let lacking = order.iter().find(|(data_set, _)| group.subjects.iter().all(|s| s.data_set != data_set));
        let more = group.subjects.iter().find(|s| order.iter().all(|(data_set, _)| s.data_set != data_set));
        if let Some((_, title)) = lacking {
            return refuse(format!(
                "{} has no run on \"{title}\", which the baseline has: run it, or leave that subject out",
                group.label
            ));
        }
        if let Some(subject) = more {
            return refuse(format!(
                "{} has a run on \"{}\", which the baseline has not: run it, or leave that subject out",
                group.label, subject.title
            ));
        }
        group.subjects.sort_by_key(|s| order.iter().position(|(data_set, _)| data_set == s.data_set));
    }
    Ok(())
}
