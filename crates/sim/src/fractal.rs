//! Fractal noise fields with a 1/f amplitude spectrum, the texture statistics of natural scenes.

use crate::draws::Draws;

/// A square field of noise, `side` x `side`, about zero mean and values mostly in -1..1.
pub(crate) struct Fractal {
    side: usize,
    values: Vec<f32>,
}

impl Fractal {
    /// Sum of lattice noise over octaves. `base` is the number of lattice cells over the image in the coarsest octave,
    /// `stretch` how much wider than tall the grain is, `gain` the amplitude ratio of successive octaves:
    /// 0.5 gives an amplitude spectrum of 1/f.
    pub(crate) fn new(draws: &mut Draws, side: usize, base: f32, stretch: f32, gain: f32) -> Self {
        let mut values = vec![0.0; side * side];
        let (mut cells, mut amplitude) = (base, 1.0);
        while cells < side as f32 * 0.5 {
            add_octave(&mut values, side, draws, cells / stretch, cells, amplitude);
            cells *= 2.0;
            amplitude *= gain;
        }
        Self { side, values }
    }

    /// The value at a grid position.
    pub(crate) fn at(&self, x: usize, y: usize) -> f32 {
        self.values[y * self.side + x]
    }

    /// The value at a position in image units, wrapping around the borders.
    pub(crate) fn wrapped(&self, u: f32, v: f32) -> f32 {
        let index = |t: f32| ((t * self.side as f32).floor() as i64).rem_euclid(self.side as i64) as usize;
        self.at(index(u), index(v))
    }
}

fn add_octave(values: &mut [f32], side: usize, draws: &mut Draws, cells_x: f32, cells_y: f32, amplitude: f32) {
    let columns = cells_x.ceil() as usize + 2;
    let rows = cells_y.ceil() as usize + 2;
    let lattice: Vec<f32> = (0..columns * rows).map(|_| draws.between(-1.0, 1.0)).collect();
    let across: Vec<(usize, f32)> = (0..side).map(|x| knot(x, side, cells_x)).collect();
    let mut line = vec![0.0; columns];
    for (y, row) in values.chunks_exact_mut(side).enumerate() {
        let (top, t) = knot(y, side, cells_y);
        for (c, value) in line.iter_mut().enumerate() {
            let (a, b) = (lattice[top * columns + c], lattice[(top + 1) * columns + c]);
            *value = amplitude * (a + (b - a) * t);
        }
        for (value, &(left, s)) in row.iter_mut().zip(&across) {
            *value += line[left] + (line[left + 1] - line[left]) * s;
        }
    }
}

/// The lattice cell below a grid position and the smoothed fraction within it.
fn knot(position: usize, side: usize, cells: f32) -> (usize, f32) {
    let t = (position as f32 + 0.5) / side as f32 * cells;
    let whole = t.floor();
    (whole as usize, smooth(t - whole))
}

/// The cubic `3 t² - 2 t³`, clamped to 0..1.
pub(crate) fn smooth(t: f32) -> f32 {
    let t = t.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draws::Purpose;

    #[test]
    fn neighbours_are_more_alike_than_distant_points() {
        let field = Fractal::new(&mut Draws::new(1, Purpose::Scene, 0), 64, 4.0, 1.0, 0.5);
        let difference = |step: usize| -> f32 {
            let pairs = (0..64 - step).flat_map(|x| (0..64).map(move |y| (x, y)));
            pairs.map(|(x, y)| (field.at(x, y) - field.at(x + step, y)).powi(2)).sum::<f32>()
                / ((64 - step) * 64) as f32
        };
        assert!(difference(1) < 0.5 * difference(8));
    }
}
