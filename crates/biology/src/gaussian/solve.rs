//! A few linear equations.

/// Solves `matrix x = right` for a symmetric positive definite matrix by Cholesky factorisation; `None` if it is not
/// positive definite.
pub(super) fn solve<const N: usize>(mut matrix: [[f64; N]; N], right: [f64; N]) -> Option<[f64; N]> {
    for i in 0..N {
        for j in 0..=i {
            let inner: f64 = (0..j).map(|k| matrix[i][k] * matrix[j][k]).sum();
            let value = matrix[i][j] - inner;
            matrix[i][j] = if i != j {
                value / matrix[j][j]
            } else if value > 0.0 {
                value.sqrt()
            } else {
                return None;
            };
        }
    }
    let mut x = right;
    for i in 0..N {
        let inner: f64 = (0..i).map(|k| matrix[i][k] * x[k]).sum();
        x[i] = (x[i] - inner) / matrix[i][i];
    }
    for i in (0..N).rev() {
        let inner: f64 = (i + 1..N).map(|k| matrix[k][i] * x[k]).sum();
        x[i] = (x[i] - inner) / matrix[i][i];
    }
    Some(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solution_solves_and_indefinite_is_refused() {
        let x = solve([[4.0, 2.0, 0.4], [2.0, 5.0, 1.0], [0.4, 1.0, 3.0]], [1.0, 2.0, 3.0]).unwrap();
        let back = |row: [f64; 3]| row.iter().zip(x).map(|(a, b)| a * b).sum::<f64>();
        assert!((back([4.0, 2.0, 0.4]) - 1.0).abs() < 1e-12 && (back([0.4, 1.0, 3.0]) - 3.0).abs() < 1e-12);
        assert_eq!(solve([[1.0, 2.0], [2.0, 1.0]], [1.0, 1.0]), None);
    }
}
