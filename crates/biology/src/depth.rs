//! Contribution of each branch of the encoder to a voxel, and the preferred depth.

use ndarray::ArrayView2;

use crate::{BiologyError, Result};

/// The branches of one voxel.
#[derive(Debug, Clone, PartialEq)]
pub struct Depth {
    /// Share of each branch; they sum to 1.
    pub shares: Vec<f64>,
    /// Mean position of the branches, weighted by their shares: 0 the first branch, 1 the last.
    pub mean: f64,
}

/// Shares and preferred depth of each voxel from the standard deviations of the branches' contributions, `[branches,
/// voxels]`.
///
/// A branch's contribution to a voxel is its term in the encoder's sum, branch weight included; its standard deviation
/// is taken over training images. With `s_i` for branch i of n, `share_i = s_i / sum s` and `depth = sum of share_i i /
/// (n - 1)`, i counted from 0 in the order given, which should be that of the backbone.
///
/// Branch weights themselves are not used: a factor can move from them into channel weights and maps without changing
/// the prediction, and features of different branches differ in scale and in the correlation of their channels.
/// Standard deviations are in the unit of the response, so branches can be compared.
///
/// `None` for a voxel to which no branch contributes, and for all voxels of an encoder with a single branch.
///
/// # Errors
/// [`BiologyError::Value`] for a standard deviation that is negative or not finite.
pub fn depths(spread: ArrayView2<f64>) -> Result<Vec<Option<Depth>>> {
    if let Some(bad) = spread.iter().find(|s| !(s.is_finite() && **s >= 0.0)) {
        let expected = "finite and not negative";
        return Err(BiologyError::Value { key: "the spread of a branch", value: bad.to_string(), expected });
    }
    let branches = spread.nrows();
    let depth = |column: ndarray::ArrayView1<f64>| {
        let sum = column.sum();
        (branches > 1 && sum > 0.0).then(|| {
            let shares: Vec<f64> = column.iter().map(|s| s / sum).collect();
            let mean =
                shares.iter().enumerate().map(|(i, share)| share * i as f64).sum::<f64>() / (branches - 1) as f64;
            Depth { shares, mean }
        })
    };
    Ok(spread.columns().into_iter().map(depth).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn depth_is_the_mean_place() {
        let found = depths(array![[2.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 3.0, 0.0]].view()).unwrap();
        assert_eq!(found[0], Some(Depth { shares: vec![0.5, 0.25, 0.25], mean: 0.375 }));
        assert_eq!(found[1].as_ref().unwrap().mean, 1.0);
        assert_eq!(found[2], None);
    }

    #[test]
    fn scale_of_the_response_does_not_matter_and_one_branch_has_no_depth() {
        let spread = array![[2.0, 0.3], [1.0, 0.9]];
        assert_eq!(depths(spread.view()).unwrap(), depths((&spread * 4.0).view()).unwrap());
        assert_eq!(depths(array![[1.0]].view()).unwrap(), [None]);
        assert!(depths(Array2::from_elem((2, 1), f64::NAN).view()).is_err());
    }
}
