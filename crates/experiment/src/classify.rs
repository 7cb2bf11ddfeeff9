//! Which class a reconstruction shows: the protocols `class` and `representative`.

pub mod bank;
pub(crate) mod labels;

use crate::error::{Result, in_words};
use ndarray::{ArrayView4, Axis};

use afterimage_config::{Experiment, join_paths};
use afterimage_eval::classes::{Bank, Truth};
use afterimage_eval::{
    Features, Representatives, class_protocol_scores, classification_curve, classified_items, images::from_bytes,
    representative_scores, superclass_score,
};
use afterimage_run::classification::{CLASSIFICATION_VERSION, Class, Classification};
use afterimage_run::manifest::Input;
use afterimage_train::{Observer, apply::Classifier};

use super::evaluate::Material;
use super::evaluate::part::{Part, defined};
use super::weights;
use bank::{embedding, open_bank};
use labels::{few, notes, seen_in, superclasses};

/// Side that the built-in classifier was trained at, pixels.
const CLASSIFIER_SIDE: usize = 227;
/// Images that the classifier gets at a time.
const BATCH: usize = 25;

/// The scores of both protocols, and what `classification.json` keeps.
pub(crate) fn classify(
    of: &Material,
    decoded: ArrayView4<'_, f32>,
    observer: &dyn Observer,
) -> Result<(Part, Option<Classification>)> {
    let mut found = by_classifier(of, decoded)?;
    let (part, classification) = by_representatives(of, decoded, observer)?;
    found.add(part);
    Ok((found, classification))
}

/// The classifier of the experiment, if it names one.
pub(crate) fn classifier(experiment: &Experiment) -> Result<Option<Classifier>> {
    let Some(kind) = experiment.evaluation.classification.classifier else { return Ok(None) };
    Ok(Some(Classifier::new(kind, experiment.image.side, CLASSIFIER_SIDE, &experiment.device.name)?))
}

fn by_classifier(of: &Material, decoded: ArrayView4<'_, f32>) -> Result<Part> {
    let experiment = &of.experiment;
    let config = &experiment.evaluation.classification;
    let side = experiment.image.side;
    let (Some(kind), Some(network)) = (config.classifier, classifier(experiment)?) else {
        let reason = "the experiment names no classifier: set evaluation.classification.classifier";
        return Ok(Part::without("identification.class", reason));
    };
    let scores = |images: ArrayView4<f32>| -> Result<ndarray::Array2<f32>> {
        let parts = images.axis_chunks_iter(Axis(0), BATCH).map(|block| network.logits(block));
        let parts = parts.collect::<afterimage_train::Result<Vec<_>>>()?;
        Ok(ndarray::concatenate(Axis(0), &parts.iter().map(|part| part.view()).collect::<Vec<_>>())?)
    };
    let name = format!("{kind} at {CLASSIFIER_SIDE} px, enlarged from {side}");
    let shown = from_bytes(of.test.item_images().view());
    let (reconstructed, shown) = (scores(decoded)?, scores(shown.view())?);
    let found = class_protocol_scores(reconstructed.view(), shown.view(), &name, &config.ways, &of.context);
    Ok(defined(&["identification.class"], found)?.map_or_else(|undefined| undefined, Part::from))
}

fn by_representatives(
    of: &Material,
    decoded: ArrayView4<'_, f32>,
    observer: &dyn Observer,
) -> Result<(Part, Option<Classification>)> {
    let experiment = &of.experiment;
    let config = &experiment.evaluation.classification;
    let not = |reason: String| (Part::without("identification.representative", reason), None);
    if config.classes.is_empty() {
        return Ok(not("the experiment names no classes: name a folder with a subfolder for each class with `afterimage evaluate RUN --set evaluation.classification.classes=[\"FOLDER\"]`".into()));
    }
    let features = match embedding(experiment) {
        Ok(features) => features,
        // Weights that are not installed or broken are a reason, as for every other metric; all else is a mistake.
        Err(error) if weights::cannot_be_used(&error) => return Ok(not(in_words(&error))),
        Err(error) => return Err(error),
    };
    let mut bank = open_bank(experiment, &features, of.cache.as_ref(), observer)?;
    let pictures = of.test.item_images();
    let excluded = bank.exclude(pictures.view(), &features)?;
    let input = input(&bank, join_paths(&config.classes));
    let names = bank.names();
    let shown = bank.distances(&features, from_bytes(pictures.view()).view())?;
    let reconstructed = bank.distances(&features, decoded)?;
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
    let mut part = Part::default();
    if !known {
        table = table.with_pseudo_truth();
        (part, _) =
            not("the classes of the test images are not known: see identification.representative.pseudo".into());
    }
    part.inputs.push(input);
    if known && truth.is_empty() {
        let unmatched = few(truth.unmatched.iter());
        let (none, _) = not(format!("no class of the test images is among the {} classes: {unmatched}", names.len()));
        part.add(none);
        return Ok((part, None));
    }
    let seen = seen_in(of.trained_on(), experiment, &names)?;
    let found = representative_scores(&table, &config.ways, &of.context);
    let name = ["identification.representative"];
    let (mut scores, missing) = match defined(&name, found)? {
        Ok(found) => found,
        Err(undefined) => {
            part.add(undefined);
            return Ok((part, None));
        }
    };
    let superclasses = superclasses(config.superclasses.as_deref(), &names)?;
    let confusion = superclass_score(&table, &superclasses, &of.context);
    scores.extend(confusion.iter().map(|(score, _)| score.clone()));
    let notes = notes(&bank, &table, &truth, &seen, &excluded);
    scores.iter_mut().for_each(|score| score.notes.extend(notes.iter().cloned()));
    part.add((scores, missing).into());
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
        items: classified_items(&table, &of.context)?,
        curve: classification_curve(&table, &of.context)?,
        confusion: confusion.map(|(_, confusion)| confusion),
    };
    Ok((part, Some(found)))
}

/// The images of the classes as an input of the run.
fn input(bank: &Bank, path: String) -> Input {
    let images = bank.classes.iter().map(|class| class.images.len()).sum();
    let lines: Vec<String> = bank
        .classes
        .iter()
        .map(|class| {
            format!("{} {}", class.name, class.images.iter().map(|one| one.sha256.as_str()).collect::<String>())
        })
        .collect();
    let sha256 = afterimage_formats::digest::sha256_bytes(lines.join("\n").as_bytes());
    Input { role: "images of classes".into(), path, sha256, count: Some(images) }
}
