//! Two runs on the same items.

use afterimage_run::scores::{Interval, PValue, Score};
use rayon::prelude::*;

use super::bootstrap_mean;
use crate::draws::{Purpose, blocks, coin, generator};
use crate::{EvalError, Result};

/// The difference of two runs in one score.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Name of the score.
    pub name: String,
    /// Mean over items of (first run - second run).
    pub difference: f64,
    /// Paired bootstrap interval of that mean.
    pub interval: Option<Interval>,
    /// Two-sided sign-flip permutation test.
    pub p: PValue,
    /// Items defined in both runs.
    pub n: usize,
    /// Item by item difference, in the order of the first run; `None` where either is undefined.
    pub per_item: Vec<Option<f64>>,
}

/// Compares two runs on the same items.
///
/// With `d_i` the difference of item i, the interval is the percentile bootstrap of mean `d`, and
/// `p = (1 + #{|mean of s_i d_i| >= |mean d|}) / (1 + draws)` with random signs `s_i`, two-sided: were the
/// runs equal, each `d_i` would as likely have the other sign. For a score whose value is a median
/// (voxels), the comparison is still of means over items.
///
/// # Errors
/// [`EvalError::NotComparable`] where names or items differ, or fewer than two items are defined in both.
pub fn compare(first: &Score, second: &Score, draws: usize, seed: u64) -> Result<Comparison> {
    let refuse = |reason: &str| EvalError::NotComparable { name: first.name.clone(), reason: reason.into() };
    if first.name != second.name {
        return Err(refuse(&format!("the other score is \"{}\"", second.name)));
    }
    if first.items != second.items || first.per_item.len() != second.per_item.len() {
        return Err(refuse("the items differ in number, name or order"));
    }
    let per_item: Vec<Option<f64>> =
        first.per_item.iter().zip(&second.per_item).map(|(a, b)| Some((*a)? - (*b)?)).collect();
    let differences: Vec<f64> = per_item.iter().flatten().copied().collect();
    if differences.len() < 2 {
        return Err(refuse("fewer than two items are defined in both"));
    }
    Ok(Comparison {
        name: first.name.clone(),
        difference: differences.iter().sum::<f64>() / differences.len() as f64,
        interval: bootstrap_mean(&differences, draws, seed),
        p: sign_flip(&differences, draws, seed),
        n: differences.len(),
        per_item,
    })
}

fn sign_flip(differences: &[f64], draws: usize, seed: u64) -> PValue {
    let sum = differences.iter().sum::<f64>().abs();
    let threshold = sum - 1e-12 * (1.0 + sum);
    let extreme: usize = blocks(draws)
        .into_par_iter()
        .map(|(block, size)| {
            let mut rng = generator(seed, Purpose::SignFlip, block);
            let mut flipped = || differences.iter().map(|d| if coin(&mut rng) { *d } else { -d }).sum::<f64>().abs();
            (0..size).filter(|_| flipped() >= threshold).count()
        })
        .sum();
    PValue {
        value: (1 + extreme) as f64 / (1 + draws) as f64,
        method: format!("paired sign-flip permutation, {draws} draws, two-sided"),
    }
}
