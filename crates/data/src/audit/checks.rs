//! The single checks.

use std::collections::BTreeSet;

use afterimage_formats::picture;
use afterimage_statistics::counted;
use ndarray::{Array3, Axis};

use super::hash::{self, Hashed, Likeness};
use super::{Check, NORMALISATION, Verdict};
use crate::exclusions::Exclusions;
use crate::header::{FittedOn, Split, Step, TrialInfo};
use crate::nouns::Meaning;
use crate::overview::{FEW_STIMULI, Reliable};
use crate::pool::UnpairedPool;
use crate::store::DataSet;
use crate::{Result, SPLIT_HALF_DRAWS};

pub(super) fn check(name: impl Into<String>, verdict: Verdict, detail: impl Into<String>, items: Vec<String>) -> Check {
    Check { name: name.into(), verdict, detail: detail.into(), items }
}

/// Name of the check on test classes among those of the training part.
pub(super) const CLASSES_IN_TRAINING: &str = "test classes in training";

/// Name of the check on images that two parts share.
pub(super) fn same_image(a: &str, b: &str) -> String {
    format!("same image in {a} and {b}")
}

/// Pairs of images by their places.
pub(super) type Pairs = BTreeSet<[usize; 2]>;

/// The same photograph in two parts of a data set; with the pairs of their rows.
pub(super) fn stimuli(data: &DataSet, a: (&str, &[Hashed]), b: (&str, &[Hashed])) -> Result<(Check, Pairs)> {
    let name = same_image(a.0, b.0);
    if a.1.is_empty() || b.1.is_empty() {
        let empty = if a.1.is_empty() { a.0 } else { b.0 };
        let none = check(name, Verdict::NotApplicable, format!("the {empty} part has no images"), Vec::new());
        return Ok((none, Pairs::new()));
    }
    let (items, found) = duplicates(a.1, b.1, |row| stimulus(data, row), |row| stimulus(data, row))?;
    let detail = format!(
        "{} of {} x {} pairs are duplicates: alike in all but brightness, size and compression",
        items.len(),
        a.1.len(),
        b.1.len()
    );
    Ok((check(name, fail_if_any(&items), detail, items), found))
}

/// The same photograph among test and unpaired images; with the pairs of their places.
pub(super) fn unpaired(
    data: &DataSet,
    test: &[Hashed],
    pool: Option<&UnpairedPool>,
    limit: usize,
    visit: hash::Visit<'_>,
) -> Result<(Check, Pairs)> {
    let name = "same image in test and unpaired";
    let Some(pool) = pool.filter(|_| limit > 0 && !test.is_empty()) else {
        return Ok((check(name, Verdict::NotApplicable, "no unpaired images were given", Vec::new()), Pairs::new()));
    };
    let others = hash::of_pool(pool, limit, visit)?;
    let side = data.header().size;
    let other = |place: usize| {
        let image = pool.read(&[place])?;
        let image = picture::crop_resize(image.index_axis(Axis(0), 0), side, data.path())?;
        Ok((pool.names()[place].as_str(), image))
    };
    let (items, found) = duplicates(test, &others, |row| stimulus(data, row), other)?;
    let (n, all) = (others.len(), pool.len());
    let mut detail =
        format!("{} test images against {n} of {all} unpaired ones: {} duplicates", test.len(), items.len());
    if n < all {
        detail += "; the rest was not looked at";
    }
    Ok((check(name, fail_if_any(&items), detail, items), found))
}

/// A stimulus by its name, `[height, width, 3]`.
pub(super) fn stimulus(data: &DataSet, row: usize) -> Result<(&str, Array3<u8>)> {
    let image = data.images(&[row as u32])?.index_axis_move(Axis(0), 0);
    Ok((data.header().stimuli[row].name.as_str(), image))
}

/// The pairs of a first and a second image that are one photograph: in words, and by their indices. The images, of one size, and
/// their names are read by index, of those only whose hashes are close.
pub(super) fn duplicates<'n>(
    a: &[Hashed],
    b: &[Hashed],
    first: impl Fn(usize) -> Result<(&'n str, Array3<u8>)>,
    second: impl Fn(usize) -> Result<(&'n str, Array3<u8>)>,
) -> Result<(Vec<String>, Pairs)> {
    let (mut items, mut found) = (Vec::new(), Pairs::new());
    for (x, y) in propose(a, b) {
        let ((name, image), (other_name, other)) = (first(x.index)?, second(y.index)?);
        if let Some(likeness) = hash::compare(image.view(), other.view())? {
            items.push(describe([name, other_name], likeness));
            found.insert([x.index, y.index]);
        }
    }
    Ok((items, found))
}

fn propose<'a>(a: &'a [Hashed], b: &'a [Hashed]) -> impl Iterator<Item = (&'a Hashed, &'a Hashed)> {
    a.iter().flat_map(move |first| b.iter().map(move |second| (first, second))).filter(|(x, y)| x.is_close(y))
}

pub(super) fn fail_if_any(items: &[String]) -> Verdict {
    if items.is_empty() { Verdict::Pass } else { Verdict::Fail }
}

fn describe(names: [&str; 2], likeness: Likeness) -> String {
    let how = match likeness {
        Likeness::Identical => "identical pixels".to_owned(),
        Likeness::Near { correlation, mirrored: false } => format!("r = {correlation:.3}"),
        Likeness::Near { correlation, mirrored: true } => format!("mirrored, r = {correlation:.3}"),
    };
    format!("{} = {} ({how})", names[0], names[1])
}

fn classes(data: &DataSet, split: Split) -> BTreeSet<String> {
    let inside = data.header().stimuli.iter().filter(|info| info.split == split);
    inside.filter_map(|info| info.class.as_deref().map(str::to_lowercase)).collect()
}

/// Classes that are both shown in the test and trained on.
pub(super) fn classes_in_training(data: &DataSet) -> Check {
    let train = classes(data, Split::Train);
    overlap(CLASSES_IN_TRAINING, &classes(data, Split::Test), &train, "training").0
}

/// Classes that are both shown in the test and, in another data set, trained on.
pub(super) fn classes_in_trained(data: &DataSet, trained: &DataSet) -> Check {
    let train = classes(trained, Split::Train);
    overlap("test classes in the run's training", &classes(data, Split::Test), &train, "training").0
}

/// Classes that are both shown in the test and among the unpaired images.
pub(super) fn classes_in_pool(data: &DataSet, pool: Option<&UnpairedPool>) -> (Check, Exclusions) {
    let name = "test classes in unpaired";
    let Some(pool) = pool else {
        let none = check(name, Verdict::NotApplicable, "no unpaired images were given", Vec::new());
        return (none, Exclusions::default());
    };
    let unpaired = (0..pool.len()).filter_map(|index| pool.class(index).map(str::to_lowercase)).collect();
    let (check, shared) = overlap(name, &classes(data, Split::Test), &unpaired, "unpaired");
    (check, Exclusions { classes: shared, ..Exclusions::default() })
}

/// Test classes that are among others under the same or, by WordNet, another name; with the others' names.
fn overlap(name: &str, test: &BTreeSet<String>, other: &BTreeSet<String>, what: &str) -> (Check, BTreeSet<String>) {
    let impossible = |detail: String| (check(name, Verdict::NotApplicable, detail, Vec::new()), BTreeSet::new());
    let numbers = |classes: &BTreeSet<String>| classes.iter().all(|class| class.parse::<u32>().is_ok());
    match (test.is_empty(), other.is_empty()) {
        (true, _) => return impossible("the classes of the test images are not known: give images.labels".into()),
        (_, true) => return impossible(format!("the classes of the {what} images are not known")),
        _ if numbers(test) != numbers(other) => {
            return impossible(format!("test and {what} classes cannot be compared: one are numbers, the other names"));
        }
        _ => {}
    }
    let meanings: Vec<(&String, Meaning)> = other.iter().map(|class| (class, Meaning::of(class))).collect();
    let (mut items, mut shared, mut found) = (Vec::new(), BTreeSet::new(), 0);
    for class in test {
        let meaning = Meaning::of(class);
        let same: Vec<&String> =
            meanings.iter().filter(|(_, other)| meaning.is_same(other)).map(|(name, _)| *name).collect();
        found += usize::from(!same.is_empty());
        items.extend(
            same.iter().map(|other| if *other == class { class.clone() } else { format!("{class} = {other}") }),
        );
        shared.extend(same.into_iter().cloned());
    }
    let detail = format!("{found} of {} test classes are among the {} {what} classes", test.len(), other.len());
    let verdict = if shared.is_empty() { Verdict::Pass } else { Verdict::Warn };
    (check(name, verdict, detail, items), shared)
}

/// What was averaged.
pub(super) fn repeats(data: &DataSet) -> Check {
    let header = data.header();
    let inside = |split: Split| {
        let of = move |trial: &&TrialInfo| header.stimuli[trial.stimulus as usize].split == split;
        let mut counts = vec![0_u32; header.stimuli.len()];
        header.trials.iter().filter(of).for_each(|trial| counts[trial.stimulus as usize] += u32::from(trial.averaged));
        counts.retain(|&count| count > 0);
        range(&counts)
    };
    let before: Vec<u32> = header.trials.iter().map(|trial| u32::from(trial.averaged)).collect();
    let detail = format!(
        "averaged over repeats, a test response has {} of them and a training response {}; each stored row already averages {}",
        inside(Split::Test),
        inside(Split::Train),
        range(&before)
    );
    check("repeats averaged", Verdict::Pass, detail, Vec::new())
}

/// Whether responses to repeats of one image agree: they do not if trials and images are out of step.
pub(super) fn agreement(data: &DataSet) -> Result<Check> {
    let name = "repeats agree";
    let unit = data.header().provenance.unit();
    let reliable = Reliable::of_test(data, SPLIT_HALF_DRAWS)?;
    let found = reliable.as_ref().and_then(|reliable| Some((reliable.describe(unit)?, reliable.warning(unit))));
    Ok(match found {
        None => {
            let detail = format!("fewer than {FEW_STIMULI} test stimuli have repeats, or the responses do not vary");
            check(name, Verdict::NotApplicable, detail, Vec::new())
        }
        Some((said, None)) => check(name, Verdict::Pass, said, Vec::new()),
        Some((_, Some(warning))) => check(name, Verdict::Warn, warning, Vec::new()),
    })
}

fn range(counts: &[u32]) -> String {
    match (counts.iter().min(), counts.iter().max()) {
        (Some(least), Some(most)) if least == most => least.to_string(),
        (Some(least), Some(most)) => format!("{least} to {most}"),
        _ => "none".into(),
    }
}

/// What normalisation saw.
pub(super) fn normalisation(data: &DataSet) -> Check {
    let steps = &data.header().provenance.steps;
    let seen = |scope: FittedOn| steps.iter().filter(|step| step.fitted_on == scope).count();
    let (leaks, own, unknown) = (seen(FittedOn::Everything), seen(FittedOn::OwnRun), seen(FittedOn::Unknown));
    let mut found = Vec::new();
    if leaks > 0 {
        found.push(format!("{} fitted on all trials, those of the test included", were(leaks)));
    }
    if own > 0 {
        found.push(format!(
            "{} fitted on each run or session by itself, so that responses of the test were standardised by test trials",
            were(own)
        ));
    }
    if unknown > 0 {
        found.push(format!(
            "of {} before it, the source does not say what they were fitted on",
            counted(unknown, "step")
        ));
    }
    let verdict = match (leaks, own + unknown) {
        (0, 0) => Verdict::Pass,
        (0, _) => Verdict::Warn,
        _ => Verdict::Fail,
    };
    let finding = if found.is_empty() { "no step before it saw test trials".to_owned() } else { found.join("; ") };
    let detail = format!("training fits z-scores and voxel selection on the training part only; {finding}");
    check(NORMALISATION, verdict, detail, steps.iter().map(Step::to_string).collect())
}

fn were(steps: usize) -> String {
    format!("{} before it {}", counted(steps, "step"), if steps == 1 { "was" } else { "were" })
}
