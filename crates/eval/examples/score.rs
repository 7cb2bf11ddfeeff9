//! Scores of imagined reconstructions and an imagined encoder, with the time each family takes.
//!
//! `cargo run --release -p afterimage-eval --example score`

#[path = "../tests/support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::time::Instant;

use afterimage_eval::{
    Context, DistanceMatrix, InMemory, PixelCorrelation, diversity, encoder_scores, encoding_matrix, encoding_scores,
    external_scores, image_scores, pairwise_scores,
};
use afterimage_run::scores::Score;
use afterimage_statistics::draws::{SOLE, Stream, stream, symmetric};
use ndarray::{Array2, Array4};

const ITEMS: usize = 100;
const CANDIDATES: usize = 2000;
const VOXELS: usize = 1000;
const SIDE: usize = 64;

fn main() -> Result<(), afterimage_eval::EvalError> {
    let mut rng = stream(1, SOLE, 0);
    let mut images = |n: usize| Array4::from_shape_simple_fn((n, 3, SIDE, SIDE), || uniform(&mut rng));
    let shown = images(ITEMS);
    let reconstructions = &shown * 0.1 + &images(ITEMS) * 0.9;
    let mut pool = InMemory { names: (0..CANDIDATES).map(|i| i.to_string()).collect(), images: images(CANDIDATES) };
    let signal = Array2::from_shape_simple_fn((ITEMS, VOXELS), || uniform(&mut rng));
    let measured = &signal + &Array2::from_shape_simple_fn((ITEMS, VOXELS), || uniform(&mut rng));
    let regions = BTreeMap::from([("V1".to_string(), (0..VOXELS).map(|v| v < 200).collect())]);
    let ctx = Context::new(support::held_out(ITEMS), 7);

    let start = Instant::now();
    let matrix = DistanceMatrix::compute(&PixelCorrelation, reconstructions.view(), shown.view(), &mut pool, &ctx)?;
    print("distances", start, &[]);
    let start = Instant::now();
    print("external", start, &external_scores(&matrix, &[2, 5, 10, 50, 1000], &ctx)?);
    let start = Instant::now();
    print("pairwise", start, &pairwise_scores(&matrix, &ctx)?);
    let start = Instant::now();
    print("image", start, &image_scores(reconstructions.view(), shown.view(), &ctx)?);
    let start = Instant::now();
    print("diversity", start, &diversity::diversity_scores(reconstructions.view(), shown.view(), &ctx)?);
    let start = Instant::now();
    print("encoder", start, &encoder_scores(signal.view(), measured.view(), None, &regions, &ctx)?);
    let start = Instant::now();
    let responses = encoding_matrix(measured.view(), signal.view(), None, &ctx)?;
    print("encoding", start, &encoding_scores(&responses, &[2, 50], &ctx)?);
    Ok(())
}

fn uniform(rng: &mut Stream) -> f32 {
    (symmetric(rng) + 1.0) / 2.0
}

fn print(family: &str, start: Instant, scores: &[Score]) {
    println!("{family}: {:.2} s", start.elapsed().as_secs_f64());
    for s in scores {
        let interval = s.interval.as_ref().map_or("no interval".into(), |i| format!("[{:.3}, {:.3}]", i.low, i.high));
        let chance = s.chance.map_or("none".into(), |c| format!("{c:.3}"));
        let p = s.p.as_ref().map_or("none".into(), |p| format!("{:.4}", p.value));
        println!("  {:<42} {:.3} {interval}, chance {chance}, p {p}, n {}", s.name, s.value, s.n);
    }
}
