//! Outlines of objects as signed distance functions.
//!
//! Each function takes a point in object coordinates, y downwards, where the object fills about -1..1, and returns the
//! distance to the outline (exact or a close lower bound), negative inside. The primitives and their combination by
//! minimum, maximum and difference are the standard ones of constructive geometry.

use serde::{Deserialize, Serialize};
use std::f32::consts::{PI, TAU};

/// The outline of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Shape {
    Disc,
    Egg,
    Star,
    Box,
    Triangle,
    Hexagon,
    Ring,
    Leaf,
    House,
    Fish,
    Tree,
    Flower,
    Mug,
    Mushroom,
    Heart,
    Moon,
    Bottle,
    Butterfly,
    Cross,
    Tower,
}

impl Shape {
    /// Every shape.
    pub const ALL: [Shape; 20] = [
        Shape::Disc,
        Shape::Egg,
        Shape::Star,
        Shape::Box,
        Shape::Triangle,
        Shape::Hexagon,
        Shape::Ring,
        Shape::Leaf,
        Shape::House,
        Shape::Fish,
        Shape::Tree,
        Shape::Flower,
        Shape::Mug,
        Shape::Mushroom,
        Shape::Heart,
        Shape::Moon,
        Shape::Bottle,
        Shape::Butterfly,
        Shape::Cross,
        Shape::Tower,
    ];

    /// The word for it in a category name.
    pub fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }

    /// True if the object stands upright on the ground, so that it is tilted only a little.
    pub(crate) fn stands(self) -> bool {
        use Shape::{Bottle, House, Mug, Mushroom, Tower, Tree};
        matches!(self, House | Tree | Mug | Mushroom | Bottle | Tower)
    }

    /// Signed distance from the outline at a point in object coordinates, negative inside.
    pub(crate) fn distance(self, x: f32, y: f32) -> f32 {
        match self {
            Shape::Disc => circle(x, y, 0.95),
            Shape::Egg => circle(x * (1.15 + 0.25 * -y), y * 0.95, 0.9) * 0.8,
            Shape::Star => petals(x, y, 5.0, 0.42, 0.98),
            Shape::Box => rounded_box(x, y, 0.82, 0.82, 0.12),
            Shape::Triangle => polygon(x, y - 0.25, 3.0, 0.52) - 0.06,
            Shape::Hexagon => polygon(x, y, 6.0, 0.82) - 0.05,
            Shape::Ring => circle(x, y, 0.68).abs() - 0.27,
            Shape::Leaf => leaf(x, y),
            Shape::House => house(x, y),
            Shape::Fish => fish(x, y),
            Shape::Tree => tree(x, y),
            Shape::Flower => flower(x, y),
            Shape::Mug => mug(x, y),
            Shape::Mushroom => mushroom(x, y),
            Shape::Heart => heart(x, y),
            Shape::Moon => circle(x, y, 0.95).max(-circle(x - 0.45, y + 0.12, 0.78)),
            Shape::Bottle => bottle(x, y),
            Shape::Butterfly => butterfly(x, y),
            Shape::Cross => rounded_box(x, y, 0.92, 0.32, 0.06).min(rounded_box(x, y, 0.32, 0.92, 0.06)),
            Shape::Tower => tower(x, y),
        }
    }
}

fn circle(x: f32, y: f32, radius: f32) -> f32 {
    (x * x + y * y).sqrt() - radius
}

/// A lower bound of the distance to an ellipse with half-axes `a` and `b`, good near the outline.
fn ellipse(x: f32, y: f32, a: f32, b: f32) -> f32 {
    let (p, q) = (x / a, y / b);
    let k = (p * p + q * q).sqrt();
    (k - 1.0) * a.min(b)
}

fn rounded_box(x: f32, y: f32, half_width: f32, half_height: f32, radius: f32) -> f32 {
    let (dx, dy) = (x.abs() - half_width + radius, y.abs() - half_height + radius);
    let outside = (dx.max(0.0).powi(2) + dy.max(0.0).powi(2)).sqrt();
    outside + dx.max(dy).min(0.0) - radius
}

/// A regular polygon with one corner up; `apothem` is the distance of its sides from the centre.
fn polygon(x: f32, y: f32, corners: f32, apothem: f32) -> f32 {
    let sector = TAU / corners;
    let angle = x.atan2(y) + PI; // 0 points up
    let folded = angle.rem_euclid(sector) - sector * 0.5;
    (x * x + y * y).sqrt() * folded.cos() - apothem
}

/// A star: straight edges between `inner` and `outer` radius.
fn petals(x: f32, y: f32, corners: f32, inner: f32, outer: f32) -> f32 {
    let sector = PI / corners;
    let angle = (x.atan2(-y)).rem_euclid(2.0 * sector);
    let folded = angle.min(2.0 * sector - angle);
    let radius = (x * x + y * y).sqrt();
    let (px, py) = (radius * folded.cos(), radius * folded.sin());
    let (ex, ey) = (inner * sector.cos() - outer, inner * sector.sin());
    let length = (ex * ex + ey * ey).sqrt();
    ((px - outer) * ey - py * ex) / length
}

/// The lens between two circles, with a stalk.
fn leaf(x: f32, y: f32) -> f32 {
    let lens = circle(x - 0.62, y + 0.1, 1.08).max(circle(x + 0.62, y + 0.1, 1.08));
    lens.min(rounded_box(x, y - 0.82, 0.05, 0.2, 0.02))
}

/// A flat wall under a gabled roof, with a chimney.
fn house(x: f32, y: f32) -> f32 {
    let wall = rounded_box(x, y - 0.4, 0.72, 0.5, 0.02);
    let roof = ((x.abs() + (y + 0.95) * -1.05) * 0.69).max(y + 0.05).max(-y - 0.95);
    wall.min(roof).min(rounded_box(x - 0.45, y + 0.55, 0.11, 0.3, 0.01))
}

fn fish(x: f32, y: f32) -> f32 {
    let body = ellipse(x + 0.18, y, 0.76, 0.48);
    let tail = ((y.abs() - (x - 0.38) * 0.95) * 0.72).max(x - 0.98);
    let fin = ellipse(x + 0.12, y + 0.45, 0.28, 0.22);
    body.min(tail.max(0.38 - x)).min(fin)
}

fn tree(x: f32, y: f32) -> f32 {
    let crown = circle(x, y + 0.42, 0.5).min(circle(x - 0.4, y + 0.1, 0.38)).min(circle(x + 0.4, y + 0.08, 0.4));
    let trunk = rounded_box(x, y - 0.6, 0.13 + 0.06 * y.max(0.0), 0.4, 0.03);
    crown.min(trunk)
}

fn flower(x: f32, y: f32) -> f32 {
    let sector = TAU / 6.0;
    let angle = y.atan2(x);
    let folded = (angle + sector * 0.5).rem_euclid(sector) - sector * 0.5;
    let radius = (x * x + y * y).sqrt();
    ellipse(radius * folded.cos() - 0.58, radius * folded.sin(), 0.4, 0.27).min(radius - 0.36)
}

fn mug(x: f32, y: f32) -> f32 {
    let cup = rounded_box(x + 0.15, y, 0.6, 0.76, 0.12);
    let handle = ellipse(x - 0.48, y, 0.42, 0.42).abs() - 0.1;
    cup.min(handle)
}

fn mushroom(x: f32, y: f32) -> f32 {
    let cap = ellipse(x, y - 0.02, 0.95, 0.88).max(y - 0.06);
    cap.min(rounded_box(x, y - 0.45, 0.24 + 0.08 * y, 0.48, 0.12))
}

fn heart(x: f32, y: f32) -> f32 {
    let (x, y) = (x.abs(), y + 0.05);
    let lobes = circle(x - 0.43, y + 0.32, 0.5);
    let point = ((x + y - 0.88) * 0.707).max(-y - 0.32);
    lobes.min(point.max(x + -0.93))
}

fn bottle(x: f32, y: f32) -> f32 {
    let body = rounded_box(x, y - 0.3, 0.4, 0.66, 0.16);
    body.min(rounded_box(x, y + 0.55, 0.16, 0.42, 0.05))
}

fn butterfly(x: f32, y: f32) -> f32 {
    let side = x.abs();
    let upper = ellipse(side * 0.8 + y * 0.6 + -0.06, y * 0.8 - side * 0.6 + 0.62, 0.42, 0.6);
    let lower = ellipse(side - 0.42, y - 0.42, 0.4, 0.36);
    upper.min(lower).min(ellipse(x, y, 0.09, 0.75))
}

/// A tall block with a stepped top.
fn tower(x: f32, y: f32) -> f32 {
    let shaft = rounded_box(x, y - 0.2, 0.4, 0.8, 0.02);
    let step = rounded_box(x, y + 0.55, 0.26, 0.25, 0.02);
    shaft.min(step).min(rounded_box(x, y + 0.8, 0.07, 0.22, 0.01))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_is_large_and_inside_its_frame() {
        for shape in Shape::ALL {
            let grid = || (-24..=24).flat_map(|x| (-24..=24).map(move |y| (x as f32 / 20.0, y as f32 / 20.0)));
            let inside = grid().filter(|&(x, y)| shape.distance(x, y) < 0.0).count() as f32 / grid().count() as f32;
            assert!((0.15..0.8).contains(&inside), "{shape:?} fills {inside}");
            let escaped = grid().filter(|&(x, y)| x.abs().max(y.abs()) > 1.1 && shape.distance(x, y) < 0.0).count();
            assert_eq!(escaped, 0, "{shape:?}");
        }
    }
}
