//! Dead-leaves images: overlapping discs and leaves whose radii follow a power law, sharp (litter) or soft (foliage).
//!
//! Such images share the scale invariance and the edge statistics of photographs (Lee, Mumford and Huang 2001).

use crate::canvas::Canvas;
use crate::colour::{LITTER, OUTDOOR, Rgb, blend, hex, scale, vary};
use crate::draws::Draws;
use crate::fractal::Fractal;

/// One leaf: an ellipse that is lit from one side.
struct Leaf {
    u: f32,
    v: f32,
    radius: f32,
    flatness: f32,
    cosine: f32,
    sine: f32,
    colour: Rgb,
    opacity: f32,
    softness: f32,
}

/// Paints litter, leaf over leaf in random order; it has no horizon, so the whole image is ground.
pub(super) fn paint_litter(canvas: &mut Canvas, draws: &mut Draws) -> f32 {
    let family = *draws.pick(&LITTER);
    let other = *draws.pick(&LITTER);
    let mixing = draws.between(0.0, 0.35);
    let slant = (draws.between(-0.8, 0.8), draws.between(-0.8, 0.8));
    canvas.fill(|_, _, _, _| hex(family[3]));
    let least = draws.between(0.05, 0.12);
    for _ in 0..160 {
        // The inverse of the distribution function of a density r^-3 above `least`.
        let radius = (least / draws.between(0.02, 1.0).sqrt()).min(0.4);
        let code = if draws.chance(mixing) { *draws.pick(&other) } else { *draws.pick(&family) };
        let mut leaf = choose(draws, radius, hex(code));
        leaf.colour = scale(leaf.colour, (1.0 + slant.0 * (leaf.u - 0.5) + slant.1 * (leaf.v - 0.5)).max(0.15));
        leaf.paint(canvas);
    }
    add_texture(canvas, draws, 0.3);
    0.35
}

/// Paints a gradient with soft discs of light; the ground begins below the middle.
pub(super) fn paint_foliage(canvas: &mut Canvas, draws: &mut Draws) -> f32 {
    let palette = draws.pick(&OUTDOOR);
    let family = *draws.pick(&LITTER);
    let (first, second) = (vary(draws, hex(palette.upper[1]), 0.4), vary(draws, hex(family[1]), 0.4));
    let angle = draws.between(0.0, std::f32::consts::TAU);
    let clouds = Fractal::new(draws, canvas.side, 2.5, 1.0, 0.42);
    canvas.fill(|u, v, x, y| {
        let t = 0.5 + (u - 0.5) * angle.cos() + (v - 0.5) * angle.sin() + 0.45 * clouds.at(x, y);
        blend(first, second, t.clamp(0.0, 1.0))
    });
    for _ in 0..14 + draws.below(30) {
        let radius = draws.between(0.03, 0.16);
        let mut leaf = choose(draws, radius, hex(family[0]));
        let glint = blend(hex(*draws.pick(&family)), hex(*draws.pick(&palette.upper)), 0.4);
        leaf.colour = vary(draws, glint, 0.5);
        leaf.opacity = draws.between(0.15, 0.7);
        leaf.softness = draws.between(0.2, 0.9);
        leaf.flatness = 1.0;
        leaf.paint(canvas);
    }
    add_texture(canvas, draws, 0.06);
    0.55
}

fn choose(draws: &mut Draws, radius: f32, colour: Rgb) -> Leaf {
    let angle = draws.between(0.0, std::f32::consts::TAU);
    Leaf {
        u: draws.between(-0.05, 1.05),
        v: draws.between(-0.05, 1.05),
        radius,
        flatness: draws.between(0.45, 1.0),
        cosine: angle.cos(),
        sine: angle.sin(),
        colour: vary(draws, colour, 0.25),
        opacity: 1.0,
        softness: 0.0,
    }
}

impl Leaf {
    fn paint(&self, canvas: &mut Canvas) {
        let border = (1.5 / (canvas.side as f32 * self.radius)).max(self.softness);
        for y in canvas.range(self.v - self.radius, self.v + self.radius) {
            for x in canvas.range(self.u - self.radius, self.u + self.radius) {
                let (du, dv) = (canvas.unit(x) - self.u, canvas.unit(y) - self.v);
                let along = (du * self.cosine + dv * self.sine) / self.radius;
                let across = (dv * self.cosine - du * self.sine) / (self.radius * self.flatness);
                let depth = 1.0 - (along * along + across * across).sqrt();
                if depth > 0.0 {
                    let shade = 1.0 - (0.25 * along + 0.2 * across) * (1.0 - self.softness);
                    canvas.cover(x, y, scale(self.colour, shade), self.opacity * (depth / border).min(1.0));
                }
            }
        }
    }
}

/// Multiplies the image with fine 1/f texture.
fn add_texture(canvas: &mut Canvas, draws: &mut Draws, strength: f32) {
    let grain = Fractal::new(draws, canvas.side, 6.0, 1.0, 0.7);
    let side = canvas.side;
    for (i, sample) in canvas.samples.iter_mut().enumerate() {
        *sample = scale(*sample, (1.0 + strength * grain.at(i % side, i / side)).max(0.2));
    }
}
