//! HDF5: datasets whole and in parts, records, attributes, frames.
#![no_main]

mod input;

use afterimage_formats::hdf5::File;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(file) = File::open(&input::write(data, "h5")) else { return };
    let _ = file.attributes("/");
    for name in file.names().unwrap_or_default().into_iter().take(64) {
        let Ok(dataset) = file.dataset(&name) else { continue };
        let _ = (dataset.read(), dataset.strings(), dataset.records(0, 2), dataset.rows(1, 2));
        let _ = dataset.blocks(1 << 12).take(4).count();
        let _ = file.attributes(&name);
    }
    for group in file.members("/").unwrap_or_default().0.into_iter().take(16) {
        let Ok(frame) = file.frame(&group) else { continue };
        let _ = (frame.index(), frame.column(0), frame.column(1), frame.numbers(0, 2, &[0, 1]));
    }
});
