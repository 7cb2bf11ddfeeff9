//! A row for each voxel.

use afterimage_biology::measures::{METHODS, field_of};
use afterimage_run::biology::{Biology, Field, Prf, Truth, Voxel};

use super::number;

/// A column: its name and the text of a voxel.
type Column = (String, Box<dyn Fn(&Voxel) -> String>);

type OfField = fn(&Field) -> Option<f64>;
type OfTruth = fn(&Truth) -> f64;
type OfPrf = fn(&Prf) -> Option<f64>;

const FIELD: [(&str, OfField); 6] = [
    ("x_px", |f| Some(f.x_px)),
    ("y_px", |f| Some(f.y_px)),
    ("sigma_px", |f| Some(f.sigma_px)),
    ("eccentricity_px", |f| Some(f.eccentricity_px)),
    ("angle_deg", |f| f.angle_deg),
    ("r2", |f| Some(f.r2)),
];
/// Lengths that are given in degrees too, where the width of the image is known.
const LENGTHS: [(&str, OfField); 2] =
    [("sigma_deg", |f| Some(f.sigma_px)), ("eccentricity_deg", |f| Some(f.eccentricity_px))];
const TRUTH: [(&str, OfTruth); 6] = [
    ("x_px", |t| t.x_px),
    ("y_px", |t| t.y_px),
    ("pooling_px", |t| t.pooling_px),
    ("effective_px", |t| t.effective_px),
    ("depth", |t| t.depth),
    ("snr", |t| t.snr),
];
const PRF: [(&str, OfPrf); 3] = [
    ("eccentricity_deg", |p| Some(p.eccentricity_deg)),
    ("angle_deg", |p| Some(p.angle_deg)),
    ("size_deg", |p| p.size_deg),
];

/// The table, its head first; columns of what is not known of any voxel are left out.
pub(super) fn table(found: &Biology) -> Vec<Vec<String>> {
    let columns: Vec<Column> =
        [known(), fields(found), branches(found), accuracy(), truth(found), prf(found)].into_iter().flatten().collect();
    let head = columns.iter().map(|(name, _)| name.clone()).collect();
    let rows = found.voxels.iter().map(|voxel| columns.iter().map(|(_, text)| text(voxel)).collect());
    std::iter::once(head).chain(rows).collect()
}

fn column(name: impl Into<String>, text: impl Fn(&Voxel) -> String + 'static) -> Column {
    (name.into(), Box::new(text))
}

fn known() -> Vec<Column> {
    vec![
        column("voxel", |v| v.column.to_string()),
        column("regions", |v| v.regions.join(" ")),
        column("hemisphere", |v| v.hemisphere.map(|h| format!("{h:?}").to_lowercase()).unwrap_or_default()),
    ]
}

fn fields(found: &Biology) -> Vec<Column> {
    let mut columns = Vec::new();
    for method in METHODS {
        for (name, part) in FIELD {
            columns.push(column(format!("{method}_{name}"), move |v| number(field_of(v, method).and_then(part))));
        }
        let Some(per_px) = found.degrees(1.0) else { continue };
        for (name, part) in LENGTHS {
            let degrees = move |v: &Voxel| number(field_of(v, method).and_then(part).map(|px| px * per_px));
            columns.push(column(format!("{method}_{name}"), degrees));
        }
    }
    columns
}

fn branches(found: &Biology) -> Vec<Column> {
    let share = |i: usize| move |v: &Voxel| number(v.shares.as_ref().map(|shares| shares[i]));
    let named = found.branches.iter().enumerate();
    named.map(|(i, branch)| column(format!("share_{}", branch.tap), share(i))).collect()
}

fn accuracy() -> Vec<Column> {
    vec![column("depth", |v| number(v.depth)), column("r", |v| number(v.r)), column("ceiling", |v| number(v.ceiling))]
}

fn truth(found: &Biology) -> Vec<Column> {
    let is_there = found.voxels.iter().any(|v| v.truth.is_some());
    let of =
        |(name, part): (&str, OfTruth)| column(format!("truth_{name}"), move |v| number(v.truth.as_ref().map(part)));
    TRUTH.into_iter().filter(|_| is_there).map(of).collect()
}

fn prf(found: &Biology) -> Vec<Column> {
    let is_there = found.voxels.iter().any(|v| v.prf.is_some());
    let of =
        |(name, part): (&str, OfPrf)| column(format!("prf_{name}"), move |v| number(v.prf.as_ref().and_then(part)));
    PRF.into_iter().filter(|_| is_there).map(of).collect()
}
