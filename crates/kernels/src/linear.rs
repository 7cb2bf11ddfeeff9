//! A linear layer for few rows at a time: the weights are read once, from memory, and nothing is packed.

use rayon::prelude::*;

use crate::vector::vectorised;

/// Outputs that a thread works on at a time: their sums stay in the first cache.
const COLUMNS: usize = 1024;
/// Inputs whose products are added up before they go into the sums.
const INPUTS: usize = 4;

/// `x w + bias` for `x` `[rows, inputs]` and `w` `[inputs, outputs]`, as `[rows, outputs]`.
///
/// Every output is summed over the inputs in their order, whatever the number of threads.
///
/// # Panics
/// If lengths do not fit.
pub fn forward(x: &[f32], w: &[f32], bias: &[f32]) -> Vec<f32> {
    let outputs = bias.len();
    let inputs = w.len().checked_div(outputs).unwrap_or(0);
    assert_eq!(w.len(), inputs * outputs, "weights of {outputs} outputs");
    let rows = x.len().checked_div(inputs).unwrap_or(0);
    assert_eq!(x.len(), rows * inputs, "values of {inputs} inputs");
    let mut y = vec![0.0; rows * outputs];
    let mut blocks: Vec<Vec<&mut [f32]>> = (0..outputs.div_ceil(COLUMNS)).map(|_| Vec::with_capacity(rows)).collect();
    for row in y.chunks_exact_mut(outputs.max(1)) {
        blocks.iter_mut().zip(row.chunks_mut(COLUMNS)).for_each(|(block, part)| block.push(part));
    }
    blocks.into_par_iter().enumerate().for_each(|(index, mut block)| {
        let first = index * COLUMNS;
        vectorised(
            #[inline(always)]
            || {
                for row in &mut block {
                    let length = row.len();
                    row.copy_from_slice(&bias[first..][..length]);
                }
                for input in (0..inputs).step_by(INPUTS) {
                    for (row, x) in block.iter_mut().zip(x.chunks_exact(inputs)) {
                        let line = |input: usize| &w[input * outputs + first..][..row.len()];
                        match x[input..].first_chunk::<INPUTS>() {
                            Some(x) => {
                                add_four(row, x, [line(input), line(input + 1), line(input + 2), line(input + 3)])
                            }
                            None => (input..inputs).for_each(|i| add(row, x[i], &w[i * outputs + first..])),
                        }
                    }
                }
            },
        );
    });
    y
}

#[inline(always)]
fn add_four(to: &mut [f32], x: &[f32; INPUTS], [a, b, c, d]: [&[f32]; INPUTS]) {
    for (to, (((a, b), c), d)) in to.iter_mut().zip(a.iter().zip(b).zip(c).zip(d)) {
        *to += (x[0] * a + x[1] * b) + (x[2] * c + x[3] * d);
    }
}

#[inline(always)]
fn add(to: &mut [f32], x: f32, w: &[f32]) {
    for (to, w) in to.iter_mut().zip(w) {
        *to += x * w;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linear_layer_is_the_product_plus_bias() {
        let wave = |n: usize, step: f32| (0..n).map(|i| (i as f32 * step).sin()).collect::<Vec<f32>>();
        for (rows, inputs, outputs) in [(1, 7, 2500), (3, 8, 1024), (2, 1, 5), (0, 3, 4)] {
            let (x, w, bias) = (wave(rows * inputs, 0.3), wave(inputs * outputs, 0.7), wave(outputs, 0.9));
            let y = forward(&x, &w, &bias);
            assert_eq!(y.len(), rows * outputs);
            for (index, value) in y.iter().enumerate() {
                let (row, output) = (index / outputs, index % outputs);
                let terms = (0..inputs).map(|i| f64::from(x[row * inputs + i]) * f64::from(w[i * outputs + output]));
                let expected = terms.sum::<f64>() + f64::from(bias[output]);
                assert!((f64::from(*value) - expected).abs() < 1e-5, "{rows} {inputs} {outputs}: {value} {expected}");
            }
        }
    }
}
