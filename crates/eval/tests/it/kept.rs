//! Distances to candidates whose features are kept on disk.

use std::collections::BTreeMap;

use crate::support::{Draws, Pixels, context};
use afterimage_eval::*;
use ndarray::{Array4, s};

/// Counts what is read, and can change an image.
struct Counting {
    names: Vec<String>,
    images: Array4<f32>,
    digests: Vec<[u8; 32]>,
    read: usize,
}

impl Candidates for Counting {
    fn names(&self) -> &[String] {
        &self.names
    }
    fn read(&mut self, rows: std::ops::Range<usize>) -> std::result::Result<Array4<f32>, BoxError> {
        self.read += rows.len();
        Ok(self.images.slice(s![rows, .., .., ..]).to_owned())
    }
    fn digest(&self, row: usize) -> Option<[u8; 32]> {
        Some(self.digests[row])
    }
}

fn counting(n: usize) -> Counting {
    let mut draws = Draws(31);
    let images = Array4::from_shape_simple_fn((n, 3, 8, 8), || draws.next() as f32);
    let digests = (0..n).map(|i| std::array::from_fn(|k| (i * 7 + k) as u8)).collect();
    Counting { names: (0..n).map(|i| i.to_string()).collect(), images, digests, read: 0 }
}

#[test]
fn kept_features_give_the_same_distances_bit_for_bit_and_a_changed_image_is_computed_again() {
    let folder = tempfile::tempdir().unwrap();
    let cache = || cache::Cache::new(folder.path(), 1 << 24);
    let ctx = context(4);
    let mut draws = Draws(77);
    let shown = Array4::from_shape_simple_fn((4, 3, 8, 8), || draws.next() as f32);
    let distance = FeatureCorrelation { features: &Pixels, tap: 0, key: "toy".into() };
    let mut candidates = counting(100);
    let compute = |candidates: &mut Counting, cache: Option<&cache::Cache>| {
        DistanceMatrix::compute_cached(&distance, shown.view(), shown.view(), candidates, cache, &ctx).unwrap()
    };
    let without = compute(&mut candidates, None);
    assert_eq!(candidates.read, 100);
    let miss = compute(&mut candidates, Some(&cache()));
    assert_eq!(candidates.read, 200);
    let hit = compute(&mut candidates, Some(&cache()));
    assert_eq!(candidates.read, 200, "a kept vector was computed again");
    assert!(without == miss && miss == hit);
    candidates.images.slice_mut(s![40, .., .., ..]).fill(0.5);
    candidates.images[[40, 0, 0, 0]] = 0.1;
    candidates.digests[40] = [255; 32];
    let changed = compute(&mut candidates, Some(&cache()));
    assert_eq!(candidates.read, 232, "one block holds the changed image");
    assert_eq!(changed, compute(&mut candidates, None));
    let differing: BTreeMap<usize, bool> =
        (0..100).map(|c| (c, changed.candidates().column(c) != without.candidates().column(c))).collect();
    assert!(differing.iter().all(|(&candidate, &differs)| differs == (candidate == 40)));
}
