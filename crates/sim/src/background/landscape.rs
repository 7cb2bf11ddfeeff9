//! Open places: a sky with clouds over hills and textured ground, or over water.

use crate::canvas::Canvas;
use crate::colour::{OUTDOOR, Rgb, blend, hex, scale, vary};
use crate::draws::Draws;
use crate::fractal::{Fractal, smooth};

struct Landscape {
    horizon: f32,
    upper: [Rgb; 3],
    lower: [Rgb; 3],
    clouds: f32,
    roughness: f32,
    sun: Option<(f32, f32)>,
}

/// Paints the landscape and returns the height of its horizon.
pub(super) fn paint(canvas: &mut Canvas, draws: &mut Draws) -> f32 {
    let land = choose(draws);
    let water = draws.chance(0.25);
    let sky_noise = Fractal::new(draws, canvas.side, 3.0, 2.2, 0.55);
    let ground_noise = Fractal::new(draws, canvas.side, 5.0, if water { 5.0 } else { 1.6 }, 0.68);
    let hills = ridges(draws, canvas.side, &land);
    canvas.fill(|u, v, x, y| {
        let mut colour = land.sky(u, v, sky_noise.at(x, y));
        for (crest, hill) in &hills {
            colour = blend(colour, *hill, edge(v - crest[x], canvas_step(crest.len())));
            if v > crest[x] {
                colour = scale(colour, 1.0 + 0.25 * ground_noise.at(x, y));
            }
        }
        if v > land.horizon { land.ground(v, ground_noise.at(x, y)) } else { colour }
    });
    land.horizon
}

fn canvas_step(side: usize) -> f32 {
    1.0 / side as f32
}

/// Opacity of something whose border is `distance` away, positive inside.
fn edge(distance: f32, width: f32) -> f32 {
    (distance / width + 0.5).clamp(0.0, 1.0)
}

fn choose(draws: &mut Draws) -> Landscape {
    let palette = draws.pick(&OUTDOOR);
    let lower = if draws.chance(0.3) { &draws.pick(&OUTDOOR).lower } else { &palette.lower };
    let sun = draws.chance(0.35).then(|| (draws.between(0.1, 0.9), draws.between(0.05, 0.4)));
    Landscape {
        horizon: draws.between(0.25, 0.78),
        upper: palette.upper.map(|code| vary(draws, hex(code), 0.12)),
        lower: lower.map(|code| vary(draws, hex(code), 0.18)),
        clouds: draws.between(-0.2, 0.9),
        roughness: draws.between(0.15, 0.6),
        sun,
    }
}

impl Landscape {
    fn sky(&self, u: f32, v: f32, noise: f32) -> Rgb {
        let height = (v / self.horizon).min(1.0);
        let base = gradient(&self.upper, height);
        let cloud = smooth(noise * 1.2 + self.clouds - 0.5) * 0.75;
        let lit = blend(base, blend(self.upper[2], [0.9, 0.9, 0.9], 0.6), cloud);
        match self.sun {
            Some((sun_u, sun_v)) => {
                let distance = ((u - sun_u).powi(2) + (v - sun_v).powi(2)).sqrt();
                let glow = (1.0 - distance / 0.6).max(0.0).powi(3) + if distance < 0.05 { 0.6 } else { 0.0 };
                blend(lit, [1.0, 0.93, 0.75], glow.min(1.0) * 0.8)
            }
            None => lit,
        }
    }

    fn ground(&self, v: f32, noise: f32) -> Rgb {
        let depth = (v - self.horizon) / (1.0 - self.horizon);
        let contrast = self.roughness * (0.35 + 0.65 * depth);
        scale(gradient(&self.lower, depth), (1.0 + contrast * noise).max(0.1))
    }
}

/// Up to three lines of hills, the far ones paler; each crest gives a height per column.
fn ridges(draws: &mut Draws, side: usize, land: &Landscape) -> Vec<(Vec<f32>, Rgb)> {
    let count = draws.below(4);
    (0..count)
        .map(|i| {
            let nearness = (i + 1) as f32 / count as f32;
            let profile = Fractal::new(draws, side, 2.0 + i as f32, 1.0, 0.5);
            let (lift, steepness) = (draws.between(0.02, 0.2), draws.between(0.04, 0.16));
            let row = draws.below(side);
            let crest =
                (0..side).map(|x| land.horizon - lift * (1.3 - nearness) - steepness * (0.4 + profile.at(x, row)));
            (crest.collect(), blend(land.upper[1], land.lower[1], 0.25 + 0.65 * nearness))
        })
        .collect()
}

/// The colour at `t` in 0..1 along three stops.
fn gradient(stops: &[Rgb; 3], t: f32) -> Rgb {
    if t < 0.5 { blend(stops[0], stops[1], t * 2.0) } else { blend(stops[1], stops[2], (t * 2.0 - 1.0).min(1.0)) }
}
