//! Tables of responses in every form that is read.

use ndarray::array;

use super::*;

fn read(name: &str, text: &str, options: &TableOptions) -> Result<ResponseTable> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    ResponseTable::read(&path, options)
}

#[test]
fn columns_of_text_and_the_named_one_are_labels() {
    let text = "image,trial,a,b\nx.png,1,0.5,2\ny.png,2,1.5,3\n";
    let plain = read("t.csv", text, &TableOptions::default()).unwrap();
    assert_eq!(plain.responses, array![[0.5, 2.0], [1.5, 3.0]]);
    let options = TableOptions { label: Some("a".into()), ..TableOptions::default() };
    let labelled = read("t.csv", text, &options).unwrap();
    assert_eq!(labelled.responses, array![[2.0], [3.0]]);
    assert_eq!(labelled.labels[1], ("trial".to_owned(), vec!["1".to_owned(), "2".to_owned()]));
    let unknown = TableOptions { label: Some("run".into()), ..TableOptions::default() };
    assert!(read("t.csv", text, &unknown).unwrap_err().to_string().contains("trial"));
}

#[test]
fn marked_columns_are_the_voxels_and_must_be_numbers() {
    let text = "image,weight,voxel_3,voxel_7\nx.png,9,0.5,2\n";
    let table = read("t.csv", text, &TableOptions::default()).unwrap();
    assert_eq!(table.responses, array![[0.5, 2.0]]);
    assert_eq!(table.labels.len(), 2);
    let wrong = read("t.csv", "voxel_3,voxel_7\n1,high\n", &TableOptions::default()).unwrap_err().to_string();
    assert!(wrong.contains("voxel_7") && wrong.contains("high"), "{wrong}");
}

#[test]
fn bare_tables_and_voxels_first_are_read() {
    let table = read("t.csv", "1,2\n3,4\n5,6\n", &TableOptions::default()).unwrap();
    assert_eq!(table.responses.dim(), (3, 2));
    let options = TableOptions { voxels_first: true, ..TableOptions::default() };
    assert_eq!(
        read("t.tsv", "1\t2\n3\t4\n5\t6\n", &options).unwrap().responses,
        array![[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]]
    );
    assert!(read("t.csv", "name\nx\n", &TableOptions::default()).is_err());
}

#[test]
fn one_response_may_have_one_axis() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.npy");
    afterimage_formats::npy::write_f32(&path, array![1.0_f32, 2.0, 3.0].view().into_dyn()).unwrap();
    for voxels_first in [false, true] {
        let options = TableOptions { voxels_first, ..TableOptions::default() };
        assert_eq!(ResponseTable::read(&path, &options).unwrap().responses.dim(), (1, 3));
    }
}

/// Fields of a table of fractions, `rows` x `columns`, behind a line of names.
fn fractions(names: &str, rows: usize, columns: usize) -> String {
    let row = |row: usize| (0..columns).map(|c| format!("{}.5", row * 10 + c)).collect::<Vec<_>>().join(",");
    let lines: Vec<String> = (0..rows).map(row).collect();
    format!("{names}{}\n", lines.join("\n"))
}

#[test]
fn a_first_line_that_counts_is_a_line_of_names() {
    let shape = |text: &str| read("t.csv", text, &TableOptions::default()).map(|table| table.responses.dim());
    for names in ["0,1,2,3\n", "1,2,3,4\n", "\u{feff}0,1,2,3\r\n", "\"0\",\"1\",\"2\",\"3\"\n"] {
        assert_eq!(shape(&fractions(names, 3, 4)).unwrap(), (3, 4), "{names:?}");
    }
    let wide: Vec<String> = (0..9).map(|n| n.to_string()).collect();
    assert_eq!(shape(&format!("{}\n3,0,0,1,2,0,0,0,1\n", wide.join(","))).unwrap(), (1, 9));
    assert_eq!(shape(&fractions("", 3, 4)).unwrap(), (3, 4));
    let said = |text: &str| shape(text).unwrap_err().to_string();
    assert!(said("0,1,2\n3,4,5\n").contains("counts up"));
    assert!(said(&fractions("0.0,1.0,2.0,3.0\n", 3, 4)).contains("counts up"));
    assert!(said(&fractions("5,9,12\n", 2, 3)).contains("whole numbers above fractions"));
}

#[test]
fn an_index_and_columns_of_the_rows_are_no_voxels() {
    let index = "0,1.5,2.5\n1,3.5,4.5\n2,5.5,6.5\n";
    for names in [
        ",0,1\n",
        ",5,9\n",
        ",V1,V2\n",
        "Unnamed: 0,a,b\n",
        "index,a,b\n",
        "trial,a,b\n",
        "Run_Number,a,b\n",
        "level_0,a,b\n",
    ] {
        let table = read("t.csv", &format!("{names}{index}"), &TableOptions::default()).unwrap();
        assert_eq!(table.responses, array![[1.5, 2.5], [3.5, 4.5], [5.5, 6.5]], "{names:?}");
        assert_eq!(table.labels[0].1, ["0", "1", "2"], "{names:?}");
        assert!(table.voxels.is_empty());
    }
    let text = "trial,session,voxel_0,voxel_1,voxel_10\n0,1,0.5,1.5,2.5\n";
    let table = read("t.csv", text, &TableOptions::default()).unwrap();
    assert_eq!(table.voxels, ["voxel_0", "voxel_1", "voxel_10"]);
    assert_eq!(table.labels.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["trial", "session"]);
    let missing = read("t.csv", ",0.5,0.25\n1.5,2.5,3.5\n", &TableOptions::default()).unwrap();
    assert!(missing.responses.dim() == (2, 3) && missing.responses[[0, 0]].is_nan());
    let missing = read("t.csv", "n/a,0.5\n1.5,2.5\n", &TableOptions::default()).unwrap();
    assert_eq!(missing.responses.nrows(), 2);
}

#[test]
fn rows_of_voxels_are_named_by_their_column_and_responses_by_theirs() {
    let options = TableOptions { voxels_first: true, ..TableOptions::default() };
    let table = read("t.tsv", "voxel\tx\tfirst\tsecond\n7\t-40\t1.5\t2.5\n3\t12\t3.5\t4.5\n", &options).unwrap();
    assert_eq!(table.responses, array![[1.5, 3.5], [2.5, 4.5]]);
    assert_eq!(table.voxels, ["voxel_7", "voxel_3"]);
    assert_eq!(table.labels, [("response".to_owned(), vec!["first".to_owned(), "second".to_owned()])]);
    let said = read("t.csv", "voxel_0,voxel_1\n1,2\n", &options).unwrap_err().to_string();
    assert!(said.contains("leave out --voxels-first"), "{said}");
}

#[test]
fn a_packed_table_is_a_table() {
    use std::io::Write;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv.gz");
    let mut packed = flate2::write::GzEncoder::new(std::fs::File::create(&path).unwrap(), flate2::Compression::fast());
    packed.write_all(b"voxel_1,voxel_0\n0.5,1.5\n").unwrap();
    packed.finish().unwrap();
    let table = ResponseTable::read(&path, &TableOptions::default()).unwrap();
    let ids = VoxelIds { wanted: &[0, 1], columns: 2, numbers: None, of_more: false };
    assert_eq!(table.columns_of(&path, ids).unwrap(), Some(vec![1, 0]));
}

#[test]
fn a_first_line_of_numbers_of_voxels_above_whole_responses_is_no_response() {
    let counts =
        |row: usize| (0..12).map(|c| (row * 7 + c * c) % 5).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    let body = (0..6).map(counts).collect::<Vec<_>>().join("\n");
    let line = |number: &dyn Fn(usize) -> usize| (0..12).map(|c| number(c).to_string()).collect::<Vec<_>>().join(",");
    let bare = read("t.csv", &format!("{body}\n"), &TableOptions::default()).unwrap();
    assert_eq!(bare.responses.dim(), (6, 12));
    for names in [line(&|c| 100 + c), line(&|c| 111 - c), line(&|c| c), format!(",{}", line(&|c| 5 * c * c))] {
        let index =
            |(row, text): (usize, &str)| if names.starts_with(',') { format!("{row},{text}") } else { text.into() };
        let rows: Vec<String> = body.lines().enumerate().map(index).collect();
        let table = read("t.csv", &format!("{names}\n{}\n", rows.join("\n")), &TableOptions::default()).unwrap();
        assert_eq!(table.responses, bare.responses, "{names}");
    }
    // Numbers of chosen voxels, rising or not.
    for names in [line(&|c| 3 + c * c), line(&|c| 100 + c * 5 % 12)] {
        let said = read("t.csv", &format!("{names}\n{body}\n"), &TableOptions::default()).unwrap_err().to_string();
        assert!(said.contains("all different") && said.contains("voxel_ID") && said.contains(".npy"), "{said}");
    }
    let floats = format!("5.0,9.0,12.0\n{}", fractions("", 3, 3));
    let said = read("t.csv", &floats, &TableOptions::default()).unwrap_err().to_string();
    assert!(said.contains("whole numbers above fractions"), "{said}");
}

#[test]
fn an_index_of_voxels_names_the_rows_and_one_out_of_order_is_refused() {
    let options = TableOptions { voxels_first: true, ..TableOptions::default() };
    for text in [
        ",a,b\nvoxel_2,1.5,2.5\nvoxel_0,3.5,4.5\nvoxel_1,5.5,6.5\n",
        "voxel_2.0,1.5,2.5\nvoxel_0.0,3.5,4.5\nvoxel_1.0,5.5,6.5\n",
        "voxel_id,a,b\n2.0,1.5,2.5\n0.0,3.5,4.5\n1.0,5.5,6.5\n",
    ] {
        let table = read("t.csv", text, &options).unwrap();
        assert_eq!(table.voxels, ["voxel_2", "voxel_0", "voxel_1"], "{text}");
        assert_eq!(table.responses, array![[1.5, 3.5, 5.5], [2.5, 4.5, 6.5]], "{text}");
    }
    let plain = read("t.csv", ",a,b\n0,1.5,2.5\n1,3.5,4.5\n", &options).unwrap();
    assert!(plain.voxels.is_empty() && plain.responses == array![[1.5, 3.5], [2.5, 4.5]]);
    let said = read("t.csv", ",a,b\n1,1.5,2.5\n0,3.5,4.5\n", &options).unwrap_err().to_string();
    assert!(said.contains("1 in row 1 and then 0") && said.contains("call it voxel"), "{said}");
    let turned = read("t.csv", ",a,b\nvoxel_1,1.5,2.5\nvoxel_0,3.5,4.5\n", &TableOptions::default());
    assert!(turned.unwrap_err().to_string().contains("give --voxels-first"));
    let said = read("t.csv", "voxel,a\nvoxel_1,1.5\nV1,3.5\n", &options).unwrap_err().to_string();
    assert!(said.contains("row 2") && said.contains("\"V1\""), "{said}");
}

#[test]
fn names_of_voxels_may_be_floats_and_names_without_numbers_are_labels() {
    let path = Path::new("t.csv");
    let ids = VoxelIds { wanted: &[0, 1, 2], columns: 3, numbers: None, of_more: false };
    let places =
        |text: &str| read("t.csv", text, &TableOptions::default()).and_then(|table| table.columns_of(path, ids));
    assert_eq!(places("voxel_2.0,voxel_1.0,voxel_0.0\n0.5,1.5,2.5\n").unwrap(), Some(vec![2, 1, 0]));
    assert_eq!(places("voxel_0,voxel_2,voxel_1,voxel_mean\n0.5,1.5,2.5,1.5\n").unwrap(), Some(vec![0, 2, 1]));
    let said = places("voxel_0,voxel_1,voxel_1.1\n0.5,1.5,2.5\n").unwrap_err().to_string();
    assert!(said.contains("\"voxel_1.1\"") && said.contains("\"voxel_0\""), "{said}");
}

#[test]
fn decimal_commas_are_read_and_unnamed_counts_asked_about() {
    let table = read("t.csv", ";voxel_1;voxel_0\n0;0,5;-1,25\n1;1,5;2,75\n", &TableOptions::default()).unwrap();
    assert_eq!(table.responses, array![[0.5, -1.25], [1.5, 2.75]]);
    assert_eq!(table.voxels, ["voxel_1", "voxel_0"]);
    for (first, said) in [(["0.0", "1.0", "2.0"], "counts the rows"), (["4.0", "1.0", "9.0"], "whole numbers")] {
        let rows: Vec<String> = first.iter().map(|n| format!("{n},0.31,-0.7,1.1")).collect();
        let message =
            read("t.csv", &format!("{}\n", rows.join("\n")), &TableOptions::default()).unwrap_err().to_string();
        assert!(message.contains(said) && message.contains("\"1\"") && message.contains("voxel_ID"), "{message}");
    }
}

#[test]
fn names_with_numbers_that_fall_are_told_by_these() {
    let path = Path::new("t.csv");
    let ids = VoxelIds { wanted: &[0, 1, 2], columns: 3, numbers: None, of_more: false };
    let places =
        |text: &str| read("t.csv", text, &TableOptions::default()).and_then(|table| table.columns_of(path, ids));
    assert_eq!(places("unit_0,unit_2,unit_1\n0.5,2.5,1.5\n").unwrap(), Some(vec![0, 2, 1]));
    assert_eq!(places("unit_0,unit_1,unit_2\n0.5,2.5,1.5\n").unwrap(), None);
    let said = places("V1,V3,V2\n0.5,1.5,2.5\n").unwrap_err().to_string();
    assert!(said.contains("voxel_3") && said.contains("the run's data set"), "{said}");
    let numbered = VoxelIds { numbers: Some(&[1, 2, 3]), ..ids };
    let table = read("t.csv", "V1,V3,V2\n0.5,1.5,2.5\n", &TableOptions::default()).unwrap();
    assert_eq!(table.columns_of(path, numbered).unwrap(), Some(vec![0, 2, 1]));
}

#[test]
fn lines_of_names_are_no_responses_wherever_they_stand() {
    let half = "0,1,2,3,4,5,6,7\n1,0,2,1,3,0,1,2\n0,2,1,1,0,3,1,0\n";
    let said = read("t.csv", &format!("{half}{half}"), &TableOptions::default()).unwrap_err().to_string();
    assert!(said.contains("line 4 is its line of names again"), "{said}");
    let times = "-0.1,-0.09,-0.08,-0.07\n0.31,-0.7,1.1,0.2\n0.5,0.25,-1.5,2.5\n";
    let said = read("t.csv", times, &TableOptions::default()).unwrap_err().to_string();
    assert!(said.contains("rises in equal steps"), "{said}");
    let spreadsheet = read("t.csv", "sep=;\na;b\n0,5;1,25\n", &TableOptions::default()).unwrap();
    assert_eq!(spreadsheet.responses, array![[0.5, 1.25]]);
}
