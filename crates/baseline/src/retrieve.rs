//! Which image has the features that correlate best with predicted ones.

use ndarray::{Array2, ArrayView2, Axis};

use crate::error::{finite, shape};
use crate::{BaselineError, Result};

/// The best candidate of each item so far; candidates are offered block by block.
#[derive(Debug, Clone)]
pub struct Nearest {
    /// Centred rows of length 1, `[items, features]`.
    predicted: Array2<f32>,
    best: Vec<Option<(usize, f64)>>,
    seen: usize,
}

impl Nearest {
    /// For predicted features `[items, features]`.
    ///
    /// # Errors
    /// [`BaselineError::Constant`] for an item whose features are all equal, [`BaselineError::NotFinite`] for a NaN.
    pub fn new(predicted: ArrayView2<'_, f32>) -> Result<Self> {
        finite("the table of predicted features", predicted)?;
        let (predicted, constant) = unit_rows(predicted);
        if let Some(item) = constant.iter().position(|&constant| constant) {
            return Err(BaselineError::Constant { item });
        }
        Ok(Self { best: vec![None; predicted.nrows()], predicted, seen: 0 })
    }

    /// Compares the features of the next candidates, `[candidates, features]`, with every prediction.
    ///
    /// The measure is Pearson's correlation over features. The first of several equal candidates stays. A candidate
    /// whose features are all equal correlates with nothing and is passed over.
    ///
    /// # Errors
    /// [`BaselineError::Shape`] for another number of features, [`BaselineError::NotFinite`] for a NaN.
    pub fn offer(&mut self, candidates: ArrayView2<'_, f32>) -> Result<()> {
        if candidates.ncols() != self.predicted.ncols() {
            let expected = format!("[candidates, {}]", self.predicted.ncols());
            return Err(shape("the table of candidates' features", candidates.shape(), expected));
        }
        finite("the table of candidates' features", candidates)?;
        let (candidates, constant) = unit_rows(candidates);
        let correlations = self.predicted.dot(&candidates.t());
        for (best, row) in self.best.iter_mut().zip(correlations.outer_iter()) {
            for (index, &r) in row.iter().enumerate().filter(|(index, _)| !constant[*index]) {
                if best.is_none_or(|(_, known)| f64::from(r) > known) {
                    *best = Some((self.seen + index, f64::from(r)));
                }
            }
        }
        self.seen += candidates.nrows();
        Ok(())
    }

    /// Place of the best candidate, in the order offered, and its correlation, for each item.
    ///
    /// # Errors
    /// [`BaselineError::NoCandidate`].
    pub fn best(&self) -> Result<Vec<(usize, f64)>> {
        self.best.iter().map(|best| best.ok_or(BaselineError::NoCandidate)).collect()
    }
}

/// Rows centred and of length 1, with which were constant; those become 0.
pub fn unit_rows(values: ArrayView2<'_, f32>) -> (Array2<f32>, Vec<bool>) {
    let mut out = values.to_owned();
    let mut constant = Vec::with_capacity(out.nrows());
    for mut row in out.axis_iter_mut(Axis(0)) {
        let n = row.len().max(1) as f64;
        let mean = row.iter().map(|&v| f64::from(v)).sum::<f64>() / n;
        let length = row.iter().map(|&v| (f64::from(v) - mean).powi(2)).sum::<f64>().sqrt();
        let none = length <= 1e-7 * mean.abs() * n.sqrt();
        row.mapv_inplace(|v| if none { 0.0 } else { ((f64::from(v) - mean) / length) as f32 });
        constant.push(none);
    }
    (out, constant)
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn nearest_is_by_correlation_whatever_scale_offset_and_block() {
        let predicted = array![[1.0_f32, 2.0, 3.0], [3.0, 1.0, 0.0]];
        let candidates = array![[5.0_f32, 5.0, 5.0], [30.0, 10.0, 1.0], [0.1, 0.2, 0.31], [-1.0, -2.0, -3.0]];
        let mut whole = Nearest::new(predicted.view()).unwrap();
        whole.offer(candidates.view()).unwrap();
        let best = whole.best().unwrap();
        assert_eq!(best.iter().map(|b| b.0).collect::<Vec<_>>(), [2, 1]);
        let mut blocks = Nearest::new(predicted.view()).unwrap();
        candidates.axis_chunks_iter(Axis(0), 1).for_each(|block| blocks.offer(block).unwrap());
        assert_eq!(blocks.best().unwrap().iter().map(|b| b.0).collect::<Vec<_>>(), [2, 1]);
    }

    #[test]
    fn of_equal_candidates_the_first_stays() {
        let mut nearest = Nearest::new(array![[0.0_f32, 1.0]].view()).unwrap();
        nearest.offer(array![[2.0_f32, 3.0], [4.0, 5.0]].view()).unwrap();
        let best = nearest.best().unwrap();
        assert!(best[0].0 == 0 && (best[0].1 - 1.0).abs() < 1e-6);
    }

    #[test]
    fn constant_predictions_and_empty_pools_are_refused() {
        assert!(matches!(Nearest::new(array![[1.0_f32, 1.0]].view()), Err(BaselineError::Constant { item: 0 })));
        let mut nearest = Nearest::new(array![[0.0_f32, 1.0]].view()).unwrap();
        assert!(matches!(nearest.best(), Err(BaselineError::NoCandidate)));
        nearest.offer(array![[1.0_f32, 1.0]].view()).unwrap();
        assert!(nearest.best().is_err());
        assert!(nearest.offer(array![[1.0_f32]].view()).is_err());
    }
}
