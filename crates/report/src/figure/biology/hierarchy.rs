//! Preferred depth of each region in the backbone.

use afterimage_run::biology::Biology;

use super::{Figure, cell, row};
use crate::number::many;
use crate::plot::{Dot, Dots, dots};

/// Mean preferred depth of each region, as dots with intervals; none without regions that have one.
pub(super) fn hierarchy(found: &Biology, width: f64) -> Option<Figure> {
    let mut table = vec![row(&["region", "depth_mean", "low", "high", "q25", "median", "q75", "n"])];
    let mut rows = Vec::new();
    for region in found.own_regions() {
        let get = |name: &str| found.get(&format!("depth.{name}.{region}"));
        let Some(mean) = get("mean").filter(|m| m.value.is_finite()) else { continue };
        let ends = mean.interval.as_ref().map(|i| (i.low, i.high));
        let (low, high) = ends.unwrap_or((f64::NAN, f64::NAN));
        let of = |name: &str| get(name).map_or(f64::NAN, |m| m.value);
        let numbers = [mean.value, low, high, of("q25"), of("median"), of("q75")].map(cell);
        table.push([vec![region.clone()], numbers.to_vec(), vec![mean.n.to_string()]].concat());
        let note = format!("{:.2} (n\u{a0}{})", mean.value, many(mean.n));
        rows.push(Dot { name: region, value: mean.value, interval: ends, chance: None, mean: None, note });
    }
    let (first, last) = (found.branches.first()?, found.branches.last()?);
    let title = format!("preferred depth: 0 {}, 1 {}", first.tap, last.tap);
    let (svg, size) = dots(&Dots {
        width,
        title: &title,
        label: "Preferred depth per region",
        range: Some((0.0, 1.0)),
        rows: &rows,
    })?;
    let caption = "Preferred depth of each region: mean over voxels with its interval. Depth is the mean position of \
                   the encoder's branches, from first to last, weighted by their contribution to a voxel's prediction."
        .into();
    Some(Figure { name: "hierarchy".into(), caption, svg, size, table })
}
