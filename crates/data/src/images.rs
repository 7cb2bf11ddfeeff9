//! Images of a data set at the side that networks see.

use std::path::Path;

use afterimage_formats::picture;
use ndarray::{Array4, Axis};
use rayon::prelude::*;

use crate::Result;

/// Images u8 `[n, height, width, 3]` at `side`, resized where they have another.
///
/// # Errors
/// [`crate::Error::Format`] where resizing fails.
pub fn at_side(images: Array4<u8>, side: usize) -> Result<Array4<u8>> {
    if images.len_of(Axis(1)) == side && images.len_of(Axis(2)) == side {
        return Ok(images);
    }
    let resized: Vec<_> = (0..images.len_of(Axis(0)))
        .into_par_iter()
        .map(|i| picture::stretch(images.index_axis(Axis(0), i), side, side, Path::new("stimulus")))
        .collect::<std::result::Result<_, _>>()?;
    let mut out = Array4::zeros((resized.len(), side, side, 3));
    for (mut row, image) in out.axis_iter_mut(Axis(0)).zip(&resized) {
        row.assign(image);
    }
    Ok(out)
}
