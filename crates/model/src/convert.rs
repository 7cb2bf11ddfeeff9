//! Between `ndarray` and the framework's tensors. Outside this crate and training, arrays are `ndarray`'s.

use burn::tensor::{Device, Tensor, TensorData};
use ndarray::{Array2, Array4, ArrayView2, ArrayView4};

/// Converts images u8 `[n, height, width, 3]` to a tensor `[n, 3, height, width]` in 0..1.
pub fn images_to_tensor(images: ArrayView4<u8>, device: &Device) -> Tensor<4> {
    let (n, h, w, c) = images.dim();
    let standard = images.as_standard_layout();
    let pixels = standard.as_slice().expect("standard layout");
    let plane = h * w;
    let mut values = vec![0.0_f32; n * c * plane];
    for (image, out) in pixels.chunks_exact(plane * c).zip(values.chunks_exact_mut(plane * c)) {
        for (position, pixel) in image.chunks_exact(c).enumerate() {
            for (channel, &value) in pixel.iter().enumerate() {
                out[channel * plane + position] = f32::from(value) / 255.0;
            }
        }
    }
    Tensor::from_data(TensorData::new(values, [n, c, h, w]), device)
}

/// A matrix as a tensor of the same shape.
pub fn matrix_to_tensor(matrix: ArrayView2<f32>, device: &Device) -> Tensor<2> {
    let (rows, columns) = matrix.dim();
    Tensor::from_data(TensorData::new(matrix.iter().copied().collect(), [rows, columns]), device)
}

/// `[n, c, h, w]` as a tensor of the same shape.
pub fn array4_to_tensor(array: ArrayView4<f32>, device: &Device) -> Tensor<4> {
    let (n, c, h, w) = array.dim();
    Tensor::from_data(TensorData::new(array.iter().copied().collect(), [n, c, h, w]), device)
}

/// The values of a tensor in row-major order.
///
/// # Panics
/// If the tensor is not float32.
pub fn values<const D: usize>(tensor: &Tensor<D>) -> Vec<f32> {
    tensor.clone().without_autodiff().into_data().convert::<f32>().try_to_vec().expect("float32 values")
}

/// A tensor as a matrix.
pub fn tensor_to_matrix(tensor: &Tensor<2>) -> Array2<f32> {
    Array2::from_shape_vec(tensor.dims(), values(tensor)).expect("shape of the tensor")
}

/// A tensor as `[n, c, h, w]`.
pub fn tensor_to_array4(tensor: &Tensor<4>) -> Array4<f32> {
    Array4::from_shape_vec(tensor.dims(), values(tensor)).expect("shape of the tensor")
}
