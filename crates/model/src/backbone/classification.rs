//! The built-in weights still classify photographs.

use std::path::{Path, PathBuf};

use burn::tensor::{Device, Tensor, TensorData};
use fast_image_resize::Resizer;
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;

use super::{AnyBackbone, BackboneKind, WeightSource};

const SIDE: u32 = 227;

fn photographs() -> Option<PathBuf> {
    Some(afterimage_probe::shared("nips17/images.csv")?.with_file_name(""))
}

/// The whole square photograph shrunk to 227 pixels with the resampler's default filter, planar in 0..1.
fn pixels(path: &Path) -> Vec<f32> {
    let image = image::open(path).expect("a photograph").to_rgb8();
    let source = TypedImageRef::<U8x3>::from_buffer(image.width(), image.height(), image.as_raw()).expect("RGB");
    let mut small = TypedImage::<U8x3>::new(SIDE, SIDE);
    Resizer::new().resize_typed(&source, &mut small, None).expect("sizes that are not zero");
    let channel = |c: usize| small.pixels().iter().map(move |pixel| f32::from(pixel.0[c]) / 255.0);
    (0..3).flat_map(channel).collect()
}

fn labelled(folder: &Path) -> Vec<(PathBuf, usize)> {
    let mut rows = csv::Reader::from_path(folder.join("images.csv")).expect("the table");
    let row = |r: csv::StringRecord| {
        let name = ["jpg", "png"].map(|e| folder.join("images").join(format!("{}.{e}", &r[0])));
        (name.into_iter().find(|p| p.is_file()).expect("the file of a row"), r[1].parse().expect("a class"))
    };
    rows.records().map(|r| row(r.expect("a row"))).collect()
}

/// Fraction of `count` photographs, spread evenly over the table, whose best class is the true one.
fn top1(folder: &Path, count: usize) -> f64 {
    let device = Device::flex();
    let network = AnyBackbone::load(BackboneKind::SqueezeNet11, &WeightSource::Installed, &device).expect("built in");
    let rows = labelled(folder);
    let rows: Vec<_> = rows.iter().step_by(rows.len().div_ceil(count)).collect();
    let mut right = 0;
    for batch in rows.chunks(20) {
        let values: Vec<f32> = batch.iter().flat_map(|(path, _)| pixels(path)).collect();
        let side = SIDE as usize;
        let images = Tensor::<4>::from_data(TensorData::new(values, [batch.len(), 3, side, side]), &device);
        let scores = network.logits(images).expect("a classifier");
        let scores: Vec<f32> = scores.into_data().try_to_vec().expect("float32");
        let best =
            scores.chunks_exact(1000).map(|s| (0..1000).max_by(|&a, &b| s[a].total_cmp(&s[b])).expect("1000 classes"));
        right += best.zip(batch).filter(|(best, (_, class))| best == class).count();
    }
    right as f64 / rows.len() as f64
}

#[test]
fn built_in_squeezenet_classifies_photographs() {
    let Some(folder) = photographs() else { return };
    let accuracy = top1(&folder, 200);
    eprintln!("top-1 of 200 photographs: {accuracy}");
    assert!(accuracy >= 0.5, "top-1 {accuracy}");
}

#[test]
#[ignore = "all 1000 photographs: a minute; the figure is in the provenance file"]
fn built_in_squeezenet_on_all_photographs() {
    let accuracy = top1(&photographs().expect("the photographs"), 1000);
    eprintln!("top-1 of 1000 photographs: {accuracy}");
    assert!(accuracy >= 0.5);
}
