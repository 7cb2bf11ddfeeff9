//! Reverse correlation with small textured patches: where on the image a change changes what the encoder predicts.
//!
//! A probe is a patch of noise under a round Gaussian window on a grey image. The map of a voxel at a position is the
//! root mean square over textures of the difference that a probe there makes to the voxel's predicted response.
//! Squares, because a voxel that answers to contrast answers to light and dark patches alike and has no linear map. For
//! a voxel that sums pixels with Gaussian weights of standard deviation s the expected square is a Gaussian product,
//! and the map is a Gaussian of variance `s² + w²`, w being the window's.
//!
//! The noise has equal power in each octave, as images have, and moves with the window: every position gets the same
//! patches.

mod texture;

use afterimage_statistics::draws::stream;
use ndarray::{Array2, Array4, ArrayView4, Axis};
use rayon::prelude::*;

use crate::draws::Purpose;
use crate::grid::Grid;
use crate::{BiologyError, Result};
use texture::Texture;

/// Standard deviation of the noise, of the range of an image's values.
const CONTRAST: f32 = 0.25;
/// Windows end at this many standard deviations.
const WINDOW: f64 = 3.0;
/// Images that are predicted together.
const BATCH: usize = 256;

/// A set of probes, a pure function of its numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Probes {
    /// Side of the images, pixels.
    pub side_px: usize,
    /// Positions along an axis: the middles of square cells that tile the image.
    pub positions: usize,
    /// Standard deviation of the window, pixels.
    pub sigma_px: f64,
    /// Textures shown at each position.
    pub textures: usize,
    /// Colour of the background, 0..1.
    pub background: [f32; 3],
    /// Seed of the textures.
    pub seed: u64,
}

impl Probes {
    /// 8 textures at 16 x 16 positions under windows of three quarters of their distance.
    ///
    /// Windows that wide leave no gap between positions and are narrower than the fields that an encoder's grids can
    /// tell.
    pub fn new(side_px: usize, background: [f32; 3], seed: u64) -> Self {
        let positions = 16;
        let sigma_px = 0.75 * side_px as f64 / positions as f64;
        Self { side_px, positions, sigma_px, textures: 8, background, seed }
    }

    /// Where they are shown.
    pub fn grid(&self) -> Grid {
        Grid::cells(self.side_px, self.positions)
    }

    /// Number of images, the blank one included.
    pub fn len(&self) -> usize {
        1 + self.textures * self.positions * self.positions
    }

    /// False: there is always the blank image.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// What they are, in a sentence.
    pub fn describe(&self) -> String {
        format!(
            "{} textures of noise with equal power in each octave, standard deviation {CONTRAST} of the range, under a Gaussian window of {:.3} px, at {n} x {n} \
             positions on the mean colour of the training images; seed {}",
            self.textures,
            self.sigma_px,
            self.seed,
            n = self.positions
        )
    }

    /// The image without a probe, `[1, side, side, 3]`.
    pub fn blank(&self) -> Array4<u8> {
        let side = self.side_px;
        Array4::from_shape_fn((1, side, side, 3), |(_, _, _, c)| byte(self.background[c]))
    }

    /// The probes of one texture at positions `range`, rows from the upper left, `[positions, side, side, 3]`.
    fn images(&self, texture: &Texture, range: std::ops::Range<usize>) -> Array4<u8> {
        let (side, grid) = (self.side_px, self.grid());
        let mut images = Array4::zeros((range.len(), side, side, 3));
        images.axis_iter_mut(Axis(0)).into_par_iter().zip(range).for_each(|(mut image, position)| {
            let (x0, y0) = (grid.at(position % grid.side), grid.at(position / grid.side));
            let (across, down) = (self.window(x0), self.window(y0));
            for ((y, x, c), value) in image.indexed_iter_mut() {
                let offset = |i: usize, middle: f64| i as i64 - middle.floor() as i64;
                let change = match across[x] * down[y] {
                    0.0 => 0.0,
                    window => CONTRAST * window * texture.at(offset(x, x0), offset(y, y0), c),
                };
                *value = byte(self.background[c] + change);
            }
        });
        images
    }

    /// The window along an axis.
    fn window(&self, middle: f64) -> Vec<f32> {
        let at = |i: usize| (i as f64 + 0.5 - middle) / self.sigma_px;
        (0..self.side_px)
            .map(|i| if at(i).abs() > WINDOW { 0.0 } else { (-at(i).powi(2) / 2.0).exp() as f32 })
            .collect()
    }

    /// Shows all probes to `predict`, which takes images u8 `[n, side, side, 3]` and gives responses `[n, voxels]`:
    /// maps `[voxels, positions]`.
    ///
    /// # Errors
    /// [`BiologyError::Value`] for probes that cannot be shown, [`BiologyError::Probes`] if `predict` gives another
    /// shape.
    pub fn show(&self, mut predict: impl FnMut(ArrayView4<'_, u8>) -> Array2<f32>) -> Result<Array2<f64>> {
        self.check()?;
        let blank = predict(self.blank().view());
        let (voxels, positions) = (blank.ncols(), self.positions * self.positions);
        let mut squares = Array2::<f64>::zeros((voxels, positions));
        for index in 0..self.textures {
            let texture = Texture::new(&mut stream(self.seed, Purpose::Texture, index as u64), self.radius());
            for first in (0..positions).step_by(BATCH) {
                let range = first..(first + BATCH).min(positions);
                let responses = predict(self.images(&texture, range.clone()).view());
                if responses.dim() != (range.len(), voxels) || blank.nrows() != 1 {
                    let (got, expected) = (responses.dim(), (range.len(), voxels));
                    return Err(BiologyError::Probes(format!("{got:?} responses instead of {expected:?}")));
                }
                for (row, position) in responses.outer_iter().zip(range) {
                    for (v, (value, blank)) in row.iter().zip(blank.row(0)).enumerate() {
                        squares[[v, position]] += f64::from(value - blank).powi(2);
                    }
                }
            }
        }
        Ok(squares.mapv(|sum| (sum / self.textures as f64).sqrt()))
    }

    fn radius(&self) -> usize {
        (WINDOW * self.sigma_px).ceil() as usize + 1
    }

    fn check(&self) -> Result<()> {
        let refuse = |key, value: String, expected| Err(BiologyError::Value { key, value, expected });
        if self.positions == 0 || self.positions > self.side_px {
            return refuse("the number of positions", self.positions.to_string(), "1 to the side of the image");
        }
        if self.textures == 0 {
            return refuse("the number of textures", "0".into(), "at least 1");
        }
        if self.sigma_px > 0.0 && self.sigma_px <= self.side_px as f64 {
            Ok(())
        } else {
            refuse("the window", format!("{} px", self.sigma_px), "above 0 and at most the side of the image")
        }
    }
}

fn byte(value: f32) -> u8 {
    (value.clamp(0.0, 1.0) * 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gaussian::Gaussian;

    /// A voxel that sums luminance with Gaussian weights.
    fn linear(images: ArrayView4<'_, u8>, x0: f64, y0: f64, sigma: f64) -> Array2<f32> {
        let mut out = Array2::zeros((images.len_of(Axis(0)), 1));
        for ((n, y, x, _), &value) in images.indexed_iter() {
            let d = (x as f64 + 0.5 - x0).powi(2) + (y as f64 + 0.5 - y0).powi(2);
            out[[n, 0]] += f32::from(value) / 255.0 * (-d / (2.0 * sigma * sigma)).exp() as f32;
        }
        out
    }

    #[test]
    fn field_of_a_linear_voxel_is_recovered_with_the_windows_width_added() {
        let probes = Probes { textures: 200, ..Probes::new(32, [0.5; 3], 3) };
        let (x, y, sigma) = (18.3, 12.1, 4.0);
        let maps = probes.show(|images| linear(images, x, y, sigma)).unwrap();
        let found = Gaussian::fit(&maps.row(0).to_vec(), &probes.grid()).unwrap().unwrap();
        assert!((found.x_px - x).abs() < 0.3 && (found.y_px - y).abs() < 0.3, "{found:?}");
        let expected = (sigma * sigma + probes.sigma_px.powi(2)).sqrt();
        assert!((found.sigma_px - expected).abs() < 0.25, "{} {expected}", found.sigma_px);
        assert!(found.r2 > 0.97);
    }

    #[test]
    fn same_seed_gives_the_same_probes_and_another_seed_others() {
        let of = |seed| Probes { textures: 2, ..Probes::new(32, [0.4, 0.5, 0.6], seed) };
        let shown = |probes: &Probes| {
            let mut all = Vec::new();
            probes
                .show(|images| {
                    all.extend(images.iter().copied());
                    Array2::zeros((images.len_of(Axis(0)), 1))
                })
                .unwrap();
            all
        };
        assert_eq!(shown(&of(1)), shown(&of(1)));
        assert_ne!(shown(&of(1)), shown(&of(2)));
        assert_eq!(shown(&of(1)).len(), of(1).len() * 32 * 32 * 3);
    }

    #[test]
    fn a_blind_voxel_has_a_flat_map() {
        let maps = Probes { textures: 1, ..Probes::new(32, [0.5; 3], 3) };
        let maps = maps.show(|images| Array2::from_elem((images.len_of(Axis(0)), 2), 0.7)).unwrap();
        assert_eq!(maps, Array2::<f64>::zeros((2, 256)));
    }

    #[test]
    fn impossible_probes_are_refused() {
        let probes = Probes { sigma_px: 0.0, ..Probes::new(32, [0.5; 3], 3) };
        let message = probes.show(|_| Array2::zeros((1, 1))).unwrap_err().to_string();
        assert_eq!(message, "the window is 0 px, expected above 0 and at most the side of the image");
    }
}
