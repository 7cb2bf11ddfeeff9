//! What was recovered of a simulated subject, whose truth is known.

use afterimage_run::biology::{Measure, Truth, Voxel, early_first};
use afterimage_statistics::PValue;

use super::agreement::{Spot, compared};
use super::{Draft, METHODS, field_of, median, rank_correlation, within};
use crate::bootstrap::Resampling;

/// Most regions whose orders are all gone through.
const MOST_REGIONS: usize = 8;

/// Centres, sizes and depths against the truth: of all voxels, of those with an SNR above the median and not, and of
/// each region; then the order of the regions by depth. Nothing without a known truth.
///
/// A region is here the smallest that holds a voxel. Fields from weights say where features are pooled and are compared
/// with the pooling Gaussian; fields from stimulation say where pixels matter, and are compared with the field as
/// pixels feel it.
pub fn against_truth(voxels: &[Voxel], draws: &Resampling) -> Vec<Measure> {
    let known: Vec<(&Voxel, Truth)> = voxels.iter().filter_map(|v| Some((v, v.truth?))).collect();
    if known.is_empty() {
        return Vec::new();
    }
    let middle = median(known.iter().map(|(_, truth)| truth.snr).collect());
    let group = |keep: &dyn Fn(&(&Voxel, Truth)) -> bool| -> Vec<(&Voxel, Truth)> {
        known.iter().filter(|v| keep(v)).copied().collect()
    };
    let mut found = of_group("all", "all voxels", &known, draws);
    found.extend(of_group("snr_high", "SNR above the median", &group(&|v| v.1.snr > middle), draws));
    found.extend(of_group("snr_low", "SNR not above the median", &group(&|v| v.1.snr <= middle), draws));
    let names = own_regions(&known);
    for region in &names {
        let inside = group(&|v| v.0.regions.first() == Some(region));
        found.extend(of_group("region", "the region", &inside, draws).into_iter().map(|m| within(m, region)));
    }
    found.push(hierarchy(&known, &names));
    found
}

fn own_regions(known: &[(&Voxel, Truth)]) -> Vec<String> {
    let mut names: Vec<String> = known.iter().filter_map(|(v, _)| v.regions.first().cloned()).collect();
    early_first(&mut names);
    names
}

fn of_group(key: &str, what: &str, known: &[(&Voxel, Truth)], draws: &Resampling) -> Vec<Measure> {
    let mut found = Vec::new();
    for method in METHODS {
        let size: fn(&Truth) -> f64 = if method == METHODS[0] { |t| t.pooling_px } else { |t| t.effective_px };
        let pair = |(voxel, truth): &(&Voxel, Truth)| {
            let field = field_of(voxel, method)?;
            Some((field.into(), Spot { x: truth.x_px, y: truth.y_px, size: size(truth) }))
        };
        let pairs: Vec<(Spot, Spot)> = known.iter().filter_map(pair).collect();
        let title = format!("{method} against truth, {what}");
        let fields = if method == METHODS[0] {
            "fields from weights and of the known Gaussians that pool features"
        } else {
            "fields from stimulation and of the known fields, widened by the features that they pool"
        };
        found.extend(compared(&format!("truth.{method}.{key}"), &title, fields, &pairs, draws));
    }
    let depths: Vec<(f64, f64)> = known.iter().filter_map(|(v, truth)| Some((v.depth?, truth.depth))).collect();
    let (ours, theirs): (Vec<f64>, Vec<f64>) = depths.iter().copied().unzip();
    let draft = Draft::new(
        format!("truth.depth.{key}.rho"),
        format!("Preferred depth against truth, {what}"),
        "Rank correlation over voxels of preferred depth and the known mean depth of the voxel's features.",
        "correlation",
    );
    let measure = draft.measure(depths.len(), draws, |drawn| rank_correlation(&ours, &theirs, drawn));
    found.push(Measure { chance: Some(0.0), ..measure });
    found
}

/// Rank correlation over regions of mean preferred depth and mean known depth, against all orders of the regions.
fn hierarchy(known: &[(&Voxel, Truth)], names: &[String]) -> Measure {
    let mean = |region: &String, value: &dyn Fn(&(&Voxel, Truth)) -> Option<f64>| {
        let values: Vec<f64> = known.iter().filter(|v| v.0.regions.first() == Some(region)).filter_map(value).collect();
        afterimage_statistics::mean(&values)
    };
    let rows: Vec<(f64, f64)> = names
        .iter()
        .map(|region| (mean(region, &|v| v.0.depth), mean(region, &|v| Some(v.1.depth))))
        .filter(|(ours, theirs)| ours.is_finite() && theirs.is_finite())
        .collect();
    let (ours, theirs): (Vec<f64>, Vec<f64>) = rows.iter().copied().unzip();
    let all: Vec<usize> = (0..rows.len()).collect();
    let value = if rows.len() < 2 { f64::NAN } else { rank_correlation(&ours, &theirs, &all) };
    Measure {
        name: "truth.hierarchy.rho".into(),
        title: "Order of the regions by preferred depth against truth".into(),
        definition: "Rank correlation over regions of the mean preferred depth and the mean known depth of their voxels' features.".into(),
        unit: "correlation".into(),
        region: None,
        value,
        interval: None,
        chance: Some(0.0),
        p: (value.is_finite() && rows.len() <= MOST_REGIONS).then(|| orders(&ours, &theirs, value)),
        n: rows.len(),
        notes: vec!["n is the number of regions; with so few an interval over them says nothing".into()],
    }
}

/// Share of all orders of the regions that correlate at least as well.
fn orders(ours: &[f64], theirs: &[f64], value: f64) -> PValue {
    let (mut order, mut count, mut as_good) = ((0..ours.len()).collect::<Vec<usize>>(), 0_usize, 0_usize);
    permute(&mut order, 0, &mut |order| {
        let shuffled: Vec<f64> = order.iter().map(|&i| theirs[i]).collect();
        let all: Vec<usize> = (0..ours.len()).collect();
        count += 1;
        as_good += usize::from(rank_correlation(ours, &shuffled, &all) >= value - 1e-12);
    });
    PValue::exact(as_good as f64 / count as f64, format!("all {count} orders of the regions, one-sided"))
}

fn permute(order: &mut Vec<usize>, from: usize, see: &mut impl FnMut(&[usize])) {
    if from + 1 >= order.len() {
        return see(order);
    }
    for i in from..order.len() {
        order.swap(from, i);
        permute(order, from + 1, see);
        order.swap(from, i);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests_support::voxel;
    use super::*;

    const DRAWS: Resampling = Resampling { resamples: 200, permutations: 100, seed: 1 };

    fn simulated(i: usize) -> Voxel {
        let (x, y) = (f64::from(i as u32) * 1.5 + 5.0, 40.0 - f64::from(i as u32));
        let snr = if i.is_multiple_of(2) { 2.0 + i as f64 } else { 0.1 };
        // Voxels without signal are recovered 10 px to the side.
        let shift = if snr < 1.0 { 10.0 } else { 0.0 };
        let region = ["V1", "V2", "V4"][i % 3];
        Voxel {
            regions: vec![region.into(), "all".into()],
            depth: Some(i as f64 / 30.0 + (i % 3) as f64),
            truth: Some(Truth {
                x_px: x,
                y_px: y,
                pooling_px: 4.0 + i as f64,
                effective_px: 5.0,
                depth: (i % 3) as f64,
                snr,
            }),
            ..voxel(x + shift, y, 4.0 + i as f64)
        }
    }

    #[test]
    fn recovery_is_told_apart_by_snr_and_by_region() {
        let voxels: Vec<Voxel> = (0..24).map(simulated).collect();
        let found = against_truth(&voxels, &DRAWS);
        let value = |name: &str| found.iter().find(|m| m.name == name).unwrap_or_else(|| panic!("no {name}")).value;
        assert_eq!(value("truth.weights.snr_high.distance.median"), 0.0);
        assert_eq!(value("truth.stimulation.snr_low.distance.median"), 10.0);
        assert!((value("truth.weights.all.size.r") - 1.0).abs() < 1e-12);
        assert!(value("truth.stimulation.all.size.r").is_nan(), "the widened size is one for all");
        assert!(found.iter().any(|m| m.name == "truth.weights.region.centre.r.V4" && m.n == 8));
        assert_eq!(value("truth.hierarchy.rho"), 1.0);
    }

    #[test]
    fn order_of_three_regions_has_the_p_of_its_enumeration() {
        let voxels: Vec<Voxel> = (0..24).map(simulated).collect();
        let found = against_truth(&voxels, &DRAWS);
        let hierarchy = found.iter().find(|m| m.name == "truth.hierarchy.rho").unwrap();
        assert_eq!((hierarchy.n, hierarchy.p.as_ref().unwrap().value), (3, 1.0 / 6.0));
    }

    #[test]
    fn without_truth_there_is_nothing() {
        assert!(against_truth(&[voxel(1.0, 2.0, 3.0)], &DRAWS).is_empty());
    }
}
