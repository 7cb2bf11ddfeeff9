//! The geometry of a real network: what a pixel changes lies where the grid says.

use afterimage_biology::{Grid, Window};
use afterimage_config::BackboneKind;
use afterimage_model::backbone::Architecture as _;
use afterimage_train::apply::FeatureExtractor;
use ndarray::{Array4, Axis};

const SIDE: usize = 64;
const TAPS: [&str; 4] = ["relu1", "pool1", "fire3", "fire5"];

#[test]
fn pixels_change_only_positions_whose_extent_holds_them_and_their_changes_are_centred_there() {
    let extractor = FeatureExtractor::new(BackboneKind::SqueezeNet11, &TAPS, SIDE, "cpu").unwrap();
    let base = Array4::from_shape_fn((1, 3, SIDE, SIDE), |(_, c, y, x)| ((c * 5 + y * 3 + x * 7) % 11) as f32 / 11.0);
    let before = extractor.extract(base.view());
    for tap in 0..TAPS.len() {
        let layers: Vec<Window> = BackboneKind::SqueezeNet11
            .windows(TAPS[tap])
            .into_iter()
            .map(|w| Window { kernel: w.kernel, stride: w.stride, padding: w.padding })
            .collect();
        let side = before[tap].len_of(Axis(3));
        let grid = Grid::pixels(SIDE, SIDE).through(&layers, side);
        let (mut weight, mut offset, mut touched) = (0.0, 0.0, 0);
        for (x, y) in [(20, 31), (21, 30), (30, 33), (31, 22), (40, 29), (37, 44), (26, 38), (33, 32)] {
            let mut changed = base.clone();
            (0..3).for_each(|c| changed[[0, c, y, x]] = 1.0 - changed[[0, c, y, x]]);
            let after = &extractor.extract(changed.view())[tap];
            for ((n, c, j, i), value) in after.indexed_iter() {
                let change = f64::from((value - before[tap][[n, c, j, i]]).abs());
                // Sums of convolutions in another order differ by rounding.
                if change < 1e-3 {
                    continue;
                }
                touched += 1;
                let [dx, dy] = [(i, x), (j, y)].map(|(at, pixel)| grid.at(at) - (pixel as f64 + 0.5));
                let farthest = dx.abs().max(dy.abs());
                assert!(farthest <= grid.extent_px / 2.0, "{}: {farthest} px of {}", TAPS[tap], grid.extent_px);
                weight += change;
                offset += change * dx;
            }
        }
        assert!(touched > 50, "{}: {touched} positions", TAPS[tap]);
        // A grid that lies half a step off would show as a mean offset of that size.
        let mean: f64 = offset / weight;
        assert!(mean.abs() < grid.step_px / 2.0, "{}: {mean} px", TAPS[tap]);
    }
}
