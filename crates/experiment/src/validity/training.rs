//! Checks against the training images: memorising, an easy test set, and look-up among candidates.

use std::ops::Range;

use afterimage_data::TrainingPairs;
use afterimage_eval::cache::Digest;
use afterimage_eval::validity::{Near, Neighbours};
use afterimage_eval::{BoxError, Candidates, Distance, DistanceMatrix, Shown, external_scores, images};
use afterimage_formats::digest::sha256_bytes;
use afterimage_run::scores::Score;
use afterimage_run::validity::{Check, Condition, Item, Kind, Neighbour, PREFIX, Validity};
use afterimage_statistics::draws::{Purpose, shuffle, stream};
use ndarray::{Array4, ArrayView4, Axis, s};

use super::{sentence, without};
use crate::Session;
use crate::error::Result;
use crate::evaluate::{Material, Part};
use crate::external::digest;
use crate::reconstruct::write_picture;

/// Training images whose distance to the others shows how near training images lie to each other.
const SAMPLE: usize = 200;

/// The images of the training part as candidates, whose vectors are kept in the cache.
struct TrainingImages<'a> {
    images: ArrayView4<'a, u8>,
    names: Vec<String>,
    digests: Vec<Digest>,
}

impl<'a> TrainingImages<'a> {
    fn of(training: &'a TrainingPairs) -> Self {
        let images = training.images();
        let mut names = vec![String::new(); images.len_of(Axis(0))];
        training.image_of().iter().zip(training.names()).for_each(|(&row, name)| names[row].clone_from(name));
        let of = |image: ndarray::ArrayView3<'_, u8>| {
            let content = sha256_bytes(&image.iter().copied().collect::<Vec<u8>>());
            digest(&format!("pixels {content}"), images.dim().1)
        };
        Self { images, names, digests: images.outer_iter().map(of).collect() }
    }
}

impl Candidates for TrainingImages<'_> {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn read(&mut self, rows: Range<usize>) -> Result<Array4<f32>, BoxError> {
        Ok(images::from_bytes(self.images.slice(s![rows, .., .., ..])))
    }

    fn digest(&self, row: usize) -> Option<Digest> {
        self.digests.get(row).copied()
    }
}

/// Makes the checks, and writes the pictures.
pub(super) fn check(
    session: &Session,
    of: &Material,
    training: &TrainingPairs,
    (decoded, shown): (&Array4<f32>, &Shown),
    (distance, outside, ways): (&dyn Distance, &mut dyn Candidates, &[usize]),
    found: &mut Validity,
) -> Result<()> {
    let mut candidates = TrainingImages::of(training);
    let total = candidates.names.len();
    if total < 2 {
        found.not_computed.push(without("nearest-training", "there are fewer than two training images"));
        return Ok(());
    }
    let mut sample: Vec<usize> = (0..total).collect();
    if total > SAMPLE {
        shuffle(&mut stream(of.context.seed, Purpose::Sample, 1), &mut sample);
        sample.truncate(SAMPLE);
        sample.sort_unstable();
    }
    let of_sample = images::from_bytes(training.images().select(Axis(0), &sample).view());
    let cache = of.cache.as_ref();
    let with = (distance, &mut candidates as &mut dyn Candidates, cache);
    let near = Neighbours::compute(decoded.view(), shown, (&sample, of_sample.view()), with, &of.context)?;
    nearest(of, &near, found)?;
    similarity(of, &near, found);
    let outside = if outside.names().is_empty() {
        None
    } else {
        Some(DistanceMatrix::compute_cached(distance, decoded.view(), shown, outside, cache, &of.context)?)
    };
    among(of, &near, outside.as_ref(), ways, found)?;
    found.items = items(session, of, training, &candidates.names, &near)?;
    Ok(())
}

/// A check with one condition for each name.
fn add(found: &mut Validity, kind: Kind, definition: &str, conditions: Vec<Condition>) {
    let sentence = sentence::of_training(kind, &conditions, found.training_images);
    found.checks.push(Check { kind, definition: definition.into(), conditions, sentence });
}

fn condition(name: &str, title: &str, scores: Vec<Score>) -> Condition {
    Condition { name: name.into(), title: title.into(), components: None, scores }
}

fn nearest(of: &Material, near: &Neighbours, found: &mut Validity) -> Result<()> {
    let part = Part::of(&["nearest-training"], near.nearest_scores(&of.context))?;
    found.not_computed.extend(part.not_computed);
    if !part.scores.is_empty() {
        let definition = "Perceptual distances of each reconstruction to the shown image and to every training image. Among many \
             training images some resemble any reconstruction that is not sharp: baselines show what is ordinary, and a relative distance \
             near 0 is a copy.";
        add(
            found,
            Kind::NearestTraining,
            definition,
            vec![condition("reconstructions", "reconstructions", part.scores)],
        );
    }
    Ok(())
}

fn similarity(of: &Material, near: &Neighbours, found: &mut Validity) {
    let scores = near.similarity_scores(&of.context);
    let definition = "Perceptual distance of each test image to its nearest training image, against that of training images to their \
         nearest other; and the run's score as a function of it.";
    add(found, Kind::Similarity, definition, vec![condition("test", "test images", scores)]);
}

fn among(
    of: &Material,
    near: &Neighbours,
    outside: Option<&DistanceMatrix>,
    ways: &[usize],
    found: &mut Validity,
) -> Result<()> {
    let total = near.matrix().candidate_names().len();
    let mut possible: Vec<usize> =
        if outside.is_some() { ways.to_vec() } else { of.experiment.evaluation.ways.clone() };
    possible.retain(|&ways| ways <= total + 1);
    if possible.is_empty() {
        found
            .not_computed
            .push(without("candidates", &format!("{total} training images are too few for evaluation.ways")));
        return Ok(());
    }
    let mut conditions = Vec::new();
    let mut push = |name: &str, title: &str, scores: Vec<Score>| {
        let named = |mut score: Score| {
            score.name = format!("{PREFIX}candidates.{name}.{}", score.name);
            score
        };
        conditions.push(condition(name, title, scores.into_iter().map(named).collect()));
    };
    match outside {
        Some(outside) => {
            let part = Part::of(&["candidates.outside"], external_scores(outside, &possible, &of.context))?;
            found.not_computed.extend(part.not_computed);
            push("outside", "external images", part.scores);
        }
        None => found
            .not_computed
            .push(without("candidates.outside", "the experiment names no external images: set data.external")),
    }
    match near.candidate_scores(outside, &possible, &of.context) {
        Ok(scored) => scored.into_iter().for_each(|(name, scores)| {
            push(name, if name == "both" { "external and training images" } else { "training images" }, scores);
        }),
        Err(error) if error.is_undefined() => found.not_computed.push(without("candidates", &error.to_string())),
        Err(error) => return Err(error.into()),
    }
    let definition = "n-way identification of the shown image with the wrong candidates from the external images, from the training \
         images, and from both. A decoder that looks up training images is right among external candidates and wrong among training \
         images.";
    add(found, Kind::Candidates, definition, conditions);
    Ok(())
}

/// The items with their neighbours; the training image nearest to each reconstruction becomes a picture.
fn items(
    session: &Session,
    of: &Material,
    training: &TrainingPairs,
    names: &[String],
    near: &Neighbours,
) -> Result<Vec<Item>> {
    let run = &session.run;
    let of_shown = near.of_shown();
    let to_shown = near.matrix().shown().diag().to_vec();
    let neighbour = |near: &Near| Neighbour { name: names[near.row].clone(), distance: near.distance, picture: None };
    let mut found = Vec::new();
    for (row, near) in near.of_decoded().iter().enumerate() {
        let path = run.nearest_dir().join(format!("{row:04}.png"));
        write_picture(run, &path, training.images().index_axis(Axis(0), near.row))?;
        let nearest = Neighbour { picture: Some(run.relative(&path)), ..neighbour(near) };
        found.push(Item {
            name: of.test.names()[row].clone(),
            to_shown: to_shown[row],
            nearest,
            nearest_to_shown: neighbour(&of_shown[row]),
        });
    }
    Ok(found)
}
