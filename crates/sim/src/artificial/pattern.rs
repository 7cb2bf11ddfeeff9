//! Paints artificial images: a colour on grey, by the distance to an outline.

use std::f32::consts::TAU;

use ndarray::Array3;

use super::{Artificial, Kind, letter};
use crate::canvas::Canvas;
use crate::colour::Rgb;
use crate::draws::{Draws, Purpose};

/// Display value of the background.
const GREY: f32 = 0.5;
/// The exponent of the display, as of scenes.
const GAMMA: f32 = 2.2;
/// Half the width of a bar, in units of its length's half.
const BAR: f32 = 0.28;
/// Squares of noise along each axis.
const CELLS: usize = 8;

/// The image `[side, side, 3]`.
pub(super) fn paint(of: &Artificial, side: usize) -> Array3<u8> {
    let mut canvas = Canvas::new(side);
    let (colour, noise) = (of.display(), noise(of));
    let angle = of.orientation_deg.unwrap_or(0.0).to_radians();
    let (sin, cos) = angle.sin_cos();
    canvas.fill(|px, py, _, _| {
        // Object coordinates, -1..1 inside; y downwards, so that a counterclockwise angle turns by -angle.
        let (x, y) = ((px - of.x) / of.size, (py - of.y) / of.size);
        let (u, v) = (x * cos - y * sin, x * sin + y * cos);
        if outline(of, (x, y), (u, v)) > 0.0 {
            return linear([GREY; 3]);
        }
        let contrast = match of.kind {
            // The sinusoid changes across its stripes.
            Kind::Grating => (TAU * of.cycles.unwrap_or(1.0) * v * of.size).cos(),
            Kind::Noise => {
                let cell = |t: f32| (((t + 1.0) / 2.0 * CELLS as f32) as usize).min(CELLS - 1);
                noise[cell(y) * CELLS + cell(x)]
            }
            _ => 1.0,
        };
        linear(colour.map(|value| GREY + (value - GREY) * contrast))
    });
    canvas.develop()
}

/// Distance from the outline at object coordinates, also turned ones; negative inside.
fn outline(of: &Artificial, (x, y): (f32, f32), (u, v): (f32, f32)) -> f32 {
    let radius = (x * x + y * y).sqrt();
    let bar = |u: f32, v: f32| (u.abs() - 0.95).max(v.abs() - BAR);
    match of.kind {
        Kind::Disc | Kind::Grating => radius - 0.95,
        Kind::Ring => (radius - 0.75).abs() - 0.2,
        // An oblique bar is as long as an upright one and stays inside the circle.
        Kind::Bar => bar(u, v).max(radius - 0.97),
        Kind::Cross => bar(u, v).min(bar(v, u)).max(radius - 0.97),
        Kind::Letter => letter::distance(of.letter.unwrap_or('X'), x, y),
        Kind::Patch | Kind::Noise => x.abs().max(y.abs()) - 0.95,
    }
}

/// Intensities of the squares, -1..1; empty for other kinds.
fn noise(of: &Artificial) -> Vec<f32> {
    let Some(seed) = of.noise_seed else { return Vec::new() };
    let mut draws = Draws::new(seed, Purpose::ArtificialNoise, 0);
    (0..CELLS * CELLS).map(|_| draws.between(-1.0, 1.0)).collect()
}

/// Linear light of a display value.
fn linear(display: Rgb) -> Rgb {
    display.map(|value| value.clamp(0.0, 1.0).powf(GAMMA))
}
