//! Maps of a few voxels of each region with the fields fitted to them.

use std::fmt::Write;

use afterimage_run::biology::{Biology, Example, Field, Voxel};
use afterimage_statistics::RecordedUnit;
use maud::{Markup, html};

use super::{Figure, cell, row};
use crate::number::px;

/// Side of a map, and the step to the next.
const MAP: f64 = 92.0;
const STEP: f64 = 98.0;
/// Width of the names at the left; heights of the header and of a row.
const LEFT: f64 = 62.0;
const HEAD: f64 = 34.0;
const ROW: f64 = 112.0;
/// Height of the legend.
const LEGEND: f64 = 22.0;
/// What the circle and the cross of a map are.
const CIRCLE: &str = "#d55e00";
const CROSS: &str = "#000";
/// Which voxel of a region each pair of maps is of, by R² of the fit to its map by stimulation.
const PERCENTILES: [&str; 3] =
    ["well fitted: 90th percentile", "typical: 50th percentile", "badly fitted: 10th percentile"];
/// Maps per row: two for each of three voxels.
const PER_ROW: usize = 3;
/// White to dark blue in even steps of lightness, one hue.
const SHADES: [&str; 9] =
    ["#f7f9fb", "#dfe8f1", "#c4d6e6", "#a5c1da", "#83a9cb", "#5f8fba", "#3f74a5", "#24588b", "#0f3c6b"];

/// One row per region, with a well, a typical and a badly fitted voxel, each by weights and by stimulation.
pub(super) fn fields(found: &Biology, unit: RecordedUnit) -> Option<Figure> {
    let mut regions: Vec<&str> = found.examples.iter().map(|e| e.region.as_str()).collect();
    regions.dedup();
    if regions.is_empty() {
        return None;
    }
    let (width, height) =
        (LEFT + 2.0 * PER_ROW as f64 * STEP + 8.0 * PER_ROW as f64, HEAD + ROW * regions.len() as f64 + LEGEND);
    let place = |index: usize, second: bool| LEFT + index as f64 * (2.0 * STEP + 8.0) + if second { STEP } else { 0.0 };
    let label = format!("Maps of {} {} with fitted receptive fields", found.examples.len(), unit.plural());
    let knows_truth = found.examples.iter().any(|e| found.voxels.get(e.voxel).is_some_and(|v| v.truth.is_some()));
    let svg = html! {
        svg.plot viewBox={ "0 0 " (px(width)) " " (px(height)) } role="img" aria-label=(label) {
            g.ticks { @for (i, title) in PERCENTILES.into_iter().enumerate() {
                text x=(px(place(i, false) + MAP)) y="12" text-anchor="middle" { (title) }
                @for (second, method) in [(false, "weights"), (true, "stimulation")] {
                    text x=(px(place(i, second) + MAP / 2.0)) y="27" text-anchor="middle" { (method) }
                }
            } }
            @for (r, region) in regions.iter().enumerate() {
                @let top = HEAD + ROW * r as f64;
                g.ticks { text x="4" y=(px(top + MAP / 2.0 + 4.0)) { (if region.is_empty() { "all" } else { region }) } }
                @for (i, example) in found.examples.iter().filter(|e| e.region == *region).take(PER_ROW).enumerate() {
                    @if let Some(voxel) = found.voxels.get(example.voxel) {
                        (map(&example.weights, voxel.weights, voxel, found, place(i, false), top))
                        (map(&example.stimulation, voxel.stimulation, voxel, found, place(i, true), top))
                        g.ticks { text x=(px(place(i, false))) y=(px(top + MAP + 12.0)) { (note(voxel, unit)) } }
                    }
                }
            }
            (legend(height - LEGEND / 2.0, knows_truth))
        }
    };
    let caption = "Maps of single voxels: the square root of the weights' power, and the change of the predicted \
                   response by a probe; darker is larger, each map relative to its own maximum. The circle is the \
                   fitted field (centre and one standard deviation); a cross is the true centre, if it is known. \
                   The voxels of each region are at the 90th, 50th and 10th percentile of R², the share of the map by stimulation that the fitted \
                   field explains, so the last is a poor fit by design; below each pair R² by weights and by stimulation."
        .to_owned();
    Some(Figure { name: "fields".into(), caption, svg, size: (width, height), table: table(found) })
}

fn note(voxel: &Voxel, unit: RecordedUnit) -> String {
    let r2 = |field: Option<Field>| field.map_or("–".to_owned(), |f| format!("{:.2}", f.r2));
    format!("{} {}: R² {} and {}", unit.singular(), voxel.column, r2(voxel.weights), r2(voxel.stimulation))
}

fn map(values: &[f32], field: Option<Field>, voxel: &Voxel, found: &Biology, left: f64, top: f64) -> Markup {
    let scale = MAP / found.side_px as f64;
    html! {
        svg x=(px(left)) y=(px(top)) width=(px(MAP)) height=(px(MAP)) viewBox={ "0 0 " (px(MAP)) " " (px(MAP)) } style="overflow:hidden" {
            rect width=(px(MAP)) height=(px(MAP)) fill=(SHADES[0]) {}
            @for (shade, path) in levels(values) { path d=(path) fill=(SHADES[shade]) shape-rendering="crispEdges" {} }
            @if let Some(f) = field {
                circle cx=(px(f.x_px * scale)) cy=(px(f.y_px * scale)) r=(px(f.sigma_px * scale)) fill="none" stroke=(CIRCLE) stroke-width="1.6" {}
            }
            @if let Some(t) = voxel.truth {
                (cross(t.x_px * scale, t.y_px * scale))
            }
            rect x="0.5" y="0.5" width=(px(MAP - 1.0)) height=(px(MAP - 1.0)) fill="none" stroke="#999" {}
        }
    }
}

fn cross(x: f64, y: f64) -> Markup {
    html! { path d={ "M" (px(x - 4.0)) " " (px(y)) "h8M" (px(x)) " " (px(y - 4.0)) "v8" } stroke=(CROSS) stroke-width="1.4" {} }
}

/// What the signs of the maps are, in one line.
fn legend(y: f64, knows_truth: bool) -> Markup {
    html! {
        circle cx=(px(LEFT + 6.0)) cy=(px(y)) r="5" fill="none" stroke=(CIRCLE) stroke-width="1.6" {}
        g.ticks { text x=(px(LEFT + 17.0)) y=(px(y + 4.0)) { "fitted field: centre, one standard deviation" } }
        @if knows_truth {
            (cross(LEFT + 306.0, y))
            g.ticks { text x=(px(LEFT + 316.0)) y=(px(y + 4.0)) { "true centre" } }
        }
    }
}

/// For each shade the cells that have it, as one path of runs along rows.
fn levels(values: &[f32]) -> Vec<(usize, String)> {
    let side = (values.len() as f64).sqrt().round() as usize;
    let cell = MAP / side.max(1) as f64;
    let shade = |v: f32| ((f64::from(v) * SHADES.len() as f64) as usize).min(SHADES.len() - 1);
    let mut paths = vec![String::new(); SHADES.len()];
    for (y, row) in values.chunks(side.max(1)).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| shade(*a) == shade(*b)) {
            let _ = write!(
                paths[shade(run[0])],
                "M{:.2} {:.2}h{:.2}v{:.2}h-{:.2}z",
                x as f64 * cell,
                y as f64 * cell,
                run.len() as f64 * cell,
                cell,
                run.len() as f64 * cell
            );
            x += run.len();
        }
    }
    paths.into_iter().enumerate().skip(1).filter(|(_, path)| !path.is_empty()).collect()
}

/// One row per position of each map.
fn table(found: &Biology) -> Vec<Vec<String>> {
    let mut table = vec![row(&["region", "voxel", "method", "x_px", "y_px", "value"])];
    for example in &found.examples {
        let Some(voxel) = found.voxels.get(example.voxel) else { continue };
        table.extend(positions(example, "weights", &example.weights, voxel, found));
        table.extend(positions(example, "stimulation", &example.stimulation, voxel, found));
    }
    table
}

fn positions(example: &Example, method: &str, values: &[f32], voxel: &Voxel, found: &Biology) -> Vec<Vec<String>> {
    let side = (values.len() as f64).sqrt().round() as usize;
    let at = |i: usize| (i as f64 + 0.5) * found.side_px as f64 / side as f64;
    let one = |(p, v): (usize, &f32)| {
        let numbers = [at(p % side), at(p / side), f64::from(*v)].map(cell);
        [vec![example.region.clone(), voxel.column.to_string(), method.to_owned()], numbers.to_vec()].concat()
    };
    values.iter().enumerate().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_one_shade_are_one_box_and_the_palest_is_the_ground() {
        let paths = levels(&[0.0, 1.0, 1.0, 0.0]);
        assert_eq!(paths.len(), 1);
        assert_eq!(paths[0], (8, "M46.00 0.00h46.00v46.00h-46.00zM0.00 46.00h46.00v46.00h-46.00z".to_owned()));
    }
}
