//! NIfTI, and MGH; packed or not as the input's first bytes say.
#![no_main]

mod input;

use afterimage_formats::volume::Volume;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    for ending in ["nii", "mgh"] {
        let Ok(volume) = Volume::open(&input::write(data, ending)) else { continue };
        let _ = (volume.read(), volume.volume(1), volume.numbers());
        let _ = volume.volumes().map(|volumes| volumes.take(3).count());
    }
});
