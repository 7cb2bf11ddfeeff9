//! Positions of a grid on the image, through any chain of convolutions and poolings.

use crate::{BiologyError, Result};

/// One layer's window over its input grid: a convolution, a pooling, or patches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Positions of the input along an axis that one output sees.
    pub kernel: usize,
    /// Positions of the input from one output to the next.
    pub stride: usize,
    /// Positions added before the first of the input.
    pub padding: usize,
}

/// A square grid of positions over the image, alike along both axes.
///
/// Position i sees the image around `first_px + i step_px`, in pixels from the image's edge: the middle of pixel i is
/// at `i + 1/2`. No pixel farther than `extent_px / 2` from there reaches it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    /// Positions along an axis.
    pub side: usize,
    /// Middle of position 0.
    pub first_px: f64,
    /// From one position to the next.
    pub step_px: f64,
    /// Width of the image region that reaches one position.
    pub extent_px: f64,
}

impl Grid {
    /// The pixels of a backbone's input: the image of `image_side`, resized bilinearly to `input_side` if they differ.
    pub fn pixels(image_side: usize, input_side: usize) -> Self {
        let step = image_side as f64 / input_side as f64;
        // An enlarged pixel mixes two pixels of the image along an axis.
        let extent = if image_side == input_side { 1.0 } else { 2.0 };
        Self { side: input_side, first_px: step / 2.0, step_px: step, extent_px: extent }
    }

    /// The grid after some layers, in the end `side` positions wide.
    ///
    /// For each layer with kernel k, stride s and padding p: `first' = first + step ((k - 1) / 2 - p)`, `step' = s
    /// step`, `extent' = extent + (k - 1) step`. A last, incomplete pooling window is treated as a whole one.
    #[must_use]
    pub fn through(self, layers: &[Window], side: usize) -> Self {
        let one = |grid: Self, &Window { kernel, stride, padding }: &Window| Self {
            side,
            first_px: grid.first_px + grid.step_px * ((kernel as f64 - 1.0) / 2.0 - padding as f64),
            step_px: grid.step_px * stride as f64,
            extent_px: grid.extent_px + (kernel as f64 - 1.0) * grid.step_px,
        };
        layers.iter().fold(self, one)
    }

    /// Square cells that tile an image of `image_side`: cell i from `i step` to `(i + 1) step`.
    pub fn cells(image_side: usize, side: usize) -> Self {
        let step = image_side as f64 / side as f64;
        Self { side, first_px: step / 2.0, step_px: step, extent_px: step }
    }

    /// Middle of position `i`.
    pub fn at(&self, i: usize) -> f64 {
        self.first_px + i as f64 * self.step_px
    }

    /// Number of positions.
    pub fn len(&self) -> usize {
        self.side * self.side
    }

    /// True if there is no position.
    pub fn is_empty(&self) -> bool {
        self.side == 0
    }

    /// Spreads each position's value over the image: the value of a position becomes a pyramid of that volume, one step
    /// to each side, read at the positions of `onto`.
    ///
    /// `out(x, y) = step⁻² sum over (i, j) of v(i, j) t((x - x_i) / step) t((y - y_j) / step)` with `t(u) = max(0, 1 -
    /// |u|)`, so grids of different steps add up in the same unit, per square pixel. `values` are rows from the upper
    /// left.
    ///
    /// # Errors
    /// [`BiologyError::Shape`] for another number of values.
    pub fn spread(&self, values: &[f64], onto: &Grid) -> Result<Vec<f64>> {
        if values.len() != self.len() {
            return Err(BiologyError::shape("values of the map", &[values.len()], format!("[{}]", self.len())));
        }
        let weights = self.tents(onto);
        let mut rows = vec![0.0; self.side * onto.side]; // [own rows, onto columns]
        for (j, row) in values.chunks_exact(self.side).enumerate() {
            for (x, tents) in weights.iter().enumerate() {
                rows[j * onto.side + x] = tents.iter().map(|&(i, w)| w * row[i]).sum();
            }
        }
        let mut out = Vec::with_capacity(onto.len());
        for tents in &weights {
            out.extend((0..onto.side).map(|x| tents.iter().map(|&(j, w)| w * rows[j * onto.side + x]).sum::<f64>()));
        }
        Ok(out)
    }

    /// For each position of `onto` along an axis, the own positions that reach it with their weights.
    fn tents(&self, onto: &Grid) -> Vec<Vec<(usize, f64)>> {
        let tent = |x: f64, i: usize| (1.0 - ((x - self.at(i)) / self.step_px).abs()).max(0.0) / self.step_px;
        (0..onto.side)
            .map(|x| (0..self.side).map(|i| (i, tent(onto.at(x), i))).filter(|&(_, w)| w > 0.0).collect())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(kernel: usize, stride: usize, padding: usize) -> Window {
        Window { kernel, stride, padding }
    }

    #[test]
    fn pooling_pairs_lie_between_their_pixels() {
        let pooled = Grid::pixels(64, 64).through(&[window(2, 2, 0)], 32);
        assert_eq!((pooled.at(0), pooled.at(1), pooled.at(31), pooled.extent_px), (1.0, 3.0, 63.0, 2.0));
    }

    #[test]
    fn padding_keeps_the_grid_and_widens_what_it_sees() {
        let pixels = Grid::pixels(64, 64);
        let padded = pixels.through(&[window(3, 1, 1)], 64);
        assert_eq!((padded.first_px, padded.step_px, padded.extent_px), (0.5, 1.0, 3.0));
        let unpadded = pixels.through(&[window(3, 2, 0)], 31);
        assert_eq!((unpadded.first_px, unpadded.step_px), (1.5, 2.0));
    }

    #[test]
    fn enlarged_images_keep_their_middle() {
        let grid = Grid::pixels(64, 128);
        assert_eq!((grid.at(0), grid.at(127), grid.step_px), (0.25, 63.75, 0.5));
    }

    #[test]
    fn layers_of_squeezenet_counted_by_hand() {
        // First convolution: kernel 3, stride 2; max-pooling: kernel 3, stride 2; two fire modules: kernel 3, padding
        // 1.
        let fire = window(3, 1, 1);
        let chain = [window(3, 2, 0), window(3, 2, 0), fire, fire];
        let grid = Grid::pixels(64, 64).through(&chain, 15);
        assert_eq!((grid.first_px, grid.step_px, grid.extent_px), (3.5, 4.0, 3.0 + 4.0 + 16.0));
    }

    #[test]
    fn volume_does_not_depend_on_the_step() {
        let pixels = Grid::pixels(64, 64);
        for (side, first, step) in [(3, 20.0, 8.0), (9, 20.0, 2.0)] {
            let grid = Grid { side, first_px: first, step_px: step, extent_px: 1.0 };
            let mut values = vec![0.0; side * side];
            values[side + 1] = 3.0;
            let out = grid.spread(&values, &pixels).unwrap();
            assert!((out.iter().sum::<f64>() - 3.0).abs() < 1e-9, "{step}");
            let x: f64 = out.iter().enumerate().map(|(p, v)| v * pixels.at(p % 64)).sum::<f64>() / 3.0;
            let y: f64 = out.iter().enumerate().map(|(p, v)| v * pixels.at(p / 64)).sum::<f64>() / 3.0;
            assert!((x - grid.at(1)).abs() < 1e-9 && (y - grid.at(1)).abs() < 1e-9);
        }
        assert!(pixels.spread(&[1.0], &pixels).is_err());
    }
}
