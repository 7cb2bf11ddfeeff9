//! Markers of groups of points, so that groups are told apart without colour.

use plotters::prelude::*;

use super::chart::{Area, Drawn, FINE};

/// Outlines of markers as corners in units of the radius; the first marker, without corners, is a circle. Areas are alike.
const OUTLINES: [&[(f64, f64)]; 8] = [
    &[],
    &[(-0.89, -0.89), (0.89, -0.89), (0.89, 0.89), (-0.89, 0.89)],
    &[(0.0, -1.4), (1.25, 0.85), (-1.25, 0.85)],
    &[(0.0, -1.35), (1.2, 0.0), (0.0, 1.35), (-1.2, 0.0)],
    &[(0.0, 1.4), (1.25, -0.85), (-1.25, -0.85)],
    // A plus.
    &[
        (-0.45, -1.4),
        (0.45, -1.4),
        (0.45, -0.45),
        (1.4, -0.45),
        (1.4, 0.45),
        (0.45, 0.45),
        (0.45, 1.4),
        (-0.45, 1.4),
        (-0.45, 0.45),
        (-1.4, 0.45),
        (-1.4, -0.45),
        (-0.45, -0.45),
    ],
    // A pentagon.
    &[(0.0, -1.25), (1.19, -0.39), (0.73, 1.01), (-0.73, 1.01), (-1.19, -0.39)],
    // A cross.
    &[
        (-0.67, -1.31),
        (0.0, -0.64),
        (0.67, -1.31),
        (1.31, -0.67),
        (0.64, 0.0),
        (1.31, 0.67),
        (0.67, 1.31),
        (0.0, 0.64),
        (-0.67, 1.31),
        (-1.31, 0.67),
        (-0.64, 0.0),
        (-1.31, -0.67),
    ],
];

/// Draws the marker of the group of this index, filled; place and radius in units of the canvas.
pub(super) fn marker(area: &Area, index: usize, (x, y): (i32, i32), radius: f64, colour: RGBAColor) -> Drawn {
    // Each round of colours shifts the markers by one, so that colour and marker together repeat late.
    let outline = OUTLINES[(index + index / OUTLINES.len()) % OUTLINES.len()];
    let radius = radius * f64::from(FINE);
    if outline.is_empty() {
        return area.draw(&Circle::new((x, y), radius.round() as i32, colour.filled()));
    }
    let corner =
        |&(right, down): &(f64, f64)| (x + (right * radius).round() as i32, y + (down * radius).round() as i32);
    area.draw(&Polygon::new(outline.iter().map(corner).collect::<Vec<_>>(), colour.filled()))
}
