//! Networks that are not defined here, run from ONNX files.
//!
//! The feature metrics of the field rest on networks that training never needs. Each is exported once
//! (`scripts/export_onnx.py`) and then runs without Python, by the runtime `rten`. The
//! file contains only the network; the images are resized and normalised here.

mod install;
mod registry;

use std::path::Path;
use std::sync::Arc;

use ndarray::{Array2, Array4, ArrayView4, Axis, s};
use rten::{Dimension, Model, ModelOptions, RunOptions, ThreadPool};
use rten_tensor::{Layout, NdTensor};

use crate::backbone::WeightOrigin;
use crate::{ModelError, Result, weights};

pub use install::{find, get};
pub use registry::{FOREIGN, Foreign, foreign};

/// Images passed through a network at a time.
const BATCH: usize = 8;

/// A network with its weights.
pub struct ForeignNetwork {
    kind: Foreign,
    file: String,
    model: Model,
    pool: Arc<ThreadPool>,
    origin: WeightOrigin,
}

impl ForeignNetwork {
    /// The installed network.
    ///
    /// # Errors
    /// [`ModelError::WeightsMissing`] says how to get it; otherwise as [`ForeignNetwork::open`].
    pub fn load(kind: &Foreign) -> Result<Self> {
        Self::open(kind, &find(kind)?)
    }

    /// Opens a network from a file; refused if its declared input or output is not that of `kind`.
    ///
    /// # Errors
    /// [`ModelError::Io`] and [`ModelError::Onnx`].
    pub fn open(kind: &Foreign, path: &Path) -> Result<Self> {
        let file = path.display().to_string();
        let sha256 = weights::checksum(path)?;
        let model = ModelOptions::with_all_ops()
            .prepack_weights(true)
            .load_file(path)
            .map_err(|error| refused(kind, &file, format!("it is not an ONNX file that can be run ({error})")))?;
        let pool = Arc::new(ThreadPool::with_num_threads(rayon::current_num_threads()));
        let origin = WeightOrigin { origin: file.clone(), sha256: Some(sha256), published: None };
        let network = Self { kind: *kind, file, model, pool, origin };
        network.check_declaration()?;
        Ok(network)
    }

    /// Source of the weights, for the record of a run.
    pub fn origin(&self) -> &WeightOrigin {
        &self.origin
    }

    /// What the network is.
    pub fn kind(&self) -> &Foreign {
        &self.kind
    }

    /// Features `[n, length]` of images `[n, 3, side, side]`, RGB in 0..1, which are normalised here: `(x - mean) / sd`.
    ///
    /// An image's features depend neither on its companions nor on the number of threads.
    ///
    /// # Errors
    /// [`ModelError::Onnx`] for images of another size, a network that fails, and an output of another shape.
    pub fn features(&self, images: ArrayView4<f32>) -> Result<Array2<f32>> {
        let (n, channels, height, width) = images.dim();
        let side = self.kind.side;
        if (channels, height, width) != (3, side, side) {
            return Err(self.refused(format!("it was shown images of shape {:?}", images.shape())));
        }
        let mut features = Array2::zeros((n, self.kind.length));
        for first in (0..n).step_by(BATCH) {
            let end = (first + BATCH).min(n);
            // Always whole batches, since the runtime rounds a product of few rows differently.
            let mut batch = Array4::zeros((BATCH, 3, side, side));
            batch.slice_mut(s![..end - first, .., .., ..]).assign(&images.slice(s![first..end, .., .., ..]));
            self.normalise(&mut batch);
            features.slice_mut(s![first..end, ..]).assign(&self.run(batch)?.slice(s![..end - first, ..]));
        }
        Ok(features)
    }

    fn normalise(&self, images: &mut Array4<f32>) {
        for (c, mut plane) in images.axis_iter_mut(Axis(1)).enumerate() {
            plane.mapv_inplace(|v| (v - self.kind.mean[c]) / self.kind.sd[c]);
        }
    }

    fn run(&self, images: Array4<f32>) -> Result<Array2<f32>> {
        let (n, channels, height, width) = images.dim();
        let input = NdTensor::from_data([n, channels, height, width], images.into_raw_vec_and_offset().0);
        let options = RunOptions::default().with_thread_pool(Some(self.pool.clone()));
        let output = self.model.run_one(input.into(), Some(options)).map_err(|e| self.refused(e.to_string()))?;
        let output: NdTensor<f32, 2> =
            output.try_into().map_err(|e| self.refused(format!("its output is not a float32 matrix ({e})")))?;
        let shape = output.shape();
        if shape != [n, self.kind.length] {
            return Err(self.refused(format!("its output for {n} images has shape {shape:?}")));
        }
        Array2::from_shape_vec(shape, output.into_data()).map_err(|e| self.refused(e.to_string()))
    }

    fn check_declaration(&self) -> Result<()> {
        let (inputs, outputs) = (self.model.input_ids().len(), self.model.output_ids().len());
        if (inputs, outputs) != (1, 1) {
            return Err(self.refused(format!("it has {inputs} inputs and {outputs} outputs")));
        }
        let shape = self.model.input_shape(0).unwrap_or_default();
        let fixed: Vec<_> = shape.iter().map(|d| if let Dimension::Fixed(n) = d { Some(*n) } else { None }).collect();
        let side = self.kind.side;
        let fits = |got: Option<usize>, wanted: usize| got.is_none_or(|got| got == wanted);
        match fixed[..] {
            [None, channels, height, width] if fits(channels, 3) && fits(height, side) && fits(width, side) => Ok(()),
            [Some(batch), ..] if fixed.len() == 4 => Err(self.refused(format!("its batch is fixed at {batch}"))),
            _ => Err(self.refused(format!("its input has shape [{}]", words(&shape)))),
        }
    }

    fn refused(&self, detail: String) -> ModelError {
        refused(&self.kind, &self.file, detail)
    }
}

fn refused(kind: &Foreign, file: &str, detail: String) -> ModelError {
    ModelError::Onnx { file: file.to_owned(), name: kind.name, detail, side: kind.side, length: kind.length }
}

fn words(shape: &[Dimension]) -> String {
    let word = |d: &Dimension| match d {
        Dimension::Fixed(n) => n.to_string(),
        Dimension::Symbolic(name) => name.clone(),
    };
    shape.iter().map(word).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::ops::Range;

    use ndarray::concatenate;
    use serde::Deserialize;

    use super::*;

    /// What `scripts/make_onnx_fixtures.py` computed with NumPy.
    #[derive(Deserialize)]
    struct Expected {
        first: Vec<Vec<f64>>,
        sum: Vec<f64>,
    }

    fn stand_in(kind: &Foreign) -> ForeignNetwork {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/onnx");
        ForeignNetwork::open(kind, &folder.join(kind.name).with_extension("onnx")).expect("a stand-in")
    }

    fn pattern(number: usize, side: usize) -> Array4<f32> {
        Array4::from_shape_fn((1, 3, side, side), |(_, c, y, x)| {
            (((5 + number) * y * x + 37 * c + 11 * y + 7 * x) % 101) as f32 / 100.0
        })
    }

    fn images(numbers: Range<usize>, side: usize) -> Array4<f32> {
        let all: Vec<_> = numbers.map(|number| pattern(number, side)).collect();
        concatenate(Axis(0), &all.iter().map(|i| i.view()).collect::<Vec<_>>()).expect("one size")
    }

    #[test]
    fn stand_ins_give_what_numpy_gives() {
        let expected: BTreeMap<String, Expected> =
            serde_json::from_str(include_str!("../tests/onnx/expected.json")).expect("the fixture");
        for kind in FOREIGN {
            let features = stand_in(kind).features(images(0..2, kind.side).view()).expect("features");
            let expected = &expected[kind.name];
            for (row, (first, sum)) in features.outer_iter().zip(expected.first.iter().zip(&expected.sum)) {
                for (got, want) in row.iter().zip(first) {
                    assert!((f64::from(*got) - want).abs() < 1e-4, "{}: {got} {want}", kind.name);
                }
                let got: f64 = row.iter().map(|&v| f64::from(v)).sum();
                assert!((got - sum).abs() < 1e-5 * sum, "{}: {got} {sum}", kind.name);
            }
        }
    }

    #[test]
    fn features_depend_neither_on_companions_nor_on_threads() {
        let kind = foreign("clip_vit_l14").expect("CLIP");
        let images = images(0..BATCH + 3, kind.side);
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            pool.install(|| stand_in(kind).features(images.view()).expect("features"))
        };
        let together = run(1);
        assert_eq!(together, run(2));
        for (row, image) in together.outer_iter().zip(images.axis_chunks_iter(Axis(0), 1)) {
            assert_eq!(row, stand_in(kind).features(image).expect("features").row(0));
        }
    }

    #[test]
    fn images_of_another_size_are_refused() {
        let kind = foreign("clip_vit_l14").expect("CLIP");
        let message = stand_in(kind).features(images(0..1, 64).view()).expect_err("too small").to_string();
        assert!(message.contains("[1, 3, 64, 64]"), "{message}");
    }
}
