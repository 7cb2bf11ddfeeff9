//! Compares two voxel grids by their affines.

/// Maximum offset between equal grids, in voxels: 32-bit headers round, and no tool resamples for less.
pub const TOLERANCE: f64 = 0.01;

/// Affine from voxel indices `(i, j, k, 1)` to millimetres.
pub type Affine = [[f64; 4]; 4];

/// Largest distance between the positions of a voxel in two affines, in mm; it occurs at a corner of the volume.
pub fn distance(a: &Affine, b: &Affine, shape: [usize; 3]) -> f64 {
    let corner = |corner: usize| {
        let off = (0..3).map(|row| {
            let difference = |column: usize| a[row][column] - b[row][column];
            let along = |axis: usize| {
                if (corner >> axis) & 1 == 1 { difference(axis) * (shape[axis].max(1) - 1) as f64 } else { 0.0 }
            };
            ((0..3).map(along).sum::<f64>() + difference(3)).powi(2)
        });
        off.sum::<f64>().sqrt()
    };
    // `f64::max` would ignore NaN.
    (0..8).map(corner).fold(0.0, |most, off| if off > most || off.is_nan() { off } else { most })
}

/// The smallest distance of neighbouring voxels.
pub fn smallest(affine: &Affine) -> f64 {
    let length = |axis: usize| (0..3).map(|row| affine[row][axis].powi(2)).sum::<f64>().sqrt();
    (0..3).map(length).fold(f64::INFINITY, f64::min)
}

/// Offset between two grids, `(mm, voxels)`, if it exceeds [`TOLERANCE`].
pub fn apart(a: &Affine, b: &Affine, shape: [usize; 3]) -> Option<(f64, f64)> {
    let (off, size) = (distance(a, b, shape), smallest(a).min(smallest(b)));
    // NaN counts as different.
    if off <= TOLERANCE * size { None } else { Some((off, off / size)) }
}

/// Main directions of the three axes, such as `RAS`.
pub fn orientation(affine: &Affine) -> String {
    const ENDS: [[char; 2]; 3] = [['L', 'R'], ['P', 'A'], ['I', 'S']];
    let letter = |axis: usize| {
        let longest = (0..3).max_by(|&a, &b| affine[a][axis].abs().total_cmp(&affine[b][axis].abs())).unwrap_or(axis);
        ENDS[longest][usize::from(affine[longest][axis] > 0.0)]
    };
    (0..3).map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_is_that_of_the_worst_corner_and_not_a_number_counts() {
        let at = |x: f64| [[2.0, 0.0, 0.0, x], [0.0, 2.0, 0.0, 0.0], [0.0, 0.0, 2.0, 0.0], [0.0, 0.0, 0.0, 1.0]];
        let mirrored = [[-2.0, 0.0, 0.0, 6.0], [0.0, 2.0, 0.0, 0.0], [0.0, 0.0, 2.0, 0.0], [0.0, 0.0, 0.0, 1.0]];
        assert_eq!(distance(&at(0.0), &at(3.0), [4, 5, 3]), 3.0);
        assert_eq!(distance(&at(0.0), &mirrored, [4, 5, 3]), 6.0);
        assert!(distance(&at(0.0), &at(f64::NAN), [4, 5, 3]).is_nan());
        assert_eq!((orientation(&at(0.0)), orientation(&mirrored)), ("RAS".into(), "LAS".into()));
        assert_eq!(smallest(&mirrored), 2.0);
    }
}
