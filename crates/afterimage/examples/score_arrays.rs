//! Scores reconstructions that any program made: two arrays in, scores with intervals out.
//!
//! ```text
//! cargo run --release --example score_arrays -- RECONSTRUCTIONS.npy SHOWN.npy
//! ```
//!
//! Both are f32 `[items, 3, height, width]` in 0..1, item by item. Nothing may have been fitted on these items. Without
//! arguments the example scores arrays that it makes itself.

use std::error::Error;
use std::path::Path;

use afterimage::eval::{
    Context, DistanceMatrix, HeldOut, PixelCorrelation, image_scores, no_candidates, pairwise_scores,
};
use afterimage::formats::npy;
use ndarray::{Array4, Ix4};

fn main() -> Result<(), Box<dyn Error>> {
    let files: Vec<String> = std::env::args().skip(1).collect();
    let (reconstructions, shown) = match files.as_slice() {
        [reconstructions, shown] => (read(reconstructions)?, read(shown)?),
        _ => made_up(),
    };
    let names = (0..shown.dim().0).map(|item| format!("item {item}")).collect();
    let context = Context { resamples: 1000, permutations: 1000, ..Context::new(HeldOut::from_names(names), 1) };

    let mut scores = image_scores(reconstructions.view(), shown.view(), &context)?;
    let (views, mut none) = ((reconstructions.view(), shown.view()), no_candidates());
    let matrix = DistanceMatrix::compute(&PixelCorrelation, views.0, views.1, &mut none, &context)?;
    scores.extend(pairwise_scores(&matrix, &context)?);

    for score in &scores {
        let interval = score.interval.as_ref().map(|i| format!(" [{:.3}, {:.3}]", i.low, i.high));
        let chance = score.chance.map(|chance| format!(", chance {chance:.3}"));
        let (interval, chance) = (interval.unwrap_or_default(), chance.unwrap_or_default());
        println!("{}: {:.3}{interval}{chance}, n = {}", score.title, score.value, score.n);
    }
    Ok(())
}

fn read(file: &str) -> Result<Array4<f32>, Box<dyn Error>> {
    Ok(npy::read_f32(Path::new(file))?.into_dimensionality::<Ix4>()?)
}

/// Twelve patterns of stripes, and the same patterns with other stripes over them.
fn made_up() -> (Array4<f32>, Array4<f32>) {
    let stripes = |step: f32| {
        Array4::from_shape_fn((12, 3, 32, 32), move |(item, channel, y, x)| {
            0.5 + 0.5 * ((item * (x + channel) + y) as f32 * step).sin()
        })
    };
    let shown = stripes(0.3);
    (&shown * 0.6 + stripes(1.1) * 0.4, shown)
}
