//! Averages of responses that share a label.

use std::collections::HashMap;

use ndarray::{Array2, ArrayView2};

use crate::{Error, Result};

/// What a row of averaged responses stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its label.
    pub name: String,
    /// Responses averaged in it.
    pub responses: u32,
}

/// Means `[items, voxels]` of the rows of `responses` `[rows, voxels]` that share a label, in the order in which labels
/// first appear.
///
/// `weights` are the repeats that each row averages already, 1 for a single response; with `w` for them, the mean of an
/// item is `sum_i w_i y_i / sum_i w_i` over its rows, in double precision.
///
/// ```
/// use afterimage_experiment::trained::average;
///
/// let responses = ndarray::array![[1.0_f32, 0.0], [10.0, 4.0], [4.0, 3.0]];
/// let (means, items) = average(responses.view(), &["b", "a", "b"], &[1, 1, 1])?;
/// assert_eq!(means, ndarray::array![[2.5, 1.5], [10.0, 4.0]]);
/// assert_eq!((items[0].name.as_str(), items[0].responses), ("b", 2));
/// # Ok::<(), afterimage_experiment::Error>(())
/// ```
///
/// # Errors
/// [`crate::Error::Refused`] if there are not as many labels and weights as rows.
pub fn average(
    responses: ArrayView2<'_, f32>,
    labels: &[impl AsRef<str>],
    weights: &[u32],
) -> Result<(Array2<f32>, Vec<Item>)> {
    let rows = responses.nrows();
    if labels.len() != rows || weights.len() != rows {
        let (labels, weights) = (labels.len(), weights.len());
        return Err(Error::Refused(format!("{labels} labels and {weights} weights for {rows} responses")));
    }
    let (mut items, mut places): (Vec<Item>, HashMap<&str, usize>) = (Vec::new(), HashMap::new());
    let mut of_row = Vec::with_capacity(rows);
    for (label, &weight) in labels.iter().map(AsRef::as_ref).zip(weights) {
        let place = *places.entry(label).or_insert_with(|| {
            items.push(Item { name: label.to_owned(), responses: 0 });
            items.len() - 1
        });
        items[place].responses += weight;
        of_row.push(place);
    }
    let mut sums = Array2::<f64>::zeros((items.len(), responses.ncols()));
    for ((row, &place), &weight) in responses.outer_iter().zip(&of_row).zip(weights) {
        let share = f64::from(weight) / f64::from(items[place].responses);
        sums.row_mut(place).zip_mut_with(&row, |sum, &value| *sum += f64::from(value) * share);
    }
    Ok((sums.mapv(|sum| sum as f32), items))
}
