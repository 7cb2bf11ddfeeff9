//! A distance of one's own: how far apart two images are in mean colour. Every identification protocol works with it, with
//! intervals, tests and chance levels.
//!
//! ```text
//! cargo run --release --example custom_metric
//! ```

use std::error::Error;

use afterimage::eval::{
    Context, Distance, DistanceMatrix, HeldOut, InMemory, Result, external_scores, pairwise_scores,
};
use ndarray::{Array2, Array4, ArrayView4, Axis};

/// Squared distance of the mean red, green and blue.
struct MeanColour;

impl Distance for MeanColour {
    fn key(&self) -> String {
        "mean_colour".into()
    }

    fn metric(&self) -> String {
        "squared distance of the mean colour".into()
    }

    /// `None`: the distance is the squared length of the difference of two vectors.
    fn offset(&self) -> Option<f64> {
        None
    }

    /// `[images, 3]` for images `[images, 3, height, width]` in 0..1.
    fn embed(&self, images: ArrayView4<'_, f32>) -> Result<Array2<f32>> {
        let (_, _, height, width) = images.dim();
        Ok(images.sum_axis(Axis(3)).sum_axis(Axis(2)) / (height * width) as f32)
    }
}

fn main() -> std::result::Result<(), Box<dyn Error>> {
    // A reconstruction has the colours of its shown image, somewhat paler; candidates have other colours.
    let shown = coloured(10, 0.0);
    let (reconstructions, candidates) = (shown.mapv(|value| 0.8 * value + 0.1), coloured(30, 0.4));
    let names = |count: usize, kind: &str| (0..count).map(|item| format!("{kind} {item}")).collect::<Vec<_>>();
    let held_out = HeldOut::from_names(names(10, "item"));
    let context = Context { resamples: 1000, permutations: 1000, ..Context::new(held_out, 1) };

    let mut candidates = InMemory { names: names(30, "candidate"), images: candidates };
    let (made, shown) = (reconstructions.view(), shown.view());
    let matrix = DistanceMatrix::compute(&MeanColour, made, shown, &mut candidates, &context)?;
    let mut scores = pairwise_scores(&matrix, &context)?;
    scores.extend(external_scores(&matrix, &[2, 10], &context)?);
    for score in &scores {
        println!("{}: {:.3} (chance {:.3})", score.name, score.value, score.chance.unwrap_or(f64::NAN));
    }
    Ok(())
}

/// Images `[count, 3, 8, 8]`, each of one colour.
fn coloured(count: usize, phase: f32) -> Array4<f32> {
    Array4::from_shape_fn((count, 3, 8, 8), |(item, channel, ..)| {
        0.5 + 0.5 * ((item * (channel + 2)) as f32 * 1.7 + phase).sin()
    })
}
