//! Agreement of the maps of two encoders, trained on two halves of the images.

use afterimage_run::biology::{Field, Measure};
use afterimage_statistics::draws::{shuffle, stream};
use afterimage_statistics::{correlation, pairing_test};
use ndarray::{Array2, ArrayView2, Axis};

use super::agreement::{Spot, compared};
use super::{Draft, mean};
use crate::bootstrap::Resampling;
use crate::draws::Purpose;
use crate::{BiologyError, Result};

/// Maximum number of voxels whose maps are all compared with each other; from more, evenly spaced ones are used.
const MOST: usize = 2000;

/// Rows of the items of two halves that share no stimulus, for the stimulus of each item.
///
/// The stimuli are shuffled by the seed and cut in the middle; of an odd number the second half has one more.
pub fn halves_of(stimulus: &[u32], seed: u64) -> [Vec<usize>; 2] {
    let mut known: Vec<u32> = stimulus.to_vec();
    known.sort_unstable();
    known.dedup();
    let mut order: Vec<usize> = (0..known.len()).collect();
    shuffle(&mut stream(seed, Purpose::Halves, 0), &mut order);
    let mut first = vec![false; known.len()];
    order[..known.len() / 2].iter().for_each(|&i| first[i] = true);
    [true, false].map(|half| {
        let inside = |s: &u32| known.binary_search(s).is_ok_and(|at| first[at] == half);
        (0..stimulus.len()).filter(|&row| inside(&stimulus[row])).collect()
    })
}

/// The maps and fields of one half's encoder.
#[derive(Debug, Clone)]
pub struct Halves<'a> {
    /// `[voxels, positions]` of either half.
    pub maps: [ArrayView2<'a, f64>; 2],
    /// The fields fitted to them.
    pub fields: [&'a [Option<Field>]; 2],
    /// `weights` or `stimulation`.
    pub method: &'a str,
}

/// Correlation over positions of a voxel's two maps, mean over voxels, against maps of other voxels; then the fields as
/// in [`super::agreement()`].
///
/// `p` is that of a permutation test which shuffles the voxels of one half (one-sided); `chance` is the expected value
/// of such shuffled pairs, which is above 0 if all fields lie at one position. Voxels with a flat map in either half
/// are left out.
///
/// # Errors
/// [`BiologyError::Shape`] for halves of different shapes.
pub fn split_half(halves: &Halves, draws: &Resampling) -> Result<Vec<Measure>> {
    let [a, b] = halves.maps;
    if a.dim() != b.dim() || halves.fields.iter().any(|f| f.len() != a.nrows()) {
        return Err(BiologyError::shape("the maps of the second half", b.shape(), format!("{:?}", a.shape())));
    }
    let flat = |row: ndarray::ArrayView1<f64>| row.iter().all(|v| *v == row[0]) || row.iter().any(|v| !v.is_finite());
    let usable: Vec<usize> = (0..a.nrows()).filter(|&v| !flat(a.row(v)) && !flat(b.row(v))).collect();
    let taken: Vec<usize> = match usable.len() {
        n if n > MOST => (0..MOST).map(|i| usable[i * n / MOST]).collect(),
        _ => usable.clone(),
    };
    let rows = |maps: ArrayView2<f64>| -> Array2<f32> { scale_rows(maps.select(Axis(0), &taken)) };
    let scores = correlation::rows(rows(a).view(), rows(b).view());
    let own: Vec<f64> = scores.diag().to_vec();
    let draft = Draft::new(
        format!("split_half.{}.map.r", halves.method),
        format!("Agreement of maps between halves, {}", halves.method),
        "Correlation over positions of a voxel's maps from two encoders that were trained on disjoint halves of the training images, mean over voxels.",
        "correlation",
    );
    let mut measure = draft.measure(own.len(), draws, |drawn| mean(&own, drawn));
    if let Some(test) = pairing_test(scores.view(), draws.permutations, draws.seed) {
        measure.chance = Some(test.shuffled);
        measure.p = Some(afterimage_statistics::PValue {
            method: format!("voxels of one half shuffled, {} draws, one-sided", draws.permutations),
            ..test.p
        });
    }
    if taken.len() < usable.len() {
        measure.notes.push(format!("{MOST} of {} voxels, evenly spaced", usable.len()));
    }
    if usable.len() < a.nrows() {
        measure.notes.push(format!("{} voxels with a flat map are left out", a.nrows() - usable.len()));
    }
    let pairs: Vec<(Spot, Spot)> = (halves.fields[0].iter().zip(halves.fields[1]))
        .filter_map(|(a, b)| Some((a.as_ref()?.into(), b.as_ref()?.into())))
        .collect();
    let title = format!("{}, one half against the other", halves.method);
    let prefix = format!("split_half.{}", halves.method);
    Ok(std::iter::once(measure).chain(compared(&prefix, &title, "fields in the two halves", &pairs, draws)).collect())
}

/// Each row divided by its largest value, so that single precision is enough for any scale.
fn scale_rows(mut maps: Array2<f64>) -> Array2<f32> {
    for mut row in maps.rows_mut() {
        let largest = row.fold(0.0_f64, |most, v| most.max(v.abs()));
        row.mapv_inplace(|v| v / largest);
    }
    maps.mapv(|v| v as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::{Kind, fields};
    use crate::grid::Grid;

    const DRAWS: Resampling = Resampling { resamples: 200, permutations: 999, seed: 1 };

    /// Bells at places of their own, with ripples that differ between halves.
    fn maps(n: usize, half: usize, spread: f64) -> Array2<f64> {
        let grid = Grid::cells(64, 16);
        Array2::from_shape_fn((n, 256), |(v, p)| {
            let (x, y) = (32.0 + spread * (v as f64 * 1.3).sin(), 32.0 + spread * (v as f64 * 0.7).cos());
            let d = (grid.at(p % 16) - x).powi(2) + (grid.at(p / 16) - y).powi(2);
            let phase = (v * v * (7 + 4 * half) + p * p * 3 + p * v + half) as f64;
            (-d / 72.0).exp() + 0.05 * (phase * 12.9898).sin().abs()
        })
    }

    fn measured(spread: f64, shuffled: bool) -> Vec<Measure> {
        let grid = Grid::cells(64, 16);
        let (a, mut b) = (maps(30, 0, spread), maps(30, 1, spread));
        if shuffled {
            let order: Vec<usize> = (0..30).map(|v| (v * 7 + 11) % 30).collect();
            b = b.select(Axis(0), &order);
        }
        let found = [&a, &b].map(|m| fields(m.view(), &grid, Kind::Power, 64).unwrap());
        let fields = [&*found[0], &*found[1]];
        split_half(&Halves { maps: [a.view(), b.view()], fields, method: "weights" }, &DRAWS).unwrap()
    }

    #[test]
    fn own_maps_agree_and_shuffled_ones_do_not() {
        let found = measured(16.0, false);
        assert_eq!(found[0].name, "split_half.weights.map.r");
        assert_eq!(found[0].p.as_ref().unwrap().value, 0.001);
        assert!(found[0].value > 0.9 && found[0].chance.unwrap() < 0.6);
        assert!(measured(16.0, true)[0].p.as_ref().unwrap().value > 0.05);
    }

    #[test]
    fn fields_in_one_place_raise_chance_not_significance() {
        let found = measured(0.0, false);
        assert!(found[0].chance.unwrap() > 0.9 && found[0].p.as_ref().unwrap().value > 0.001, "{:?}", found[0]);
    }

    #[test]
    fn halves_share_no_stimulus_and_hold_every_item() {
        let stimulus: Vec<u32> = (0..40).map(|i| i / 2 * 3).collect();
        let [a, b] = halves_of(&stimulus, 5);
        assert_eq!((a.len(), b.len()), (20, 20));
        assert!(a.iter().all(|&i| !b.iter().any(|&j| stimulus[i] == stimulus[j])));
        assert_ne!(halves_of(&stimulus, 6)[0], a);
    }

    #[test]
    fn flat_maps_are_left_out_and_counted() {
        let (mut a, b) = (maps(5, 0, 16.0), maps(5, 1, 16.0));
        a.row_mut(2).fill(0.0);
        let none = vec![None; 5];
        let found =
            split_half(&Halves { maps: [a.view(), b.view()], fields: [&none, &none], method: "weights" }, &DRAWS)
                .unwrap();
        assert_eq!((found[0].n, found[0].notes.len()), (4, 1));
        assert!(found[1..].iter().all(|m| m.n == 0 && m.value.is_nan()));
    }
}
