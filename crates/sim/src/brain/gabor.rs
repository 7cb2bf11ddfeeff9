//! Gabor energy: the amplitude of oriented structure at one spatial scale, insensitive to its phase.

use super::retina::Map;
use std::f32::consts::PI;
use std::sync::LazyLock;

/// Number of orientations, evenly over half a turn.
pub(crate) const ORIENTATIONS: usize = 4;
/// Cells from the kernel's centre to its border.
pub(crate) const REACH: usize = 3;
/// Standard deviation of the kernel's envelope in cells.
pub(crate) const ENVELOPE: f32 = 1.6;
const SIZE: usize = 2 * REACH + 1;
const WAVELENGTH: f32 = 4.0;

type Kernel = [f32; SIZE * SIZE];

/// The energy `sqrt(even² + odd²)` of each orientation; wavelength 4 cells, so the scale is that of the map.
/// Borders continue with the outermost values.
pub(crate) fn energies(map: &Map) -> Vec<Map> {
    static BANK: LazyLock<Vec<[Kernel; 2]>> = LazyLock::new(|| (0..ORIENTATIONS).map(pair).collect());
    let padded = pad(map);
    BANK.iter()
        .map(|[even, odd]| {
            let (mut a, b) = (filter(&padded, map.side, even), filter(&padded, map.side, odd));
            a.iter_mut().zip(b).for_each(|(a, b)| *a = (*a * *a + b * b).sqrt());
            Map { side: map.side, values: a }
        })
        .collect()
}

fn pad(map: &Map) -> Vec<f32> {
    let wide = map.side + 2 * REACH;
    let clip = |i: usize| i.saturating_sub(REACH).min(map.side - 1);
    (0..wide * wide).map(|i| map.values[clip(i / wide) * map.side + clip(i % wide)]).collect()
}

fn filter(padded: &[f32], side: usize, kernel: &Kernel) -> Vec<f32> {
    let wide = side + 2 * REACH;
    let mut out = vec![0.0; side * side];
    for (y, row) in out.chunks_exact_mut(side).enumerate() {
        for ky in 0..SIZE {
            for kx in 0..SIZE {
                let weight = kernel[ky * SIZE + kx];
                let start = (y + ky) * wide + kx;
                for (value, input) in row.iter_mut().zip(&padded[start..start + side]) {
                    *value += weight * input;
                }
            }
        }
    }
    out
}

/// Even and odd kernel of an orientation, each of zero sum and unit norm.
fn pair(orientation: usize) -> [Kernel; 2] {
    let angle = orientation as f32 * PI / ORIENTATIONS as f32;
    [0.0, PI / 2.0].map(|phase| {
        let envelope = kernel(|x, y| (-(x * x + y * y) / (2.0 * ENVELOPE * ENVELOPE)).exp());
        let carrier = kernel(|x, y| (2.0 * PI * (x * angle.cos() + y * angle.sin()) / WAVELENGTH - phase).cos());
        let mut product: Kernel = std::array::from_fn(|i| envelope[i] * carrier[i]);
        let excess = product.iter().sum::<f32>() / envelope.iter().sum::<f32>();
        product.iter_mut().zip(envelope).for_each(|(value, weight)| *value -= excess * weight);
        let norm = product.iter().map(|value| value * value).sum::<f32>().sqrt();
        product.map(|value| value / norm)
    })
}

fn kernel(value: impl Fn(f32, f32) -> f32) -> Kernel {
    let centred = |i: usize| i as f32 - REACH as f32;
    std::array::from_fn(|i| value(centred(i % SIZE), centred(i / SIZE)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grating(angle: f32, phase: f32) -> Map {
        let value = |i: usize| {
            let (x, y) = ((i % 32) as f32, (i / 32) as f32);
            (2.0 * PI * (x * angle.cos() + y * angle.sin()) / WAVELENGTH + phase).cos()
        };
        Map { side: 32, values: (0..1024).map(value).collect() }
    }

    fn centre(map: &Map) -> Vec<f32> {
        energies(map).iter().map(|energy| energy.values[16 * 32 + 16]).collect()
    }

    #[test]
    fn uniform_picture_has_no_energy() {
        let flat = Map { side: 32, values: vec![0.7; 1024] };
        assert!(centre(&flat).iter().all(|energy| energy.abs() < 1e-5));
    }

    #[test]
    fn preferred_grating_wins_and_its_phase_does_not_matter() {
        let (a, b) = (centre(&grating(PI / 4.0, 0.0)), centre(&grating(PI / 4.0, 1.0)));
        assert!(a[1] > 3.0 * a[3]);
        assert!((a[1] - b[1]).abs() < 0.05 * a[1]);
    }
}
