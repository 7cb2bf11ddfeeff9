//! MAT of version 5 and 7.3.
#![no_main]

mod input;

use afterimage_formats::mat::MatFile;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(file) = MatFile::open(&input::write(data, "mat")) else { return };
    for name in file.names().unwrap_or_default().into_iter().take(32) {
        let _ = file.read(&name).map(|value| value.numbers().map(|numbers| numbers.to_f32()));
    }
});
