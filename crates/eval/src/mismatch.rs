//! A similarity of reconstructions with their own shown images and with some others, where all pairs would be too dear.
//!
//! The items are dealt into groups at random, and every reconstruction of a group is compared with every shown image of
//! it. Pairings shuffled inside the groups are a group of permutations, each of which uses every shown image once, so
//! that the test against them is exact, as it is over all permutations: an image that resembles everything does so in
//! every pairing and adds nothing to the spread under the null.

use afterimage_statistics::draws::{Purpose, shuffle, stream};
use afterimage_statistics::{PairingTest, mean_of_defined, pairing_test_within};
use ndarray::{Array2, ArrayView3, ArrayView4, Axis};
use rayon::prelude::*;

use crate::Context;

/// Similarities inside groups of items.
pub(crate) struct Pairs {
    /// Group of each item.
    groups: Vec<usize>,
    /// Reconstruction i with shown image j of its group, `[items, items]`; NaN outside the groups, and where an image
    /// cannot be prepared.
    table: Array2<f64>,
}

/// Computes all pairs inside random groups of at least `others + 1` items, or of all items if they are fewer.
pub(crate) fn pairs<T: Send + Sync>(
    reconstructions: ArrayView4<f32>,
    shown: ArrayView4<f32>,
    others: usize,
    ctx: &Context,
    prepare: impl Fn(ArrayView3<f32>) -> Option<T> + Sync,
    similarity: impl Fn(&T, &T) -> f64 + Sync,
) -> Pairs {
    let n = ctx.len();
    let mut order: Vec<usize> = (0..n).collect();
    shuffle(&mut stream(ctx.seed, Purpose::Mismatch, 0), &mut order);
    let count = (n / (others + 1)).max(1);
    let mut groups = vec![0; n];
    let mut table = Array2::from_elem((n, n), f64::NAN);
    for group in 0..count {
        // Sizes differ by one at most.
        let members = &order[group * n / count..(group + 1) * n / count];
        let of = |images: ArrayView4<f32>, item: usize| prepare(images.index_axis(Axis(0), item));
        let truths: Vec<Option<T>> = members.par_iter().map(|&item| of(shown, item)).collect();
        let row = |&item: &usize| -> Vec<f64> {
            let reconstruction = of(reconstructions, item);
            let with = |truth: &Option<T>| match (&reconstruction, truth) {
                (Some(a), Some(b)) => similarity(a, b),
                _ => f64::NAN,
            };
            truths.iter().map(with).collect()
        };
        let rows: Vec<Vec<f64>> = members.par_iter().map(row).collect();
        for (&i, row) in members.iter().zip(rows) {
            groups[i] = group;
            members.iter().zip(row).for_each(|(&j, value)| table[[i, j]] = value);
        }
    }
    Pairs { groups, table }
}

/// Mean similarity of the mean training image with each shown image; `None` if it is not given, or with none defined.
pub(crate) fn of_mean_image<T: Send + Sync>(
    shown: ArrayView4<f32>,
    ctx: &Context,
    prepare: impl Fn(ArrayView3<f32>) -> Option<T> + Sync,
    similarity: impl Fn(&T, &T) -> f64 + Sync,
) -> Option<f64> {
    let image = prepare(ctx.mean_image.as_ref()?.view())?;
    let with = |item: usize| Some(similarity(&image, &prepare(shown.index_axis(Axis(0), item))?));
    let values: Vec<Option<f64>> = (0..ctx.len()).into_par_iter().map(with).collect();
    mean_of_defined(values.into_iter().flatten())
}

impl Pairs {
    /// Similarity of each reconstruction with its own shown image.
    pub(crate) fn own(&self) -> Vec<f64> {
        self.table.diag().to_vec()
    }

    /// Mean over mismatched pairs; `None` without any.
    pub(crate) fn mismatched(&self) -> Option<f64> {
        let off = self.table.indexed_iter().filter(|((i, j), value)| i != j && value.is_finite());
        let (sum, n) = off.fold((0.0, 0), |(sum, n), (_, value)| (sum + value, n + 1));
        (n > 0).then(|| sum / f64::from(n))
    }

    /// The test against pairings shuffled inside the groups.
    pub(crate) fn test(&self, ctx: &Context) -> Option<PairingTest> {
        let largest = (0..=self.groups.iter().copied().max()?)
            .map(|group| self.groups.iter().filter(|&&own| own == group).count())
            .max()?;
        let what = if largest == self.groups.len() {
            String::new()
        } else {
            format!(" inside random groups of {largest} images at most")
        };
        pairing_test_within(self.table.view(), &self.groups, &what, ctx.permutations, ctx.seed)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array4;

    use super::*;
    use crate::context::tests::context;
    use afterimage_statistics::draws::below;

    /// A number in 0..1 that belongs to two others.
    fn hash(a: f64, b: f64) -> f64 {
        let mixed = (a * 1e4).to_bits().wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (b * 1e4).to_bits().rotate_left(17);
        (mixed.wrapping_mul(0xD6E8_FEB8_6659_FD93) >> 40) as f64 / (1_u64 << 24) as f64
    }

    /// Similarities that depend on the pair, and ten times as much on how easy the shown image is.
    fn null(n: usize, seed: u64) -> Pairs {
        let mut rng = stream(seed, Purpose::Pairs, 0);
        let mut images = || Array4::from_shape_simple_fn((n, 1, 1, 1), || below(&mut rng, 1 << 20) as f32 / 1e6);
        let (reconstructions, shown) = (images(), images());
        let ctx = Context { seed, ..context(n) };
        let number = |image: ArrayView3<f32>| Some(f64::from(image[[0, 0, 0]]));
        pairs(reconstructions.view(), shown.view(), 10, &ctx, number, |a, b| 10.0 * b + hash(*a, *b))
    }

    #[test]
    fn p_is_uniform_where_the_pairing_means_nothing() {
        let mut p: Vec<f64> = (0..200)
            .map(|seed| null(40, seed).test(&Context { permutations: 199, seed, ..context(40) }).unwrap().p.value)
            .collect();
        p.sort_unstable_by(f64::total_cmp);
        let n = p.len() as f64;
        let distance = p.iter().enumerate().map(|(i, p)| (p - i as f64 / n).abs().max((p - (i + 1) as f64 / n).abs()));
        // Kolmogorov and Smirnov's bound at 1 %; p lies on a grid of 1 in 200.
        let distance = distance.fold(0.0, f64::max);
        assert!(distance < 1.63 / n.sqrt() + 1.0 / 200.0, "{distance}");
        let mean = p.iter().sum::<f64>() / n;
        let deviation = (p.iter().map(|p| (p - mean).powi(2)).sum::<f64>() / n).sqrt();
        assert!((deviation - 12.0_f64.sqrt().recip()).abs() < 0.03, "{deviation}");
    }

    #[test]
    fn every_item_meets_ten_others_and_each_shown_image_once_in_a_pairing() {
        let pairs = null(40, 3);
        for i in 0..40 {
            let members: Vec<usize> = (0..40).filter(|&j| pairs.groups[j] == pairs.groups[i]).collect();
            assert!(members.len() >= 11 && members.contains(&i), "{members:?}");
            let computed: Vec<usize> = (0..40).filter(|&j| pairs.table[[i, j]].is_finite()).collect();
            assert_eq!(computed, members);
        }
        let few = null(12, 3);
        assert!(few.groups.iter().all(|&group| group == 0) && few.table.iter().all(|v| v.is_finite()));
        assert!(few.test(&context(12)).unwrap().p.method.starts_with("permutation of pairings, "));
        assert!(null(1, 3).mismatched().is_none() && null(1, 3).test(&context(1)).is_none());
    }
}
