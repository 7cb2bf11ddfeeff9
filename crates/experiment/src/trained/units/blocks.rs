//! Rows and voxels that are on another scale than the others, as in a table of which only a part was standardised.
//!
//! Logarithms of sizes are split into two groups at the place that leaves the least squares within. Sizes of one unit lie
//! continuously: their groups are about three deviations apart (2√3 = 3.5 for even ones, 2.7 for normal ones), whatever
//! their spread.

use afterimage_statistics::median;

use super::pairs::Together;
use super::seen::{ROWS, Seen};
use super::{Remedy, UnitVerdict, likelihood};

/// Distance of two groups, in deviations within them, from which they are two.
const APART: f64 = 5.0;
/// Ratio of the sizes of two groups, from which they differ, and from which they cannot be of one unit. A few values fall into
/// groups by chance, so that fewer than [`MANY`] need the latter.
const RATIO: (f64, f64) = (1.25, 2.5);
/// Values from which a small ratio counts.
const MANY: usize = 20;
/// Fewest values in which groups are looked for.
const FEWEST: usize = 6;
/// Share of all values, at least [`GROUP`] of them, that makes a group; fewer are single damaged ones.
const SHARE: f64 = 0.02;
const GROUP: usize = 3;
/// Distance of single values from the median beyond which they count as this far, so that they make no group.
const FARTHEST: f64 = 20.0;

/// Two groups of sizes.
struct Groups {
    /// Members of the group with fewer members.
    fewer: Vec<usize>,
    others: Vec<usize>,
    /// Size of the fewer as a multiple of the others'.
    ratio: f64,
}

/// Two groups of sizes, if there are two.
fn groups(sizes: &[f64]) -> Option<Groups> {
    let n = sizes.len();
    if n < FEWEST {
        return None;
    }
    let middle = median(&mut sizes.to_vec());
    if middle <= 0.0 {
        return None;
    }
    let logs: Vec<f64> = sizes.iter().map(|size| (size / middle).clamp(1.0 / FARTHEST, FARTHEST).ln()).collect();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| logs[a].total_cmp(&logs[b]));
    let (sum, squares) = logs.iter().fold((0.0, 0.0), |(sum, squares), log| (sum + log, squares + log * log));
    let (mut below, mut best) = (0.0, (f64::INFINITY, 0, 0.0));
    for count in 1..n {
        below += logs[order[count - 1]];
        let means = [below / count as f64, (sum - below) / (n - count) as f64];
        let within = squares - count as f64 * means[0] * means[0] - (n - count) as f64 * means[1] * means[1];
        if within < best.0 {
            best = (within, count, means[1] - means[0]);
        }
    }
    let (within, count, distance) = best;
    let deviation = (within.max(0.0) / n as f64).sqrt();
    let least = if n < MANY { RATIO.1 } else { RATIO.0 };
    let fewest = GROUP.max((SHARE * n as f64).ceil() as usize);
    if distance < APART * deviation || distance < least.ln() || count.min(n - count) < fewest {
        return None;
    }
    let (mut small, mut large) = (order[..count].to_vec(), order[count..].to_vec());
    small.sort_unstable();
    large.sort_unstable();
    let ratio = distance.exp();
    let is_small = small.len() <= large.len();
    let (fewer, others) = if is_small { (small, large) } else { (large, small) };
    Some(Groups { fewer, others, ratio: if is_small { 1.0 / ratio } else { ratio } })
}

impl Groups {
    fn differ_much(&self) -> bool {
        self.ratio.ln().abs() > RATIO.1.ln()
    }
}

/// Rows on another scale than the others.
pub(super) fn rows(seen: &Seen<'_>) -> Option<UnitVerdict> {
    let found = groups(&seen.sizes())?;
    let (fewer, all) = (found.fewer.len(), seen.all.nrows());
    let said = format!(
        "{fewer} of {all} responses ({}) are on another scale than the others: they lie {:.2} times as far from the \
         training mean",
        places(&found.fewer, "response"),
        found.ratio
    );
    let fits = [&found.fewer, &found.others].map(|rows| likelihood::fits_other(&seen.part(rows)));
    if fits[0] != fits[1] {
        let (stated, other) = (seen.stated.name(), seen.stated.other().name());
        let (these, those) = if fits[0] { (other, stated) } else { (stated, other) };
        let reason = format!("{said}; they fit {these} responses, the others {those} ones");
        return Some(UnitVerdict { is_impossible: true, reason, remedy: Remedy::Separate });
    }
    let is_impossible = found.differ_much();
    let why = if is_impossible { "" } else { ", as where a part is of other numbers of repeats" };
    Some(UnitVerdict { is_impossible, reason: format!("{said}{why}"), remedy: Remedy::Separate })
}

/// Voxels on another scale than the others.
pub(super) fn voxels(seen: &Seen<'_>) -> Option<UnitVerdict> {
    if seen.rows < ROWS || seen.are_alike() {
        return None;
    }
    let sizes: Vec<f64> = seen.distances().iter().map(|(mean, sd)| mean.hypot(*sd)).collect();
    let found = groups(&sizes)?;
    let said = format!(
        "{} of {} {} ({}) are on another scale than the others: their distance from the training mean is {:.2} times as large",
        found.fewer.len(),
        sizes.len(),
        seen.noun,
        places(&columns(seen, &found.fewer), "column"),
        found.ratio
    );
    let is_impossible = found.differ_much() && found.fewer.len() * 10 >= sizes.len();
    let remedy = Remedy::Prepare(format!("{}, all columns in one way", seen.data_set));
    Some(UnitVerdict { is_impossible, reason: said, remedy })
}

/// Voxels that go with the others as if their sign were opposite.
pub(super) fn turned(seen: &Seen<'_>) -> Option<UnitVerdict> {
    let Together::Against(voxels) = &seen.together else { return None };
    let compared = seen.ordinary.map_or(0, |ordinary| ordinary.of.len());
    let rest = if voxels.len() * 3 > compared { ", or all others" } else { "" };
    let reason = format!(
        "{} of {compared} {} that were compared ({}{rest}) have the opposite sign, as their correlations with the others say",
        voxels.len(),
        seen.noun,
        places(&columns(seen, voxels), "column"),
    );
    Some(UnitVerdict { is_impossible: false, reason, remedy: Remedy::Turn })
}

/// Single rows and voxels with values that no response has, and voxels that are constant: they are in no group.
pub(super) fn damaged(seen: &Seen<'_>) -> Vec<UnitVerdict> {
    let mut found = Vec::new();
    if !seen.outliers.is_empty() {
        let (places, all) = (places(&seen.outliers, "response"), seen.all.nrows());
        found.push(format!("far outside the other responses: {places} ({} of {all})", seen.outliers.len()));
    }
    if seen.rows >= ROWS && !seen.are_alike() {
        let distances = seen.distances();
        let sizes: Vec<f64> = distances.iter().map(|(mean, sd)| mean.hypot(*sd)).collect();
        let middle = median(&mut sizes.clone());
        let of = |is: &dyn Fn(usize) -> bool| columns(seen, &(0..sizes.len()).filter(|&at| is(at)).collect::<Vec<_>>());
        let far = of(&|at| sizes[at] > FARTHEST * middle.max(1.0));
        let constant = of(&|at| distances[at].1 <= 1e-6);
        for (columns, what) in
            [(far, "far outside the training responses"), (constant, "constant over the given responses")]
        {
            if !columns.is_empty() {
                let places = places(&columns, "column");
                found.push(format!("{what}: {places} ({} of {} {})", columns.len(), sizes.len(), seen.noun));
            }
        }
    }
    found.into_iter().map(UnitVerdict::unclear).collect()
}

fn columns(seen: &Seen<'_>, places: &[usize]) -> Vec<usize> {
    places.iter().map(|&place| seen.columns[place]).collect()
}

/// Names ascending places, counted from 0: all of a contiguous range or of a few, else the first ones.
fn places(at: &[usize], noun: &str) -> String {
    const NAMED: usize = 4;
    let Some((&first, &last)) = at.first().zip(at.last()) else { return String::new() };
    if at.len() == 1 {
        return format!("{noun} {first}");
    }
    if last - first + 1 == at.len() {
        return format!("{noun}s {first} to {last}");
    }
    let named: Vec<String> = at.iter().take(NAMED).map(usize::to_string).collect();
    let more = if at.len() > NAMED { ", …" } else { "" };
    format!("{noun}s {}{more}", named.join(", "))
}
