//! The skin of an object: the pattern of its texture and the shading of its solid form.

use crate::category::{Category, Texture};
use crate::colour::{Rgb, blend, hex, scale, vary};
use crate::draws::Draws;
use crate::fractal::{Fractal, smooth};

/// The skin of one member of a category.
pub(crate) struct Surface {
    texture: Texture,
    main: Rgb,
    second: Rgb,
    frequency: f32,
    phase: f32,
    cosine: f32,
    sine: f32,
    light: [f32; 3],
    gloss: f32,
    noise: Fractal,
}

impl Surface {
    pub(crate) fn choose(draws: &mut Draws, category: &Category, side: usize) -> Self {
        let [main, second] = category.colour.shades().map(|code| vary(draws, hex(code), 0.14));
        let angle = draws.between(0.0, std::f32::consts::PI);
        let bearing = draws.between(-2.4, -0.7);
        Self {
            texture: category.texture,
            main,
            second,
            frequency: draws.between(2.2, 3.8),
            phase: draws.between(0.0, 1.0),
            cosine: angle.cos(),
            sine: angle.sin(),
            light: [0.6 * bearing.cos(), 0.6 * bearing.sin(), 0.8],
            gloss: draws.between(0.0, 0.5),
            noise: Fractal::new(draws, side, 6.0, 1.0, 0.6),
        }
    }

    /// The colour at a point in object coordinates, where the outline is `depth` away inwards and the form faces
    /// `normal`.
    pub(crate) fn colour(&self, x: f32, y: f32, depth: f32, normal: [f32; 3]) -> Rgb {
        let facing: f32 = normal.iter().zip(&self.light).map(|(n, l)| n * l).sum();
        let shade = 0.42 + 0.78 * facing.max(0.0);
        let spark = self.gloss * (facing.max(0.0)).powi(24);
        let skin = blend(self.main, self.second, self.pattern(x, y, depth));
        scale(skin, shade).map(|value| value + spark)
    }

    /// How much of the second colour shows, 0..1.
    fn pattern(&self, x: f32, y: f32, depth: f32) -> f32 {
        let p = (x * self.cosine + y * self.sine) * self.frequency + self.phase;
        let q = (y * self.cosine - x * self.sine) * self.frequency + self.phase;
        match self.texture {
            Texture::Smooth => 0.0,
            Texture::Striped => step((p * std::f32::consts::TAU * 0.6).sin()),
            Texture::Spotted => step(2.2 * (0.33 - (cell(p) * cell(p) + cell(q) * cell(q)).sqrt())),
            Texture::Checked => step(4.0 * cell(p * 0.8) * cell(q * 0.8) * 4.0),
            Texture::Mottled => 0.8 * smooth(0.5 + 1.6 * self.noise.wrapped(x * 0.25 + self.phase, y * 0.25)),
            Texture::Rimmed => step(4.0 * (0.13 - depth)),
        }
    }
}

/// Position within a cell of width 1, -0.5..0.5.
fn cell(t: f32) -> f32 {
    t - t.floor() - 0.5
}

/// A soft threshold at 0.
fn step(t: f32) -> f32 {
    smooth(0.5 + 3.0 * t)
}
