//! Standardisation of features, fitted on training items.

use afterimage_statistics::{median, moments};
use ndarray::{Array2, ArrayView2, Axis};

use crate::Result;
use crate::error::{finite, shape};

/// Spread, as a share of the largest of all columns, up to which a column counts as constant: a feature that is all but off in
/// training would be enlarged a million times, and would rule the predictions for the first image that turns it on.
const LEAST: f64 = 1e-6;

/// Least standard deviation, as a share of the median over the columns that vary: a feature that is nearly off in training, and fires for
/// a new image, would otherwise be enlarged a thousand times and predict hundreds of standard deviations.
const FLOOR: f64 = 0.1;

/// Mean and standard deviation of each column.
#[derive(Debug, Clone, PartialEq)]
pub struct Standard {
    mean: Vec<f64>,
    /// 0 where a column is constant.
    sd: Vec<f64>,
}

impl Standard {
    /// Fits on `values` `[items, columns]`, which are of one kind: mean, and standard deviation with division by n, in double
    /// precision. A column with less than a millionth of the spread of the widest counts as constant; a deviation below a tenth of the
    /// median is raised to it.
    ///
    /// # Errors
    /// [`crate::BaselineError::NotFinite`] for a NaN.
    pub fn fit(values: ArrayView2<'_, f32>) -> Result<Self> {
        finite("the table of features", values)?;
        let column = |column: ndarray::ArrayView1<'_, f32>| {
            let (mean, variance) = moments(column.iter().map(|&v| f64::from(v)));
            let sd = variance.sqrt();
            // A constant column can leave a rounding remainder that is no spread.
            (mean, if sd <= 1e-7 * mean.abs() { 0.0 } else { sd })
        };
        let (mean, mut sd): (Vec<f64>, Vec<f64>) = values.columns().into_iter().map(column).unzip();
        let largest = sd.iter().copied().fold(0.0, f64::max);
        sd.iter_mut().filter(|sd| **sd <= LEAST * largest).for_each(|sd| *sd = 0.0);
        let mut varying: Vec<f64> = sd.iter().copied().filter(|&sd| sd > 0.0).collect();
        if !varying.is_empty() {
            let least = FLOOR * median(&mut varying);
            sd.iter_mut().filter(|sd| **sd > 0.0).for_each(|sd| *sd = sd.max(least));
        }
        Ok(Self { mean, sd })
    }

    /// `(value - mean) / sd`, in place; columns that were constant become 0.
    ///
    /// # Errors
    /// [`crate::BaselineError::Shape`] for another number of columns.
    pub fn apply(&self, values: &mut Array2<f32>) -> Result<()> {
        if values.ncols() != self.mean.len() {
            return Err(shape("the table of features", values.shape(), format!("[items, {}]", self.mean.len())));
        }
        for ((mut column, &mean), &sd) in values.axis_iter_mut(Axis(1)).zip(&self.mean).zip(&self.sd) {
            column.mapv_inplace(|v| if sd > 0.0 { ((f64::from(v) - mean) / sd) as f32 } else { 0.0 });
        }
        Ok(())
    }

    /// Mean and standard deviation of each column; 0 for a constant one.
    pub fn columns(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.mean.iter().copied().zip(self.sd.iter().copied())
    }

    /// Columns that vary.
    pub fn varying(&self) -> usize {
        self.sd.iter().filter(|&&sd| sd > 0.0).count()
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn columns_get_mean_zero_and_spread_one_and_constant_ones_vanish() {
        let mut values = array![[1.0_f32, 7.0], [3.0, 7.0], [5.0, 7.0]];
        let standard = Standard::fit(values.view()).unwrap();
        assert_eq!(standard.varying(), 1);
        standard.apply(&mut values).unwrap();
        assert!((values[[2, 0]] - 1.5_f32.sqrt()).abs() < 1e-6);
        assert!(values.column(1).iter().all(|&v| v == 0.0));
    }

    #[test]
    fn a_column_that_is_nearly_off_in_training_is_not_enlarged_a_thousand_times() {
        let mut training = array![[1.0_f32, 2.0, 0.0, 4.0], [3.0, 5.0, 0.003, 1.0], [5.0, 2.0, 0.0, 1.0]];
        let standard = Standard::fit(training.view()).unwrap();
        standard.apply(&mut training).unwrap();
        assert_eq!(standard.varying(), 4);
        let mut other = array![[3.0_f32, 2.0, 3.0, 1.0]];
        standard.apply(&mut other).unwrap();
        assert!(other[[0, 2]] < 25.0 && other[[0, 2]] > 5.0, "{other}");
    }

    #[test]
    fn a_column_that_is_all_but_constant_is_not_enlarged() {
        let mut training = array![[1.0_f32, 0.0], [3.0, 1e-40], [5.0, 0.0]];
        let standard = Standard::fit(training.view()).unwrap();
        standard.apply(&mut training).unwrap();
        let mut other = array![[2.0_f32, 0.5]];
        standard.apply(&mut other).unwrap();
        assert!(standard.varying() == 1 && other[[0, 1]] == 0.0, "{other}");
    }
}
