//! What the eye hands on: three opponent maps of fixed size, whatever the size of the picture.

use ndarray::ArrayView3;

/// Side of the maps; images of other sizes are averaged over areas or repeated to fit.
pub(crate) const RETINA: usize = 64;

/// A square map of one feature.
#[derive(Clone)]
pub(crate) struct Map {
    pub(crate) side: usize,
    pub(crate) values: Vec<f32>,
}

impl Map {
    pub(crate) fn zeros(side: usize) -> Self {
        Self { side, values: vec![0.0; side * side] }
    }

    /// The mean over blocks of 2 x 2.
    pub(crate) fn halved(&self) -> Self {
        let side = self.side / 2;
        let mean = |i: usize| {
            let corner = i / side * 2 * self.side + i % side * 2;
            let below = corner + self.side;
            0.25 * (self.values[corner] + self.values[corner + 1] + self.values[below] + self.values[below + 1])
        };
        Self { side, values: (0..side * side).map(mean).collect() }
    }

    /// Each value repeated over a block of 2 x 2.
    pub(crate) fn doubled(&self) -> Self {
        let side = self.side * 2;
        let value = |i: usize| self.values[i / side / 2 * self.side + i % side / 2];
        Self { side, values: (0..side * side).map(value).collect() }
    }
}

/// Luminance, red against green and blue against yellow of an image `[h, w, 3]`, on display values in 0..1:
/// `L = 0.299 R + 0.587 G + 0.114 B`, `R - G`, `B - (R + G) / 2`.
pub(crate) fn opponents(image: ArrayView3<u8>) -> [Map; 3] {
    let mut maps = [Map::zeros(RETINA), Map::zeros(RETINA), Map::zeros(RETINA)];
    for i in 0..RETINA * RETINA {
        let [red, green, blue] = area(image, i % RETINA, i / RETINA);
        maps[0].values[i] = 0.299 * red + 0.587 * green + 0.114 * blue;
        maps[1].values[i] = red - green;
        maps[2].values[i] = blue - 0.5 * (red + green);
    }
    maps
}

/// Mean colour of the pixels that fall into a cell of the retina.
fn area(image: ArrayView3<u8>, x: usize, y: usize) -> [f32; 3] {
    let (height, width, _) = image.dim();
    let span = |i: usize, n: usize| i * n / RETINA..((i + 1) * n).div_ceil(RETINA);
    let mut sum = [0.0; 3];
    let mut count = 0.0;
    for row in span(y, height) {
        for column in span(x, width) {
            for (c, total) in sum.iter_mut().enumerate() {
                *total += f32::from(image[[row, column, c]]);
            }
            count += 255.0;
        }
    }
    sum.map(|total| total / count)
}
