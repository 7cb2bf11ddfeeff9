//! Slices through a volume: one value per voxel, from inferior to superior, left on the left.

use std::fmt::Write as _;

use afterimage_run::voxels::Volume;
use maud::{Markup, html};

use super::{Scale, range, ticks::Labels};
use crate::number::px;

/// Most slices that are drawn.
const MOST: usize = 12;
/// Panels in a row.
const COLUMNS: usize = 4;
const WIDTH: f64 = 760.0;
const GAP: f64 = 14.0;
/// Number of colours of the scale; more could not be distinguished.
const LEVELS: usize = 24;
/// From dark blue by grey to yellow, ever lighter: readable with any colour vision and in print.
const ANCHORS: [[f64; 3]; 5] =
    [[16.0, 37.0, 79.0], [47.0, 85.0, 151.0], [124.0, 127.0, 143.0], [194.0, 165.0, 80.0], [255.0, 228.0, 92.0]];

/// The voxel axes that run most nearly to the right, to the front and upwards, and whether they run against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Axes {
    axis: [usize; 3],
    against: [bool; 3],
}

impl Axes {
    fn of(volume: &Volume) -> Self {
        let cosine = |row: usize, axis: usize| {
            let length = (0..3).map(|row| volume.affine[row][axis].powi(2)).sum::<f64>().sqrt();
            if length > 0.0 { volume.affine[row][axis] / length } else { 0.0 }
        };
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        let fit = |axes: &[usize; 3]| (0..3).map(|row| cosine(row, axes[row]).abs()).sum::<f64>();
        // The first of equal ones, so that a volume without directions keeps its own order.
        let axis = orders.into_iter().rev().max_by(|a, b| fit(a).total_cmp(&fit(b))).unwrap_or([0, 1, 2]);
        Self { axis, against: [0, 1, 2].map(|row| cosine(row, axis[row]) < 0.0) }
    }
}

/// What is drawn: the part of the volume that has voxels.
struct Window {
    axes: Axes,
    low: [u32; 3],
    high: [u32; 3],
    /// Width and height of a voxel on the page.
    cell: [f64; 2],
}

/// Horizontal slices that hold the values; none if no value is finite or nothing has a place.
pub(crate) fn slices(volume: &Volume, values: &[f64], title: &str, label: &str) -> Option<Markup> {
    let (low, high) = range(values.iter().copied())?;
    let window = Window::of(volume)?;
    let shown = choose_slices(volume, values, window.axes.axis[2]);
    let [width, height] = window.size();
    let columns = COLUMNS.min(shown.len());
    let rows = shown.len().div_ceil(columns);
    let bottom = rows as f64 * (height + 22.0 + GAP);
    let scale = Scale::round((low, high), (0.0, 260.0));
    Some(html! {
        svg.plot.slices viewBox={ "0 0 " (px(WIDTH)) " " (px(bottom + 48.0)) } role="img" aria-label=(label) {
            @for (place, &slice) in shown.iter().enumerate() {
                @let (x, y) = ((place % columns) as f64 * (width + GAP), (place / columns) as f64 * (height + 22.0 + GAP));
                g transform={ "translate(" (px(x)) " " (px(y)) ")" } {
                    rect width=(px(width)) height=(px(height)) fill="var(--hair)" {}
                    g shape-rendering="crispEdges" {
                        @for (colour, path) in window.paths(volume, values, slice, &scale) { path fill=(colour) d=(path) {} }
                    }
                    text x=(px(width / 2.0)) y=(px(height + 14.0)) text-anchor="middle" { (window.height_mm(volume, slice)) }
                    @if place == 0 {
                        text x="4" y="13" { "L" }
                        text x=(px(width - 4.0)) y="13" text-anchor="end" { "R" }
                    }
                }
            }
            (legend(&scale, title, bottom))
        }
    })
}

/// Slices with values, from below; if there are more than fit, spread evenly over them.
fn choose_slices(volume: &Volume, values: &[f64], axis: usize) -> Vec<u32> {
    let mut found: Vec<u32> =
        volume.indices.iter().zip(values).filter(|(_, v)| v.is_finite()).map(|(index, _)| index[axis]).collect();
    found.sort_unstable();
    found.dedup();
    if volume.affine[2][axis] < 0.0 {
        found.reverse();
    }
    let n = found.len();
    if n <= MOST { found } else { (0..MOST).map(|k| found[(2 * k + 1) * n / (2 * MOST)]).collect() }
}

impl Window {
    fn of(volume: &Volume) -> Option<Self> {
        let axes = Axes::of(volume);
        let ends = |axis: usize| {
            let along = || volume.indices.iter().map(move |index| index[axis]);
            Some((along().min()?, along().max()?))
        };
        let [(x0, x1), (y0, y1), (z0, z1)] = [ends(axes.axis[0])?, ends(axes.axis[1])?, ends(axes.axis[2])?];
        let size = |axis: usize| (0..3).map(|row| volume.affine[row][axis].powi(2)).sum::<f64>().sqrt().max(1e-6);
        let panel = (WIDTH - GAP * (COLUMNS - 1) as f64) / COLUMNS as f64;
        let [width, height] = [size(axes.axis[0]), size(axes.axis[1])];
        // One voxel of margin all round.
        let [across, along] = [f64::from(x1 - x0 + 3) * width, f64::from(y1 - y0 + 3) * height];
        let scale = panel / across.max(along / 1.25);
        Some(Self { axes, low: [x0, y0, z0], high: [x1, y1, z1], cell: [width * scale, height * scale] })
    }

    /// Of a panel.
    fn size(&self) -> [f64; 2] {
        [0, 1].map(|axis| f64::from(self.high[axis] - self.low[axis] + 3) * self.cell[axis])
    }

    /// Column and row of a voxel within its panel: to the right rightwards, to the front upwards.
    fn place(&self, index: [u32; 3]) -> [u32; 2] {
        let [x, y] = [0, 1].map(|axis| index[self.axes.axis[axis]]);
        let column = if self.axes.against[0] { self.high[0] - x } else { x - self.low[0] };
        let row = if self.axes.against[1] { y - self.low[1] } else { self.high[1] - y };
        [column + 1, row + 1]
    }

    /// One path per colour, with adjacent voxels joined; undefined ones in the colour of rules.
    fn paths(&self, volume: &Volume, values: &[f64], slice: u32, scale: &Scale) -> Vec<(String, String)> {
        let mut cells: Vec<(Option<usize>, [u32; 2])> = volume
            .indices
            .iter()
            .zip(values)
            .filter(|(index, _)| index[self.axes.axis[2]] == slice)
            .map(|(index, value)| (value.is_finite().then(|| level(*value, scale)), self.place(*index)))
            .collect();
        cells.sort_unstable_by_key(|(level, [column, row])| (*level, *row, *column));
        let mut paths: Vec<(Option<usize>, String)> = Vec::new();
        for run in cells.chunk_by(|(l, [c, r]), (m, [d, s])| l == m && r == s && c + 1 == *d) {
            let (level, [column, row]) = run[0];
            if paths.last().is_none_or(|(last, _)| *last != level) {
                paths.push((level, String::new()));
            }
            let edge = |cells: u32, axis: usize| px(f64::from(cells) * self.cell[axis]);
            let [left, right] = [edge(column, 0), edge(column + run.len() as u32, 0)];
            let [top, bottom] = [edge(row, 1), edge(row + 1, 1)];
            if let Some((_, path)) = paths.last_mut() {
                let _ = write!(path, "M{left} {top}H{right}V{bottom}H{left}z");
            }
        }
        let fill = |level: Option<usize>| level.map_or_else(|| "var(--rule)".to_owned(), colour);
        paths.into_iter().map(|(level, path)| (fill(level), path)).collect()
    }

    /// Height of a slice in the middle of what is drawn.
    fn height_mm(&self, volume: &Volume, slice: u32) -> String {
        let mut index = [0; 3];
        for axis in 0..2 {
            index[self.axes.axis[axis]] = self.low[axis].midpoint(self.high[axis]);
        }
        index[self.axes.axis[2]] = slice;
        let z = volume.millimetres(index)[2];
        format!("z = {} mm", format!("{z:.0}").replace("-0", "0").replace('-', "\u{2212}"))
    }
}

fn legend(scale: &Scale, title: &str, top: f64) -> Markup {
    let step = 260.0 / LEVELS as f64;
    let ticks = scale.ticks(5);
    let labels = Labels::linear(&ticks);
    html! {
        g transform={ "translate(0 " (px(top)) ")" } {
            @for level in 0..LEVELS { rect x=(px(level as f64 * step)) y="4" width=(px(step + 0.3)) height="12" fill=(colour(level)) {} }
            @for &t in &ticks { text x=(px(scale.at(t).max(6.0))) y="30" text-anchor="middle" { (labels.label(t)) } }
            text x="276" y="14" { (title) }
        }
    }
}

fn level(value: f64, scale: &Scale) -> usize {
    ((scale.at(value) / 260.0 * LEVELS as f64) as usize).min(LEVELS - 1)
}

fn colour(level: usize) -> String {
    let at = level as f64 / (LEVELS - 1) as f64 * (ANCHORS.len() - 1) as f64;
    let (from, share) = ((at as usize).min(ANCHORS.len() - 2), at.fract());
    let share = if at as usize > from { 1.0 } else { share };
    let [r, g, b] =
        [0, 1, 2].map(|c| (ANCHORS[from][c] + share * (ANCHORS[from + 1][c] - ANCHORS[from][c])).round() as u8);
    format!("#{r:02x}{g:02x}{b:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn volume(affine: [[f64; 4]; 4], indices: Vec<[u32; 3]>) -> Volume {
        Volume { shape: [30, 30, 30], affine, indices }
    }

    const LAS: [[f64; 4]; 4] =
        [[-2.0, 0.0, 0.0, 40.0], [0.0, 2.0, 0.0, -60.0], [0.0, 0.0, 2.0, -30.0], [0.0, 0.0, 0.0, 1.0]];

    #[test]
    fn scale_grows_lighter_from_end_to_end() {
        let light = |level: usize| {
            let hex = colour(level);
            let part = |at: usize| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
            let linear = |v: f64| if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) };
            0.2126 * linear(part(1)) + 0.7152 * linear(part(3)) + 0.0722 * linear(part(5))
        };
        assert!((1..LEVELS).all(|level| light(level) > light(level - 1) + 0.005));
        assert_eq!((colour(0), colour(LEVELS - 1)), ("#10254f".to_owned(), "#ffe45c".to_owned()));
    }

    #[test]
    fn left_is_on_the_left_and_front_above_whatever_the_axes_of_the_file() {
        // In the first, x runs to the left; in the second, axes are stored as z, x, y with y backwards.
        let front_left = volume(LAS, vec![[20, 25, 3], [10, 5, 3]]);
        let window = Window::of(&front_left).unwrap();
        assert_eq!((window.place([20, 25, 3]), window.place([10, 5, 3])), ([1, 1], [11, 21]));
        let turned = [[0.0, 2.0, 0.0, 0.0], [0.0, 0.0, -2.0, 0.0], [2.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]];
        let turned = volume(turned, vec![[3, 10, 5], [3, 20, 25]]);
        assert_eq!(Axes::of(&turned), Axes { axis: [1, 2, 0], against: [false, true, false] });
        let window = Window::of(&turned).unwrap();
        assert_eq!((window.place([3, 10, 5]), window.place([3, 20, 25])), ([1, 1], [11, 21]));
        assert_eq!(Axes::of(&volume([[0.0; 4]; 4], vec![])).axis, [0, 1, 2]);
    }

    #[test]
    fn slices_run_upwards_and_at_most_twelve_are_drawn() {
        let indices: Vec<[u32; 3]> = (0..30).map(|z| [3, 4, z]).collect();
        let values: Vec<f64> = (0..30).map(|z| if z == 29 { f64::NAN } else { f64::from(z) }).collect();
        let shown = choose_slices(&volume(LAS, indices.clone()), &values, 2);
        assert_eq!((shown.len(), shown[0], shown[11]), (12, 1, 27));
        let mut down = LAS;
        down[2][2] = -2.0;
        assert!(choose_slices(&volume(down, indices.clone()), &values, 2)[0] > 20);
        let text = slices(&volume(LAS, indices), &values, "Pearson r", "label").unwrap().into_string();
        assert_eq!(text.matches("z = ").count(), 12);
        assert!(text.contains("z = \u{2212}28 mm"));
        assert!(slices(&volume(LAS, vec![[1, 1, 1]]), &[f64::NAN], "", "").is_none());
    }

    #[test]
    fn neighbours_of_a_colour_are_one_bar() {
        let indices = vec![[5, 5, 0], [6, 5, 0], [8, 5, 0]];
        let window = Window::of(&volume(LAS, indices.clone())).unwrap();
        let paths = window.paths(&volume(LAS, indices), &[1.0, 1.0, 1.0], 0, &Scale::linear((0.0, 2.0), (0.0, 260.0)));
        assert_eq!((paths.len(), paths[0].1.matches('M').count()), (1, 2));
    }
}
