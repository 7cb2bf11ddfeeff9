//! Noise with equal power in each octave.

use afterimage_statistics::draws::{Stream, symmetric};
use afterimage_statistics::moments;

/// A square of coloured noise around its middle, mean 0 and standard deviation 1 over the whole.
pub(super) struct Texture {
    radius: i64,
    /// `[2 radius + 1, 2 radius + 1, 3]`
    values: Vec<f32>,
}

impl Texture {
    /// Draws it: luminance, and colour at half its strength, each a sum of octaves of interpolated random values.
    pub(super) fn new(rng: &mut Stream, radius: usize) -> Self {
        let side = 2 * radius + 1;
        let planes: Vec<Vec<f32>> = (0..4).map(|_| octaves(rng, side)).collect();
        let mut values: Vec<f32> =
            (0..side * side).flat_map(|p| [1, 2, 3].map(|c| planes[0][p] + 0.5 * planes[c][p])).collect();
        standardise(&mut values);
        Self { radius: radius as i64, values }
    }

    /// The value of a colour channel at an offset from the middle, pixels; 0 beyond the texture's border.
    pub(super) fn at(&self, x: i64, y: i64, channel: usize) -> f32 {
        let (r, side) = (self.radius, 2 * self.radius + 1);
        if x.abs() <= r && y.abs() <= r { self.values[(((y + r) * side + x + r) * 3) as usize + channel] } else { 0.0 }
    }
}

/// The sum of grids of random values with steps 1, 2, 4 ... up to the side, each interpolated and brought to one
/// standard deviation.
fn octaves(rng: &mut Stream, side: usize) -> Vec<f32> {
    let mut sum = vec![0.0; side * side];
    let mut step = 1;
    while step <= side {
        let nodes = side / step + 2;
        let grid: Vec<f32> = (0..nodes * nodes).map(|_| symmetric(rng)).collect();
        // A shift of its own, so that octaves do not share nodes.
        let shift = [(); 2].map(|()| (symmetric(rng) + 1.0) / 2.0);
        let mut octave: Vec<f32> = (0..side * side)
            .map(|p| {
                let place = |i: usize, shift: f32| i as f32 / step as f32 + shift * 0.999;
                interpolate(&grid, nodes, place(p % side, shift[0]), place(p / side, shift[1]))
            })
            .collect();
        standardise(&mut octave);
        sum.iter_mut().zip(octave).for_each(|(sum, value)| *sum += value);
        step *= 2;
    }
    sum
}

fn interpolate(grid: &[f32], nodes: usize, x: f32, y: f32) -> f32 {
    let (i, j) = ((x as usize).min(nodes - 2), (y as usize).min(nodes - 2));
    let (u, v) = (x - i as f32, y - j as f32);
    let at = |dx: usize, dy: usize| grid[(j + dy) * nodes + i + dx];
    (at(0, 0) * (1.0 - u) + at(1, 0) * u) * (1.0 - v) + (at(0, 1) * (1.0 - u) + at(1, 1) * u) * v
}

fn standardise(values: &mut [f32]) {
    let (mean, variance) = moments(values.iter().map(|&v| f64::from(v)));
    let sd = variance.sqrt().max(1e-12);
    values.iter_mut().for_each(|v| *v = ((f64::from(*v) - mean) / sd) as f32);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draws::Purpose;
    use afterimage_statistics::draws::stream;

    #[test]
    fn texture_is_standardised_and_ends_at_its_border() {
        let texture = Texture::new(&mut stream(1, Purpose::Texture, 0), 9);
        let n = texture.values.len() as f32;
        assert!(texture.values.iter().sum::<f32>().abs() / n < 1e-4);
        assert!((texture.values.iter().map(|v| v * v).sum::<f32>() / n - 1.0).abs() < 1e-3);
        assert_eq!(texture.at(10, 0, 1), 0.0);
        assert_ne!(texture.at(9, -9, 2), 0.0);
    }

    #[test]
    fn neighbours_are_alike_and_far_places_are_not() {
        let mut products = [0.0; 2];
        for index in 0..40 {
            let texture = Texture::new(&mut stream(1, Purpose::Texture, index), 16);
            products[0] += texture.at(0, 0, 0) * texture.at(1, 0, 0) / 40.0;
            products[1] += texture.at(0, 0, 0) * texture.at(14, 0, 0) / 40.0;
        }
        assert!(products[0] > 0.3 && products[1].abs() < 0.1, "{products:?}");
    }
}
