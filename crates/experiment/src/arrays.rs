//! The arrays of a run, checked before anything is computed from them: hash, shape, and values.

use crate::error::{Context as _, Result, bail};
use ndarray::{Array2, Array4, ArrayD, Dimension as _, Ix2, Ix4};

use afterimage_run::layout::{PREDICTIONS, RECONSTRUCTIONS, RunFile};
use afterimage_run::{RunError, RunFolder};

/// Reconstructions `[items, 3, side, side]`, all in 0..1.
pub(crate) fn reconstructions(run: &RunFolder, items: usize, side: usize) -> Result<Array4<f32>> {
    let path = run.path(RECONSTRUCTIONS);
    let values = read(run, RECONSTRUCTIONS, &[items, 3, side, side])?;
    if let Some((at, value)) = values.indexed_iter().find(|(_, value)| !(0.0..=1.0).contains(*value)) {
        bail!(
            "\"{}\" has the value {value} at {:?}, and reconstructions lie in 0..1: divide images of 0..255 by 255, or make \
             it again with `afterimage reconstruct {}`",
            path.display(),
            at.slice(),
            run.root().display()
        );
    }
    Ok(values.into_dimensionality::<Ix4>()?)
}

/// Predicted responses `[items, voxels]`, all finite.
pub(crate) fn predictions(run: &RunFolder, items: usize, voxels: usize) -> Result<Array2<f32>> {
    let path = run.path(PREDICTIONS);
    let values = read(run, PREDICTIONS, &[items, voxels])?;
    if let Some((at, value)) = values.indexed_iter().find(|(_, value)| !value.is_finite()) {
        bail!(
            "\"{}\" has the value {value} at {:?}, and predicted responses are finite: make it again with `afterimage \
             reconstruct {}`",
            path.display(),
            at.slice(),
            run.root().display()
        );
    }
    Ok(values.into_dimensionality::<Ix2>()?)
}

fn read(run: &RunFolder, file: RunFile, shape: &[usize]) -> Result<ArrayD<f32>> {
    let again = || format!("make it with `afterimage reconstruct {}`", run.root().display());
    let values = match run.read_array(file) {
        Err(RunError::Format(error)) => Err(error).with_context(again)?,
        read => read?,
    };
    if values.shape() != shape {
        bail!("\"{}\" has shape {:?}, expected {shape:?}: {}", run.path(file).display(), values.shape(), again());
    }
    Ok(values)
}
