//! Which class a reconstruction shows: the protocols `class` and `representative`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use ndarray::{ArrayView4, Axis};

use afterimage_data::{DataSet, Exclusions, Meaning, Split, UnpairedPool};
use afterimage_eval::classes::{Bank, Selection, Truth};
use afterimage_eval::{
    Context, Features, Representatives, cache::Cache, class_protocol_scores, classification_curve, classified_items,
    images::from_bytes, representative_scores, superclass_score,
};
use afterimage_formats::table::Table;
use afterimage_run::Experiment;
use afterimage_run::classification::{CLASSIFICATION_VERSION, Class, Classification};
use afterimage_run::pictures::Pictures;
use afterimage_run::scores::{NotComputed, ScoreFile};
use afterimage_train::apply::{Classifier, FeatureExtractor};

use super::{Session, evaluate::Taps, pool};
use crate::progress::Bar;

/// Side that the built-in classifier was trained at, pixels.
const CLASSIFIER_SIDE: usize = 227;
/// Images that the classifier gets at a time.
const BATCH: usize = 25;

/// What is classified.
pub(crate) struct Material<'a> {
    pub(crate) data: &'a DataSet,
    /// f32 `[items, 3, side, side]`.
    pub(crate) decoded: ArrayView4<'a, f32>,
    /// u8 `[items, side, side, 3]`.
    pub(crate) shown: ArrayView4<'a, u8>,
    pub(crate) items: &'a [Pictures],
    pub(crate) context: &'a Context,
    pub(crate) cache: Option<&'a Cache>,
}

/// Adds the scores of both protocols and writes `classification.json`.
pub(crate) fn classify(session: &mut Session, of: &Material, file: &mut ScoreFile) -> Result<()> {
    by_classifier(&session.experiment, of, file)?;
    by_representatives(session, of, file)
}

fn by_classifier(experiment: &Experiment, of: &Material, file: &mut ScoreFile) -> Result<()> {
    let config = &experiment.evaluation.classification;
    if config.classifier.is_empty() {
        let reason = "the experiment names no classifier: set evaluation.classification.classifier".into();
        file.not_computed.push(NotComputed { name: "identification.class".into(), reason });
        return Ok(());
    }
    let side = experiment.image.side;
    let network = Classifier::new(&config.classifier, side, CLASSIFIER_SIDE, &experiment.device.name)?;
    let scores = |images: ArrayView4<f32>| -> Result<ndarray::Array2<f32>> {
        let parts = images.axis_chunks_iter(Axis(0), BATCH).map(|block| network.logits(block));
        let parts = parts.collect::<afterimage_train::Result<Vec<_>>>()?;
        Ok(ndarray::concatenate(Axis(0), &parts.iter().map(|part| part.view()).collect::<Vec<_>>())?)
    };
    let name = format!("{} at {CLASSIFIER_SIDE} px, enlarged from {side}", config.classifier);
    let shown = from_bytes(of.shown);
    let (found, missing) =
        class_protocol_scores(scores(of.decoded)?.view(), scores(shown.view())?.view(), &name, &config.ways, of.context)?;
    file.scores.extend(found);
    file.not_computed.extend(missing);
    Ok(())
}

fn by_representatives(session: &mut Session, of: &Material, file: &mut ScoreFile) -> Result<()> {
    let experiment = session.experiment.clone();
    let config = &experiment.evaluation.classification;
    let mut not = |reason: String| {
        file.not_computed.push(NotComputed { name: "identification.representative".into(), reason });
    };
    if config.classes.is_empty() {
        not("the experiment names no classes: set evaluation.classification.classes".into());
        return Ok(());
    }
    let features = match embedding(&experiment) {
        Ok(features) => features,
        // Weights that are not installed are a reason, as for every other metric; all else is a mistake.
        Err(error) if missing_weights(&error) => {
            not(crate::message(&error));
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let mut bank = open_bank(&experiment, &features, of.cache)?;
    let excluded = bank.exclude(of.shown, &features)?;
    record(session, &bank, config.classes.join(", "))?;
    let names = bank.names();
    let shown = bank.distances(&features, from_bytes(of.shown).view())?;
    let reconstructed = bank.distances(&features, of.decoded)?;
    let classes: Vec<Option<String>> = of.items.iter().map(|item| item.class.clone()).collect();
    let truth = Truth::of(&classes, &names);
    let known = classes.iter().any(Option::is_some);
    let mut table = Representatives {
        names: &names,
        reconstructed: reconstructed.view(),
        shown: shown.view(),
        truth: truth.class.clone(),
        pseudo: false,
        metric: format!("1 - Pearson correlation of flattened features: {}", features.name()),
    };
    if !known {
        table = table.with_pseudo_truth();
        not("the classes of the test images are not known: see identification.representative.pseudo".into());
    } else if truth.is_empty() {
        not(format!("no class of the test images is among the {} classes: {}", names.len(), few(truth.unmatched.iter())));
        return Ok(());
    }
    let seen = seen_in(of.data, &experiment, &names)?;
    let (mut scores, missing) = representative_scores(&table, &config.ways, of.context)?;
    let superclasses = superclasses(&config.superclasses, &names)?;
    let confusion = superclass_score(&table, &superclasses, of.context);
    scores.extend(confusion.iter().map(|(score, _)| score.clone()));
    let notes = notes(&bank, &table, &truth, &seen, &excluded);
    scores.iter_mut().for_each(|score| score.notes.extend(notes.iter().cloned()));
    file.scores.extend(scores);
    file.not_computed.extend(missing);
    let classes = bank.classes.iter().zip(seen).zip(superclasses).map(|((class, seen_in), superclass)| Class {
        name: class.name.clone(),
        images: class.images.len(),
        seen_in,
        superclass,
    });
    let found = Classification {
        version: CLASSIFICATION_VERSION,
        protocol: table.protocol().into(),
        metric: table.metric.clone(),
        classes: classes.collect(),
        items: classified_items(&table, of.context)?,
        curve: classification_curve(&table, of.context)?,
        confusion: confusion.map(|(_, confusion)| confusion),
    };
    Ok(found.write(&session.run)?)
}

fn record(session: &mut Session, bank: &Bank, path: String) -> Result<()> {
    let images = bank.classes.iter().map(|class| class.images.len()).sum();
    let lines: Vec<String> = bank
        .classes
        .iter()
        .map(|class| format!("{} {}", class.name, class.images.iter().map(|one| one.sha256.as_str()).collect::<String>()))
        .collect();
    let sha256 = afterimage_formats::digest::sha256_bytes(lines.join("\n").as_bytes());
    session.record("images of classes", &path, sha256, Some(images));
    Ok(())
}

/// The embedding of an experiment's classification.
pub(crate) fn embedding(experiment: &Experiment) -> Result<Taps> {
    let config = &experiment.evaluation.classification;
    let (side, larger) = (experiment.image.side, config.backbone_side);
    let extractor =
        FeatureExtractor::enlarged(&config.backbone, &[config.tap.as_str()], side, larger, &experiment.device.name)?;
    let shown_at = if larger == 0 { side } else { larger };
    Ok(Taps { extractor, name: format!("{} at {}, {side} px enlarged to {shown_at}", config.backbone, config.tap) })
}

fn missing_weights(error: &anyhow::Error) -> bool {
    let of = |cause: &(dyn std::error::Error + 'static)| match cause.downcast_ref::<afterimage_train::TrainError>() {
        Some(afterimage_train::TrainError::Model(error)) => {
            matches!(error, afterimage_model::ModelError::WeightsMissing { .. })
        }
        _ => false,
    };
    error.chain().any(of)
}

/// The classes of an experiment: its bank files, and a bank of its image sources, which the cache keeps.
fn open_bank(experiment: &Experiment, features: &Taps, cache: Option<&Cache>) -> Result<Bank> {
    let config = &experiment.evaluation.classification;
    let paths = config.classes.iter().map(PathBuf::from);
    let (files, sources): (Vec<_>, Vec<_>) = paths.partition(|path| path.extension().is_some_and(|e| e == "safetensors"));
    let mut banks = Vec::new();
    if !sources.is_empty() {
        banks.push(build_bank(&sources, experiment, features, cache)?);
    }
    for path in &files {
        let bank = Bank::read(path)?;
        if Some(&bank.embedding) != features.identity().as_ref() || bank.side != experiment.image.side {
            anyhow::bail!(
                "bank of classes \"{}\" was made with {} at {} px, the experiment asks for {} at {} px: build it again with `afterimage classes build --experiment`",
                path.display(),
                bank.embedding,
                bank.side,
                features.identity().unwrap_or_default(),
                experiment.image.side
            );
        }
        banks.push(bank);
    }
    Ok(Bank::merge(banks)?)
}

/// The bank of image sources, read from the cache where these very images were embedded before.
pub(crate) fn build_bank(
    sources: &[PathBuf],
    experiment: &Experiment,
    features: &Taps,
    cache: Option<&Cache>,
) -> Result<Bank> {
    let pool = UnpairedPool::open(sources, experiment.image.side as u32, &Exclusions::default())?;
    let selection = Selection::of(&pool, experiment.evaluation.classification.images_per_class)?;
    let contents = selection.contents(&pool)?;
    let identity = features.identity().unwrap_or_default();
    let kept = cache.map(|cache| {
        cache.folder().join("banks").join(format!("{}.safetensors", &selection.key(&pool, &contents, &identity)[..32]))
    });
    if let Some(mut bank) = kept.as_deref().filter(|path| path.is_file()).and_then(|path| Bank::read(path).ok()) {
        bank.sources = sources.to_vec();
        return Ok(bank);
    }
    let bar = Bar::new("classes", 0, contents.iter().map(Vec::len).sum::<usize>() as u64);
    let bank = Bank::build(&pool, sources, &selection, &contents, features, |done| bar.set(done as u64))?;
    bar.finish();
    if let Some(problem) = kept.and_then(|path| bank.write(&path).err()) {
        eprintln!("note: {problem}; it will be computed again next time");
    }
    Ok(bank)
}

/// For each class the parts of training that could see it.
fn seen_in(data: &DataSet, experiment: &Experiment, names: &[String]) -> Result<Vec<Vec<String>>> {
    let of_split = |splits: &[Split]| {
        let inside = data.header().stimuli.iter().filter(|info| splits.contains(&info.split));
        meanings(inside.filter_map(|info| info.class.as_deref()))
    };
    let (train, test) = (of_split(&[Split::Train, Split::Validation]), of_split(&[Split::Test]));
    let mut unpaired = meanings(pool::classes(experiment)?.iter().map(String::as_str));
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
fn superclasses(path: &str, names: &[String]) -> Result<Vec<Option<String>>> {
    if path.is_empty() {
        return Ok(vec![None; names.len()]);
    }
    let table = Table::read(Path::new(path)).context("evaluation.classification.superclasses")?;
    let texts = |column: &str| table.column(column).and_then(|place| table.texts(place));
    let known: BTreeMap<String, &str> =
        texts("class")?.into_iter().map(str::to_lowercase).zip(texts("superclass")?).collect();
    let found: Vec<_> = names.iter().map(|name| known.get(&name.to_lowercase()).map(|&s| s.to_owned())).collect();
    if found.iter().all(Option::is_none) {
        anyhow::bail!("\"{path}\" has none of the {} classes, such as \"{}\": does it use other names?", names.len(), names[0]);
    }
    Ok(found)
}

/// What a reader of these numbers must know.
fn notes(bank: &Bank, of: &Representatives, truth: &Truth, seen: &[Vec<String>], excluded: &[String]) -> Vec<String> {
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

fn few<'a>(names: impl ExactSizeIterator<Item = &'a String>) -> String {
    let (all, shown) = (names.len(), names.take(5).cloned().collect::<Vec<_>>().join(", "));
    if all > 5 { format!("{shown} and {} more", all - 5) } else { shown }
}
