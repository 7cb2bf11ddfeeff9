//! `biology.json` as tables: voxels, measures, and the channels that voxels of a region lean on.

mod voxels;

use crate::error::Result;

use afterimage_biology::{WeightMaps, measures};
use afterimage_run::{RunFolder, atomic, biology::Biology, table::csv};

/// Channels of each branch and region that are listed.
const STRONGEST: usize = 5;

/// Writes all three.
pub(super) fn write(run: &RunFolder, found: &Biology, weights: &WeightMaps) -> Result<()> {
    save(run, "voxels", &voxels::table(found))?;
    save(run, "measures", &measures_table(found))?;
    save(run, "channels", &channels(found, weights))
}

fn save(run: &RunFolder, name: &str, rows: &[Vec<String>]) -> Result<()> {
    Ok(atomic::write(&run.biology_table(name), csv(rows).as_bytes())?)
}

/// Undefined numbers are empty.
fn number(value: Option<f64>) -> String {
    value.filter(|v| v.is_finite()).map(|v| format!("{v:.6}")).unwrap_or_default()
}

fn measures_table(found: &Biology) -> Vec<Vec<String>> {
    let head = [
        "name",
        "region",
        "value",
        "unit",
        "low",
        "high",
        "level",
        "chance",
        "p",
        "n",
        "definition",
        "interval",
        "test",
        "notes",
    ];
    let rows = found.measures.iter().map(|m| {
        let interval = m.interval.as_ref();
        vec![
            m.name.clone(),
            m.region.clone().unwrap_or_default(),
            number(Some(m.value)),
            m.unit.clone(),
            number(interval.map(|i| i.low)),
            number(interval.map(|i| i.high)),
            interval.map(|i| i.level.to_string()).unwrap_or_default(),
            number(m.chance),
            number(m.p.as_ref().map(|p| p.value)),
            m.n.to_string(),
            m.definition.clone(),
            interval.map(|i| i.method.clone()).unwrap_or_default(),
            m.p.as_ref().map(|p| p.method.clone()).unwrap_or_default(),
            m.notes.join("; "),
        ]
    });
    std::iter::once(head.map(str::to_owned).to_vec()).chain(rows).collect()
}

/// For each region and branch the channels with the largest mean share of their voxels' power in that branch.
fn channels(found: &Biology, weights: &WeightMaps) -> Vec<Vec<String>> {
    let head = ["region", "tap", "rank", "channel", "share", "of_channels", "n"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    let names = std::iter::once(None).chain(measures::region_names(&found.voxels).into_iter().map(Some));
    for region in names {
        let inside = |v: &usize| region.as_ref().is_none_or(|name| found.voxels[*v].regions.contains(name));
        for (branch, power) in found.branches.iter().zip(&weights.channels) {
            let voxels: Vec<usize> =
                (0..found.voxels.len()).filter(inside).filter(|&v| power.row(v).sum() > 0.0).collect();
            let share = |c: usize| voxels.iter().map(|&v| power[[v, c]] / power.row(v).sum()).sum::<f64>();
            let mut shares: Vec<(usize, f64)> =
                (0..power.ncols()).map(|c| (c, share(c) / voxels.len().max(1) as f64)).collect();
            shares.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            for (rank, (channel, share)) in shares.iter().take(STRONGEST).enumerate().filter(|_| !voxels.is_empty()) {
                rows.push(vec![
                    region.clone().unwrap_or_else(|| "all".into()),
                    branch.tap.clone(),
                    (rank + 1).to_string(),
                    channel.to_string(),
                    number(Some(*share)),
                    power.ncols().to_string(),
                    voxels.len().to_string(),
                ]);
            }
        }
    }
    rows
}
