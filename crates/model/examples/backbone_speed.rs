//! Times a backbone: forward, and forward with the backward pass to the image.
//!
//! `cargo run --release -p afterimage-model --example backbone_speed -- squeezenet1_1 112 16`

use std::time::Instant;

use afterimage_config::BackboneKind;
use afterimage_model::backbone::{AnyBackbone, Architecture as _, Backbone};
use burn::tensor::{Device, Distribution, Tensor};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let argument = |index: usize, default: &'static str| arguments.get(index).map_or(default, String::as_str);
    let kind: BackboneKind = argument(0, "squeezenet1_1").parse()?;
    let (side, batch): (usize, usize) = (argument(1, "64").parse()?, argument(2, "16").parse()?);
    let device = Device::flex();
    let backbone = AnyBackbone::random(kind, 0, &device);
    let images = Tensor::<4>::random([batch, 3, side, side], Distribution::Uniform(0.0, 1.0), &device);
    let deepest = kind.taps().last().expect("taps").name;
    let every: Vec<&str> = kind.taps().iter().map(|tap| tap.name).collect();
    let with_gradient = |taps: &[&str]| {
        let leaf = images.clone().autodiff().require_grad();
        let sums = backbone.forward(leaf.clone(), taps).into_iter().map(|tap| tap.powi_scalar(2).mean());
        let loss = sums.reduce(|a, b| a + b).expect("a tap");
        leaf.grad(&loss.backward()).expect("a gradient");
    };
    println!("{kind}, {batch} images of {side}x{side}, median of 9:");
    println!("  forward                    {:8.1} ms", median(|| drop(backbone.forward(images.clone(), &[deepest]))));
    println!("  forward and backward       {:8.1} ms", median(|| with_gradient(&[deepest])));
    println!("  the same, from every tap   {:8.1} ms", median(|| with_gradient(&every)));
    Ok(())
}

fn median(mut run: impl FnMut()) -> f64 {
    run();
    let mut times: Vec<f64> = (0..9)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
