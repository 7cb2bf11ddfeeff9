//! `.npy` and `.npz`.
#![no_main]

mod input;

use afterimage_formats::{npy, npz};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let path = input::write(data, "npy");
    let _ = (npy::read_f32(&path), npy::read_u8(&path), npy::read_rows_f32(&path, 1, 1));
    for name in npz::names(&path).unwrap_or_default().into_iter().take(8) {
        let _ = npz::read_f32(&path, &name);
    }
});
