//! Tables of text as pandas writes them.

use crate::common::{expected, fixture, recording, strings};
use afterimage_formats::table::Table;

#[test]
fn columns_are_as_pandas_reads_them() {
    let wanted = expected("table.csv");
    for name in ["table.csv", "events.tsv"] {
        let table = Table::read(&fixture(name)).unwrap();
        assert_eq!(table.names(), ["voxel_id", "nc", "V1", "concept"]);
        let column = |name| table.column(name).unwrap();
        assert_eq!(table.i64s(column("voxel_id")).unwrap(), [0, 1, 2, 3]);
        let ceilings = table.f64s(column("nc")).unwrap();
        assert!(ceilings[1].is_nan() && ceilings[0] == 12.5 && ceilings[3] == 1e-3);
        assert_eq!(table.bools(column("V1")).unwrap(), [true, false, true, false]);
        assert_eq!(table.texts(column("concept")).unwrap(), strings(&wanted["concept"]), "{name}");
    }
}

#[test]
fn table_without_names_is_read_by_place() {
    let table = Table::read_bare(&fixture("bare.csv")).unwrap();
    assert_eq!((table.len(), table.width(), table.names().len()), (4, 2, 0));
    assert_eq!(table.i64s(0).unwrap(), [0, 1, 2, 3]);
    assert!(table.f64s(1).unwrap()[1].is_nan());
}

#[test]
fn real_attributes_are_read() {
    let Some(path) = recording("haxby_slice_attributes.txt") else { return };
    let table = Table::read_separated(&path, b' ', false).unwrap();
    assert_eq!((table.len(), table.width()), (1452, 2));
    let conditions: std::collections::BTreeSet<_> = table.texts(0).unwrap().into_iter().collect();
    assert!(conditions.len() == 9 && conditions.contains("rest") && conditions.contains("face"), "{conditions:?}");
    let runs: std::collections::BTreeSet<_> = table.i64s(1).unwrap().into_iter().collect();
    assert_eq!(runs.len(), 12);
}
