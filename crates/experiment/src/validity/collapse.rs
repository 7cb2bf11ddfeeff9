//! Output dimension collapse: in how many directions reconstructions vary.

use afterimage_eval::diversity_scores;
use afterimage_eval::validity::{feature_rank, named};
use afterimage_formats::picture;
use afterimage_run::validity::{Check, Condition, Kind, Validity};
use ndarray::{Array4, Axis, stack};

use super::{sentence, without};
use crate::embedder::Embedder;
use crate::error::Result;
use crate::evaluate::{Material, Part};

const DEFINITION: &str = "Effective rank, (sum of the eigenvalues of the covariance)^2 / sum of their squares, of the reconstructions \
     divided by that of the shown images: over the RGB values, and over features of the built-in network. A mapping cannot leave the \
     span of the images it was trained on.";

/// Makes the check.
pub(super) fn check(of: &Material, decoded: &Array4<f32>, found: &mut Validity) -> Result<()> {
    let shown = of.test.item_images();
    let pixels = diversity_scores(decoded.view(), &afterimage_eval::Shown::of(&of.test), &of.context);
    let mut part = Part::of(&["collapse.pixels"], pixels)?;
    part.scores.retain(|score| score.name == "diversity.rank");
    let bytes: Vec<_> = decoded.outer_iter().map(picture::bytes).collect();
    let bytes = stack(Axis(0), &bytes.iter().map(|image| image.view()).collect::<Vec<_>>())?;
    let embedder = Embedder::new(shown.dim().1)?;
    let (ours, theirs) = (embedder.embed(bytes.view()), embedder.embed(shown.view()));
    let rank = feature_rank(ours.view(), theirs.view(), Embedder::NAME, &of.context).map(|score| vec![score]);
    part.add(Part::of(&["collapse.features"], rank)?);
    found.not_computed.extend(part.not_computed);
    found.not_computed.push(without(
        "collapse.training_images",
        "the rank by the number of training images needs training again: `afterimage ablate`",
    ));
    if part.scores.is_empty() {
        return Ok(());
    }
    let title = "reconstructions";
    let scores = named(part.scores, Kind::Collapse, "reconstructions", title);
    let conditions = vec![Condition { name: title.into(), title: title.into(), components: None, scores }];
    let sentence = sentence::of_collapse(&conditions);
    found.checks.push(Check { kind: Kind::Collapse, definition: DEFINITION.into(), conditions, sentence });
    Ok(())
}
