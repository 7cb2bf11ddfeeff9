//! What explains responses that are not as stated: the other unit, a factor, the opposite sign, an offset, a root or logarithm,
//! another order of columns, rows and columns exchanged.
//!
//! Each is a hypothesis on mean `m_v` and standard deviation `s_v` of every voxel. With the given `g_v` and `h_v` its misfit is
//! the upper quartile over voxels of `|g_v - m_v| / s_v` plus half of that of `|ln(h_v / s_v) - ln c|` with
//! `c = median(h_v / s_v)`: three voxels in four must agree, in their means above all, as repeats and predictions take another
//! part of the spread of each voxel. Added are the distance of `ln c` from [`SPREAD`] or [`SCALED`], in which means of repeats, predictions and
//! single responses lie, and 0.1 times what is left of it. Fewer than five rows have no standard deviations: then the root mean square of
//! distances must be in that range.

use afterimage_statistics::median;

use super::curve::{self, Curve};
use super::order::{self, Order};
use super::seen::{ROWS, Seen, three, upper};
use super::{Remedy, Units};

/// Common factors of the standard deviations that a hypothesis leaves without cost.
const SPREAD: (f64, f64) = (0.05, 1.25);
/// The same for a factor, which would hide any distance of means if it were large.
const SCALED: (f64, f64) = (0.2, 1.25);
/// Misfit below which the stated unit needs no explanation, and that of the best explanation.
const MISFIT: (f64, f64) = (0.3, 1.0);
/// Share of the misfit of the stated unit that an explanation may leave.
const LEFT: f64 = 0.5;
/// Misfit that a fitted number, and that one more change, must make up for.
const COST: (f64, f64) = (0.1, 0.3);
/// Ratio to a power of ten up to which a factor by means, and by standard deviations, is taken to be it, as one of units; the
/// latter also has what repeats take from them, and so from the third power on only.
const TEN: (f64, f64) = (1.05, 1.6);
const POWER: f64 = 3.0;

/// What explains given responses.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cause {
    /// They are in the other unit.
    Unit(Units),
    /// They are responses in this unit times a number.
    Multiplied(Factor, Units),
    /// They are responses in this unit plus a number.
    Moved(f64, Units),
    /// They are this function of recorded ones.
    Curved(Curve),
    /// They are a function of recorded ones that bends down (`true`) or up.
    Bent(bool),
    /// Their columns are in another order, of responses in this unit.
    Order(Order, Units),
    /// Their rows are voxels.
    Transposed,
}

/// The best explanation of responses that are not as stated; `None` if they are, or if nothing explains them.
pub(super) fn of(seen: &Seen<'_>) -> Option<Cause> {
    let stated = misfit(seen, &seen.training_in(seen.stated), SPREAD);
    let mut found: Vec<(Cause, f64)> = Vec::new();
    for units in [seen.stated, seen.stated.other()] {
        let profile = seen.training_in(units);
        let cost = if units == seen.stated { 0.0 } else { COST.1 };
        if units != seen.stated {
            found.push((Cause::Unit(units), misfit(seen, &profile, SPREAD)));
        }
        for factor in factors(seen, &profile) {
            let by = factor.by;
            let scaled: Vec<_> = profile.iter().map(|(mean, sd)| (by * mean, by.abs() * sd)).collect();
            found.push((Cause::Multiplied(factor, units), misfit(seen, &scaled, SCALED) + COST.0 + cost));
        }
        let offset = median(&mut seen.given.iter().zip(&profile).map(|(given, (mean, _))| given.0 - mean).collect());
        let moved: Vec<_> = profile.iter().map(|(mean, sd)| (mean + offset, *sd)).collect();
        found.push((Cause::Moved(offset, units), misfit(seen, &moved, SPREAD) + COST.0 + cost));
    }
    // Standardised ones are alike in all voxels, and so are those of their rows.
    if let Some(transposed) = seen.transposed().filter(|_| seen.stated == Units::Recorded) {
        found.push((Cause::Transposed, misfit(&transposed, &seen.training_in(seen.stated), SPREAD) + COST.0));
    }
    let bend = curve::bend(seen);
    if bend.is_some() {
        // No factor and no offset bends means.
        found.clear();
    }
    let curves = Curve::ALL.into_iter().filter_map(|curve| Some((curve, curve.of(&seen.training)?)));
    found.extend(curves.map(|(curve, bent)| (Cause::Curved(curve), misfit(seen, &bent, SPREAD) + COST.0)));
    let best = found.into_iter().min_by(|a, b| a.1.total_cmp(&b.1));
    let best = best.filter(|(_, misfit)| *misfit < MISFIT.1 && *misfit < LEFT * stated && stated > MISFIT.0);
    if let (None, Some(is_concave), true) = (&best, bend, stated > MISFIT.0) {
        return Some(Cause::Bent(is_concave));
    }
    // Means of recorded ones that fit are in the run's order, whatever their sign.
    let fits_better = |order: &Order| {
        best.as_ref().is_none_or(|(cause, misfit)| cause.is_of_standardised() && order.misfit < *misfit)
            && (seen.stated == Units::Recorded || order.misfit < MISFIT.1)
    };
    let Some(order) = order::of(seen).filter(|order| order.is_by_structure || fits_better(order)) else {
        return best.map(|(cause, _)| cause);
    };
    let units = match best {
        Some((Cause::Unit(units), _)) if !fits_better(&order) => units,
        _ if order.misfit < MISFIT.1 => Units::Recorded,
        _ => seen.stated,
    };
    Some(Cause::Order(order, units))
}

/// The misfit of a hypothesis, `[voxels]` mean and standard deviation.
fn misfit(seen: &Seen<'_>, profile: &[(f64, f64)], spread: (f64, f64)) -> f64 {
    let pairs = || seen.given.iter().zip(profile);
    let distances: Vec<f64> = pairs().map(|((mean, _), (of_mean, of_sd))| ((mean - of_mean) / of_sd).abs()).collect();
    let distance = upper(distances);
    if seen.rows < ROWS {
        let square = |((mean, sd), (of_mean, of_sd)): (&(f64, f64), &(f64, f64))| {
            ((mean - of_mean) / of_sd).hypot(sd / of_sd).max(f64::MIN_POSITIVE)
        };
        let size = median(&mut pairs().map(square).collect()).ln();
        return 0.2 * distance + (size - size.clamp(spread.0.ln(), spread.1.ln())).abs();
    }
    let mut logs: Vec<f64> = pairs().map(|((_, sd), (_, of_sd))| (sd / of_sd).max(f64::MIN_POSITIVE).ln()).collect();
    let common = median(&mut logs.clone());
    let held = common.clamp(spread.0.ln(), spread.1.ln());
    logs.iter_mut().for_each(|log| *log = (*log - common).abs());
    distance + 0.5 * upper(logs) + (common - held).abs() + 0.1 * held.abs()
}

/// A number that responses may be multiplied by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Factor {
    pub(super) by: f64,
    /// True for an estimate; a power of ten that is as near as means say is that of units.
    pub(super) is_about: bool,
}

/// Numbers that the responses may be multiplied by: as their means say, and as their standard deviations say.
fn factors(seen: &Seen<'_>, profile: &[(f64, f64)]) -> Vec<Factor> {
    let pairs = || seen.given.iter().zip(profile).map(|((given, _), (mean, sd))| (given / mean, mean / sd));
    let typical = median(&mut pairs().map(|(_, size)| size.abs()).collect());
    let mut found = Vec::new();
    if typical > 0.0 {
        // Least squares over the voxels that are far from 0 and agree with most of these.
        let far = || pairs().filter(|(_, size)| size.abs() >= typical);
        let most = median(&mut far().map(|(ratio, _)| ratio).collect());
        let agreeing = far().filter(|(ratio, _)| (ratio - most).abs() <= 0.5 * most.abs());
        let (products, squares) = agreeing.fold((0.0, 0.0), |(products, squares), (ratio, size)| {
            (products + ratio * size * size, squares + size * size)
        });
        found.push(Factor::near_power_of_ten(products / squares, TEN.0));
    }
    // Standard deviations vary with the number of repeats too.
    if seen.rows >= ROWS && typical < 1.0 {
        let factor = median(&mut seen.given.iter().zip(profile).map(|((_, sd), (_, of_sd))| sd / of_sd).collect());
        let is_large = factor.log10().round().abs() >= POWER;
        found.push(Factor::near_power_of_ten(factor, if is_large { TEN.1 } else { TEN.0 }));
    }
    found.retain(|factor| factor.by.is_finite() && factor.by != 0.0);
    found
}

impl Factor {
    /// The power of ten, with a sign, that a factor is up to `ratio` of; else the factor.
    fn near_power_of_ten(factor: f64, ratio: f64) -> Self {
        let power = 10.0_f64.powf(factor.abs().log10().round());
        let distance = (factor.abs() / power).ln().abs();
        let by = if distance < ratio.ln() { power * factor.signum() } else { factor };
        Self { by, is_about: distance >= TEN.0.ln() }
    }

    /// Its size in words.
    fn in_words(self) -> String {
        let about = if self.is_about { "about " } else { "" };
        format!("{about}{}", three(self.by.abs()))
    }
}

impl Cause {
    /// True if it has standardised responses, which are alike in all voxels.
    fn is_of_standardised(&self) -> bool {
        matches!(
            self,
            Self::Unit(Units::Standardised)
                | Self::Multiplied(_, Units::Standardised)
                | Self::Moved(_, Units::Standardised)
        )
    }

    /// What the responses look like, in words that follow "the responses".
    pub(super) fn in_words(&self) -> String {
        match self {
            Self::Unit(units) => format!("fit {} ones", units.name()),
            Self::Multiplied(Factor { by: -1.0, .. }, units) => {
                format!("look like {} ones with the opposite sign", units.name())
            }
            Self::Multiplied(factor, units) if factor.by < 0.0 => {
                format!("look like {} ones with the opposite sign, multiplied by {}", units.name(), factor.in_words())
            }
            Self::Multiplied(factor, units) => {
                format!("look like {} ones multiplied by {}", units.name(), factor.in_words())
            }
            Self::Moved(by, units) if *by < 0.0 => {
                format!("look like {} ones with about {} subtracted from each value", units.name(), three(-by))
            }
            Self::Moved(by, units) => {
                format!("look like {} ones with about {} added to each value", units.name(), three(*by))
            }
            Self::Curved(curve) => format!("look like {} of recorded ones", curve.in_words()),
            Self::Bent(is_concave) => {
                let (way, such) = if *is_concave { ("down", "root or logarithm") } else { ("up", "power") };
                format!(
                    "look like a function of recorded ones that is not linear, such as a {such} (the means of its columns bend {way} \
                     against those of training), so that no factor and no offset gives recorded ones"
                )
            }
            Self::Order(order, _) => order.in_words(),
            Self::Transposed => "have voxels as rows and responses as columns".to_owned(),
        }
    }

    /// What to do; `data_set` is that of the run, with its own preparation if it has one.
    pub(super) fn remedy(&self, stated: Units, data_set: &str, is_prepared: bool) -> Remedy {
        let other = |units: Units| (units != stated).then_some(units);
        match self {
            Self::Unit(units) => Remedy::State(*units),
            Self::Order(_, units) => Remedy::Reorder(other(*units)),
            Self::Transposed => Remedy::Transpose,
            // What was standardised before has no other unit: what lies elsewhere lacks that.
            Self::Multiplied(..) | Self::Moved(..) if is_prepared => Remedy::Prepare(data_set.to_owned()),
            Self::Multiplied(Factor { by, is_about }, units) => {
                Remedy::Multiply { by: 1.0 / by, is_about: *is_about, units: other(*units) }
            }
            Self::Moved(by, units) => Remedy::Subtract(*by, other(*units)),
            Self::Curved(curve) => Remedy::Invert(curve.inverse(), other(Units::Recorded)),
            Self::Bent(_) => Remedy::Prepare(data_set.to_owned()),
        }
    }
}
