//! Tables of text.
#![no_main]

mod input;

use afterimage_formats::table::Table;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let path = input::write(data, "csv");
    for table in [Table::read(&path), Table::read_bare(&path), Table::read_separated(&path, b' ', true)] {
        let Ok(table) = table else { continue };
        for column in 0..table.width().min(4) {
            let _ = (table.texts(column), table.f64s(column), table.i64s(column), table.bools(column));
        }
    }
});
