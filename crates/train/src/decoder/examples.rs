//! Some validation pairs, shown and decoded, for a look at training: never the test items, which training must not see.

use ndarray::{Array2, Array3, Array4, ArrayView2, Axis, concatenate, s};

use afterimage_data::ValidationPairs;
use afterimage_formats::picture;

/// Name of the image.
pub(super) const NAME: &str = "validation/shown_above_decoded";

/// Most pairs.
const MOST: usize = 8;

/// Returns one image, u8 `[2 side, n side, 3]`: n evenly spaced validation images above what `decode` makes of their
/// responses, `[n, 3, side, side]` in 0..1 for `[n, voxels]`.
pub(super) fn of(pairs: &ValidationPairs, decode: impl FnOnce(ArrayView2<'_, f32>) -> Array4<f32>) -> Array3<u8> {
    let items = evenly(pairs.len());
    let responses: Array2<f32> = pairs.responses().select(Axis(0), &items);
    let decoded = decode(responses.view());
    let shown = items.iter().map(|&item| pairs.images().index_axis(Axis(0), pairs.image_of()[item]).to_owned());
    let decoded = decoded.outer_iter().map(picture::bytes);
    grid(&[shown.collect(), decoded.collect()])
}

/// At most [`MOST`] evenly spaced numbers below `n`.
fn evenly(n: usize) -> Vec<usize> {
    let count = n.min(MOST);
    (0..count).map(|i| i * n / count).collect()
}

/// Rows of images `[side, side, 3]` as one image.
fn grid(rows: &[Vec<Array3<u8>>; 2]) -> Array3<u8> {
    let side = rows[0].first().map_or(0, |image| image.len_of(Axis(0)));
    let joined = rows.each_ref().map(|row| {
        let mut out = Array3::zeros((side, row.len() * side, 3));
        for (place, image) in row.iter().enumerate() {
            out.slice_mut(s![.., place * side..(place + 1) * side, ..]).assign(image);
        }
        out
    });
    concatenate(Axis(0), &[joined[0].view(), joined[1].view()]).expect("rows of one width")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_images_stand_above_decoded_ones_from_left_to_right() {
        let image = |shade: u8| Array3::from_elem((2, 2, 3), shade);
        let joined = grid(&[vec![image(1), image(2)], vec![image(3), image(4)]]);
        assert_eq!(joined.dim(), (4, 4, 3));
        let corners = [(0, 0), (0, 3), (3, 0), (3, 3)].map(|(y, x)| joined[(y, x, 2)]);
        assert_eq!(corners, [1, 2, 3, 4]);
    }

    #[test]
    fn few_pairs_are_all_taken_and_many_evenly() {
        assert_eq!(evenly(3), [0, 1, 2]);
        assert_eq!(evenly(16), [0, 2, 4, 6, 8, 10, 12, 14]);
        assert!(evenly(0).is_empty());
    }
}
