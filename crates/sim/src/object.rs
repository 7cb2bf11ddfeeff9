//! One object in a scene: its position, how it is rotated, and how it is painted.

use crate::canvas::Canvas;
use crate::category::Category;
use crate::draws::Draws;
use crate::surface::Surface;
use serde::Serialize;

/// Where an object is, in units of the image side.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Pose {
    /// Horizontal centre, 0 at the left.
    pub x: f32,
    /// Vertical centre, 0 at the top.
    pub y: f32,
    /// Half the size of the object's frame.
    pub radius: f32,
    /// Rotation in radians, clockwise as seen.
    pub angle: f32,
}

impl Pose {
    /// The main object: large, and anywhere that keeps most of it in the picture.
    pub(crate) fn main(draws: &mut Draws, category: &Category) -> Self {
        let radius = draws.between(0.2, 0.4);
        let room = 0.5 - 0.75 * radius;
        Self {
            x: 0.5 + draws.between(-room, room),
            y: 0.53 + draws.between(-room, room),
            radius,
            angle: tilt(draws, category),
        }
    }

    /// A second member of the category, smaller and on the other side of the picture.
    pub(crate) fn second(draws: &mut Draws, category: &Category, first: &Pose) -> Self {
        let radius = first.radius * draws.between(0.4, 0.75);
        let x = if first.x < 0.5 { draws.between(0.68, 0.95) } else { draws.between(0.05, 0.32) };
        Self { x, y: (first.y + draws.between(-0.3, 0.3)).clamp(0.15, 0.85), radius, angle: tilt(draws, category) }
    }

    /// A point of the image in object coordinates.
    fn local(&self, u: f32, v: f32) -> (f32, f32) {
        let (du, dv) = ((u - self.x) / self.radius, (v - self.y) / self.radius);
        let (sine, cosine) = self.angle.sin_cos();
        (du * cosine + dv * sine, dv * cosine - du * sine)
    }
}

fn tilt(draws: &mut Draws, category: &Category) -> f32 {
    if category.shape.stands() { draws.normal() * 0.08 } else { draws.normal() * 0.45 }
}

/// Paints the shadow and then the object.
pub(crate) fn paint(canvas: &mut Canvas, category: &Category, pose: &Pose, surface: &Surface, grounded: bool) {
    shadow(canvas, pose, grounded);
    let reach = pose.radius * 1.45;
    let (columns, rows) = (canvas.range(pose.x - reach, pose.x + reach), canvas.range(pose.y - reach, pose.y + reach));
    let sample = 1.0 / (canvas.side as f32 * pose.radius); // one sample in object units
    let (sine, cosine) = pose.angle.sin_cos();
    for y in rows {
        for x in columns.clone() {
            let (px, py) = pose.local(canvas.unit(x), canvas.unit(y));
            if px.abs().max(py.abs()) > 1.15 {
                continue;
            }
            let distance = category.shape.distance(px, py);
            if distance < sample {
                let depth = (-distance).max(0.0);
                let normal = normal(category, px, py, distance, depth);
                let turned = [normal[0] * cosine - normal[1] * sine, normal[0] * sine + normal[1] * cosine, normal[2]];
                let opacity = (0.5 - distance / sample).clamp(0.0, 1.0);
                canvas.cover(x, y, surface.colour(px, py, depth, turned), opacity);
            }
        }
    }
}

/// The direction that the rounded form faces: flat in the middle, falling off like a quarter circle towards the
/// outline.
fn normal(category: &Category, x: f32, y: f32, distance: f32, depth: f32) -> [f32; 3] {
    const ROUNDING: f32 = 0.5;
    const STEP: f32 = 0.01;
    if depth >= ROUNDING {
        return [0.0, 0.0, 1.0];
    }
    let slope_x = (category.shape.distance(x + STEP, y) - distance) / STEP;
    let slope_y = (category.shape.distance(x, y + STEP) - distance) / STEP;
    let length = (slope_x * slope_x + slope_y * slope_y).sqrt().max(1e-6);
    let fall = 1.0 - depth / ROUNDING;
    let tilt = 0.85 * fall * fall;
    [tilt * slope_x / length, tilt * slope_y / length, (1.0 - tilt * tilt).sqrt()]
}

/// Darkens the ground below the object, or all around it where it lies on litter.
fn shadow(canvas: &mut Canvas, pose: &Pose, grounded: bool) {
    let (height, sink) = if grounded { (0.3, 0.85) } else { (0.95, 0.15) };
    let (half_width, half_height) = (pose.radius * 1.25, pose.radius * 1.25 * height);
    let (u, v) = (pose.x + 0.1 * pose.radius, pose.y + sink * pose.radius);
    for y in canvas.range(v - half_height, v + half_height) {
        for x in canvas.range(u - half_width, u + half_width) {
            let (du, dv) = ((canvas.unit(x) - u) / half_width, (canvas.unit(y) - v) / half_height);
            let fade = (1.0 - du * du - dv * dv).max(0.0);
            canvas.cover(x, y, [0.005, 0.006, 0.01], 0.6 * fade);
        }
    }
}
