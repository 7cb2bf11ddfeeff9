//! What is known of classes beside their images: where training met them, their superclasses, and what a reader must know.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::{Context as _, Result};

use afterimage_data::{DataSet, Meaning, Split};
use afterimage_eval::Representatives;
use afterimage_eval::classes::{Bank, Truth};
use afterimage_formats::table::Table;
use afterimage_run::Experiment;

use crate::pool;

/// For each class the parts of training that could see it.
pub(super) fn seen_in(data: &DataSet, experiment: &Experiment, names: &[String]) -> Result<Vec<Vec<String>>> {
    let of_split = |splits: &[Split]| {
        let inside = data.header().stimuli.iter().filter(|info| splits.contains(&info.split));
        meanings(inside.filter_map(|info| info.class.as_deref()))
    };
    let (train, test) = (of_split(&[Split::Train, Split::Validation]), of_split(&[Split::Test]));
    let in_pool = pool::classes(experiment)?;
    let mut unpaired = meanings(in_pool.iter().map(String::as_str));
    if experiment.data.exclude_test_classes {
        unpaired.retain(|_, meaning| !test.values().any(|one| one.is_same(meaning)));
    }
    let parts = [("training", train), ("unpaired", unpaired)];
    let of_class = |name: &String| {
        let meaning = Meaning::of(name);
        let saw = parts.iter().filter(|(_, seen)| seen.values().any(|one| one.is_same(&meaning)));
        saw.map(|(part, _)| (*part).to_owned()).collect()
    };
    Ok(names.iter().map(of_class).collect())
}

fn meanings<'a>(names: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, Meaning> {
    names.map(|name| (name, Meaning::of(name))).collect()
}

/// The superclass of each class by a user's table.
pub(crate) fn superclasses(path: &str, names: &[String]) -> Result<Vec<Option<String>>> {
    if path.is_empty() {
        return Ok(vec![None; names.len()]);
    }
    let table = Table::read(Path::new(path)).context("evaluation.classification.superclasses")?;
    let texts = |column: &str| table.column(column).and_then(|place| table.texts(place));
    let known: BTreeMap<String, &str> =
        texts("class")?.into_iter().map(str::to_lowercase).zip(texts("superclass")?).collect();
    let found: Vec<_> = names.iter().map(|name| known.get(&name.to_lowercase()).map(|&s| s.to_owned())).collect();
    if found.iter().all(Option::is_none) {
        crate::error::bail!(
            "\"{path}\" has none of the {} classes, such as \"{}\": does it use other names?",
            names.len(),
            names[0]
        );
    }
    Ok(found)
}

/// What a reader of these numbers must know.
pub(super) fn notes(
    bank: &Bank,
    of: &Representatives,
    truth: &Truth,
    seen: &[Vec<String>],
    excluded: &[String],
) -> Vec<String> {
    let mut counts: Vec<usize> = bank.classes.iter().map(|class| class.images.len()).collect();
    counts.sort_unstable();
    let (least, middle, most) = (counts[0], counts[counts.len() / 2], counts[counts.len() - 1]);
    let mut notes = vec![format!("a representative is the mean over {least} to {most} images (median {middle})")];
    notes.push(match excluded.len() {
        0 => "no shown image is among the images of the classes".to_owned(),
        n => format!("{n} images of the classes duplicate a shown image and were taken out: {}", few(excluded.iter())),
    });
    let mut own: Vec<usize> = of.truth.iter().flatten().copied().collect();
    own.sort_unstable();
    own.dedup();
    let which = if of.pseudo { "pseudo-true classes" } else { "classes of the test images" };
    let met = own.iter().filter(|&&class| !seen[class].is_empty()).count();
    notes.push(format!("{met} of the {} {which} are known to occur in training or unpaired images", own.len()));
    if !of.pseudo && !truth.unmatched.is_empty() {
        notes.push(format!("test classes that are not among the classes: {}", few(truth.unmatched.iter())));
    }
    notes
}

pub(super) fn few<'a>(names: impl ExactSizeIterator<Item = &'a String>) -> String {
    let (all, shown) = (names.len(), names.take(5).cloned().collect::<Vec<_>>().join(", "));
    if all > 5 { format!("{shown} and {} more", all - 5) } else { shown }
}
