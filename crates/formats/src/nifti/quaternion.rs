//! The rotation of an affine as the quaternion of NIfTI's qform.

/// Maximum cosine between two axes that count as orthogonal: above the rounding of 32-bit headers.
const SHEAR: f64 = 1e-4;

/// A rotation `(a, b, c, d)` of length 1 with `a >= 0`, of which `b`, `c`, `d` are stored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rotation {
    /// `b`, `c`, `d`.
    pub(super) quaternion: [f64; 3],
    /// -1 if the third axis is reversed, for a left-handed affine; otherwise 1.
    pub(super) flip: f32,
}

impl Rotation {
    /// Converts an affine; `None` if its columns have length zero or are not orthogonal.
    pub(super) fn of(affine: &[[f64; 4]; 4]) -> Option<Self> {
        let column = |axis: usize| [affine[0][axis], affine[1][axis], affine[2][axis]];
        let [x, y, mut z] = [unit(column(0))?, unit(column(1))?, unit(column(2))?];
        if [dot(x, y), dot(y, z), dot(x, z)].iter().any(|cosine| cosine.abs() > SHEAR) {
            return None;
        }
        let right_handed = dot(cross(x, y), z) > 0.0;
        if !right_handed {
            z = z.map(|value| -value);
        }
        Some(Self { quaternion: quaternion([x, y, z]), flip: if right_handed { 1.0 } else { -1.0 } })
    }
}

/// Converts the columns of a rotation matrix: the largest component comes from the diagonal, the others are divided by
/// it.
fn quaternion([x, y, z]: [[f64; 3]; 3]) -> [f64; 3] {
    let diagonal = [x[0] + y[1] + z[2], x[0] - y[1] - z[2], y[1] - x[0] - z[2], z[2] - x[0] - y[1]];
    let largest = (0..4).max_by(|&i, &j| diagonal[i].total_cmp(&diagonal[j])).unwrap_or(0);
    let twice = (1.0 + diagonal[largest]).max(0.0).sqrt();
    let quarter = 0.5 / twice;
    let differences = [y[2] - z[1], z[0] - x[2], x[1] - y[0]].map(|value| value * quarter);
    let [xy, xz, yz] = [x[1] + y[0], x[2] + z[0], y[2] + z[1]].map(|value| value * quarter);
    let half = twice / 2.0;
    let (a, bcd) = match largest {
        0 => (half, differences),
        1 => (differences[0], [half, xy, xz]),
        2 => (differences[1], [xy, half, yz]),
        _ => (differences[2], [xz, yz, half]),
    };
    if a < 0.0 { bcd.map(|value| -value) } else { bcd }
}

fn unit(v: [f64; 3]) -> Option<[f64; 3]> {
    let length = dot(v, v).sqrt();
    (length.is_finite() && length > 0.0).then(|| v.map(|value| value / length))
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn affine(columns: [[f64; 3]; 3]) -> [[f64; 4]; 4] {
        let row = |row: usize| [columns[0][row], columns[1][row], columns[2][row], 7.0];
        [row(0), row(1), row(2), [0.0, 0.0, 0.0, 1.0]]
    }

    #[test]
    fn quarter_turn_about_the_third_axis_is_that_computed_by_hand() {
        let turned = Rotation::of(&affine([[0.0, 2.0, 0.0], [-3.0, 0.0, 0.0], [0.0, 0.0, 4.0]])).unwrap();
        let half = 0.5_f64.sqrt();
        assert!(turned.quaternion.iter().zip([0.0, 0.0, half]).all(|(got, wanted)| (got - wanted).abs() < 1e-12));
        assert_eq!(turned.flip, 1.0);
    }

    #[test]
    fn left_to_right_turned_round_is_a_flip_with_a_half_turn() {
        // x and y as they are, z to below: a flip alone. x to the left: a flip and a half turn about the second axis.
        let flipped = Rotation::of(&affine([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, -1.0]])).unwrap();
        assert_eq!(flipped, Rotation { quaternion: [0.0; 3], flip: -1.0 });
        let left = Rotation::of(&affine([[-1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])).unwrap();
        assert_eq!((left.quaternion.map(f64::abs), left.flip), ([0.0, 1.0, 0.0], -1.0));
    }

    #[test]
    fn sheared_and_empty_axes_have_no_rotation() {
        assert_eq!(Rotation::of(&affine([[1.0, 0.0, 0.0], [0.1, 1.0, 0.0], [0.0, 0.0, 1.0]])), None);
        assert_eq!(Rotation::of(&affine([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 1.0]])), None);
    }
}
