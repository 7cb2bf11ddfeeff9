//! Rooms: a wall, plain, striped, tiled or with an image or window on it, above a table or floor.

use crate::canvas::Canvas;
use crate::colour::{INDOOR, Rgb, blend, hex, scale, vary};
use crate::draws::Draws;
use crate::fractal::Fractal;

/// What breaks the wall.
#[derive(Clone, Copy)]
enum Pattern {
    Plain,
    Stripes { period: f32, strength: f32 },
    Tiles { period: f32, strength: f32 },
}

/// A rectangle on the wall: frame, and an inside that is lighter (window) or coloured (image).
struct Panel {
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
    inside: Rgb,
    frame: Rgb,
}

/// Paints the room and returns the height where wall and table meet.
pub(super) fn paint(canvas: &mut Canvas, draws: &mut Draws) -> f32 {
    let (walls, tables) = (draws.pick(&INDOOR), draws.pick(&INDOOR));
    let wall = walls.upper.map(|code| vary(draws, hex(code), 0.15));
    let table = tables.lower.map(|code| vary(draws, hex(code), 0.15));
    let border = draws.between(0.45, 0.85);
    let slope = draws.between(-0.12, 0.12);
    let (light_u, light_v) = (draws.between(-0.2, 1.2), draws.between(-0.2, 0.6));
    let pattern = choose_pattern(draws);
    let panel = draws.chance(0.5).then(|| choose_panel(draws, border));
    let stain = Fractal::new(draws, canvas.side, 3.0, 1.0, 0.5);
    let grain = Fractal::new(draws, canvas.side, 8.0, grain_stretch(border), 0.6);
    canvas.fill(|u, v, x, y| {
        let distance = ((u - light_u).powi(2) + (v - light_v).powi(2)).sqrt();
        let light = 1.35 - 0.75 * distance.min(1.2);
        if v > border + slope * (u - 0.5) {
            let depth = (v - border) / (1.0 - border);
            return scale(blend(table[0], table[2], depth), light.max(0.4) * (1.0 + 0.22 * grain.at(x, y)));
        }
        let plain = blend(wall[0], wall[2], (distance * 0.8).min(1.0));
        let marked = panel.as_ref().and_then(|panel| panel.colour(u, v)).unwrap_or_else(|| pattern.apply(plain, u, v));
        scale(marked, light.max(0.25) * (1.0 + 0.08 * stain.at(x, y)))
    });
    border
}

/// Wood grain runs along the table; a low table shows more of it.
fn grain_stretch(border: f32) -> f32 {
    2.0 + 3.0 * border
}

fn choose_pattern(draws: &mut Draws) -> Pattern {
    let (period, strength) = (draws.between(0.06, 0.2), draws.between(0.1, 0.35));
    match draws.below(4) {
        0 => Pattern::Stripes { period, strength },
        1 => Pattern::Tiles { period, strength },
        _ => Pattern::Plain,
    }
}

fn picture_colour(draws: &mut Draws) -> Rgb {
    let room = draws.pick(&INDOOR);
    hex(*draws.pick(&room.lower))
}

fn choose_panel(draws: &mut Draws, border: f32) -> Panel {
    let (width, height) = (draws.between(0.2, 0.55), draws.between(0.2, 0.5) * border * 1.4);
    let left = draws.between(-0.1, 1.0 - width);
    let top = draws.between(-0.15, (border - height).max(-0.1));
    let inside = if draws.chance(0.5) { [0.75, 0.85, 0.95] } else { picture_colour(draws) };
    Panel { left, top, right: left + width, bottom: top + height, inside, frame: scale(inside, 0.3) }
}

impl Pattern {
    fn apply(self, colour: Rgb, u: f32, v: f32) -> Rgb {
        match self {
            Pattern::Plain => colour,
            Pattern::Stripes { period, strength } => {
                let wave = if (u / period).fract() < 0.5 { 0.0 } else { strength };
                scale(colour, 1.0 - wave)
            }
            Pattern::Tiles { period, strength } => {
                let joint = (u / period).fract() < 0.12 || (v / period).fract() < 0.12;
                scale(colour, if joint { 1.0 - strength } else { 1.0 })
            }
        }
    }
}

impl Panel {
    fn colour(&self, u: f32, v: f32) -> Option<Rgb> {
        let margin = (u - self.left).min(self.right - u).min(v - self.top).min(self.bottom - v);
        match margin {
            m if m < 0.0 => None,
            m if m < 0.025 => Some(self.frame),
            _ => Some(scale(self.inside, 1.0 - 0.4 * (v - self.top))),
        }
    }
}
