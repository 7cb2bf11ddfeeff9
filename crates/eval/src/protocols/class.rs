//! `class`: the classes of a classifier, with its best class on the shown image as the truth.

use afterimage_run::scores::{NotComputed, Score};
use ndarray::ArrayView2;

use super::among::{ClassRanks, ClassWords, class_scores, refuse_alike};
use crate::error::{finite_rows, shape};
use crate::{Context, Result};

/// The class a classifier gives to each shown image, and how sure it is.
fn best(scores: ArrayView2<f32>) -> Vec<(usize, f64)> {
    let of = |row: ndarray::ArrayView1<f32>| {
        // Of equal scores the first counts.
        let first =
            |best: (usize, f32), (class, &score): (usize, &f32)| if score > best.1 { (class, score) } else { best };
        let (class, top) = row.iter().enumerate().fold((0, f32::NEG_INFINITY), first);
        let sum: f64 = row.iter().map(|&score| f64::from(score - top).exp()).sum();
        (class, 1.0 / sum)
    };
    scores.outer_iter().map(of).collect()
}

/// n-way classification of reconstructions by a classifier, for each of `ways` and all its classes, top-5, mean and
/// median rank.
///
/// `reconstructed` and `shown` are the classifier's scores before the softmax, `[items, classes]`; `classifier` says
/// which it is. The truth of an item is the class with the largest score on its shown image. A trial draws n-1 of the
/// other classes; it is a hit where the true class has the largest score on the reconstruction. Names:
/// `identification.class.50way`.
///
/// # Errors
/// [`crate::EvalError::Shape`] if arrays do not fit; [`crate::EvalError::NotFinite`] for a NaN;
/// [`crate::EvalError::Undefined`] if the classifier answers all shown images alike.
///
/// Source: n-way top-k classification as in Chen et al., CVPR 2023 (MinD-Vis), there with 1000 random draws.
pub fn class_protocol_scores(
    reconstructed: ArrayView2<f32>,
    shown: ArrayView2<f32>,
    classifier: &str,
    ways: &[usize],
    ctx: &Context,
) -> Result<(Vec<Score>, Vec<NotComputed>)> {
    if shown.dim() != reconstructed.dim() || shown.nrows() != ctx.len() {
        return Err(shape("class scores of the shown images", shown.shape(), format!("{:?}", reconstructed.shape())));
    }
    finite_rows("class scores of the shown images", &shown)?;
    finite_rows("class scores of the reconstructions", &reconstructed)?;
    refuse_alike(shown.mapv(f64::from).view(), "classes of a classifier")?;
    let best = best(shown);
    let truth: Vec<Option<usize>> = best.iter().map(|&(class, _)| Some(class)).collect();
    let ranks = ClassRanks::new(reconstructed.mapv(|score| -f64::from(score)).view(), &truth, ctx)?;
    let words = ClassWords {
        protocol: "class",
        prefix: "identification.class",
        title: "classes of a classifier",
        metric: &format!("class scores before the softmax: {classifier}"),
        rule: "the true class has the largest score on the reconstruction",
        truth: "The truth is the classifier's best class on the shown image, right or wrong.",
    };
    let (mut scores, missing) = class_scores(&ranks, ways, &words, ctx)?;
    let mut distinct: Vec<usize> = best.iter().map(|&(class, _)| class).collect();
    distinct.sort_unstable();
    distinct.dedup();
    let sure = best.iter().map(|&(_, probability)| probability).sum::<f64>() / best.len() as f64;
    let note = format!(
        "on the {} shown images the classifier's best classes are {} different ones, with a mean probability of {sure:.2}",
        best.len(),
        distinct.len()
    );
    scores.iter_mut().for_each(|score| score.notes.push(note.clone()));
    Ok((scores, missing))
}
