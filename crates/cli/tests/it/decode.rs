//! Responses as other tools write them, decoded: voxels by name, labels exactly, and refusals before anything is written.

use std::path::Path;
use std::sync::OnceLock;

use crate::common::{Desk, printed};
use afterimage_formats::npy;
use ndarray::{Array4, Ix4};

/// Images of the tables below.
const ROWS: usize = 8;

/// A desk with a run of one epoch, and `all.csv`, responses of eight images in the recording's unit.
fn desk() -> &'static Desk {
    static DESK: OnceLock<Desk> = OnceLock::new();
    DESK.get_or_init(|| {
        let desk = Desk::new();
        let short = ["--set", "encoder.epochs=1", "--set", "decoder.epochs=1", "--set", "encoder.milestones=[]"];
        let train = ["train", "decoder", "experiment.toml", "--out", "run", "--set", "decoder.milestones=[]"];
        printed(&desk.run(&[&train[..], &short[..]].concat()));
        let encode = ["encode", "simulation/unpaired/unpaired.npy", "--run", "run", "--units", "recorded"];
        printed(&desk.run(&[&encode[..], &["--out", "many.csv"]].concat()));
        let text = std::fs::read_to_string(desk.path("many.csv")).unwrap();
        let lines: Vec<&str> = text.lines().take(ROWS + 1).collect();
        desk.write("all.csv", &format!("{}\n", lines.join("\n")));
        desk
    })
}

/// Fields of `all.csv`, the names first, without names of images and the unit.
fn fields() -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(desk().path("all.csv")).unwrap();
    text.lines().map(|line| line.split(',').skip(2).map(str::to_owned).collect()).collect()
}

fn write(name: &str, rows: &[Vec<String>]) {
    let lines: Vec<String> = rows.iter().map(|row| row.join(",")).collect();
    desk().write(name, &format!("{}\n", lines.join("\n")));
}

/// What `decode` prints, and its images.
fn decoded(responses: &str, out: &str, more: &[&str]) -> (String, Array4<f32>) {
    let args = [&["decode", responses, "--run", "run", "--latency", "1", "--out", out], more].concat();
    let said = printed(&desk().run(&args));
    (said, images(&desk().path(out)))
}

fn images(folder: &Path) -> Array4<f32> {
    npy::read_f32(&folder.join("reconstructions.npy")).unwrap().into_dimensionality::<Ix4>().unwrap()
}

#[track_caller]
fn refused(responses: &str, more: &[&str], fragments: &[&str]) {
    let args = [&["decode", responses, "--run", "run", "--out", "refused"], more].concat();
    let said = desk().refusal(&args);
    fragments.iter().for_each(|fragment| assert!(said.contains(fragment), "{fragment} is missing in: {said}"));
    assert!(!desk().path("refused").exists());
}

#[test]
fn voxels_are_matched_by_name_in_any_order() {
    let (said, expected) = decoded("all.csv", "by-name", &[]);
    assert!(said.contains("voxels: matched by name"), "{said}");
    let rows = fields();
    // pandas sorts names as text: voxel_0, voxel_1, voxel_10, …
    let mut order: Vec<usize> = (0..rows[0].len()).collect();
    order.sort_by(|&a, &b| rows[0][a].cmp(&rows[0][b]));
    assert_eq!(rows[0][order[2]], "voxel_10");
    let sorted: Vec<Vec<String>> =
        rows.iter().map(|row| order.iter().map(|&column| row[column].clone()).collect()).collect();
    write("sorted.csv", &sorted);
    assert_eq!(decoded("sorted.csv", "by-name-sorted", &[]).1, expected);

    let renamed = |column: usize, name: &str| {
        let mut rows = fields();
        rows[0][column] = name.to_owned();
        rows
    };
    write("unknown.csv", &renamed(3, "voxel_1000"));
    refused("unknown.csv", &[], &["unknown.csv", "1 columns", "voxel_1000", "60"]);
    write("twice.csv", &renamed(3, "voxel_4"));
    refused("twice.csv", &[], &["more than once", "voxel_4"]);
    let missing: Vec<Vec<String>> = fields().into_iter().map(|row| row[..59].to_vec()).collect();
    write("missing.csv", &missing);
    refused("missing.csv", &[], &["voxel_59", "missing"]);
}

#[test]
fn a_line_of_numbers_and_columns_of_the_rows_are_no_responses() {
    let expected = decoded("all.csv", "named", &[]).1;
    let mut rows = fields();
    rows[0] = (0..rows[0].len()).map(|column| column.to_string()).collect();
    write("numbered.csv", &rows);
    let (said, numbered) = decoded("numbered.csv", "numbered", &[]);
    assert!(said.contains("8 images") && said.contains("identity not checked"), "{said}");
    assert_eq!(numbered, expected);
    for (row, fields) in rows.iter_mut().enumerate() {
        let before = if row == 0 { "trial".to_owned() } else { (row - 1).to_string() };
        fields.insert(0, before);
        fields.insert(0, if row == 0 { String::new() } else { (row - 1).to_string() });
    }
    write("indexed.csv", &rows);
    assert_eq!(decoded("indexed.csv", "indexed", &[]).1, expected);
}

/// The bytes of an `.npy` of one axis.
fn array(descr: &str, count: usize, values: &[u8]) -> Vec<u8> {
    let text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({count},), }}");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((text.len() as u16).to_le_bytes());
    bytes.extend(text.bytes());
    bytes.extend(values);
    bytes
}

#[test]
fn labels_that_differ_in_the_last_digit_are_two_labels() {
    let doubles = [1518878.010042, 1518878.010043, 1443537.022563, 1443537.022564_f64];
    let doubles: Vec<u8> = doubles.iter().chain(&doubles).flat_map(|value| value.to_le_bytes()).collect();
    std::fs::write(desk().path("double.npy"), array("<f8", ROWS, &doubles)).unwrap();
    let whole: Vec<u8> = (0..8_i64).flat_map(|row| (16777216 + row / 2).to_le_bytes()).collect();
    std::fs::write(desk().path("whole.npy"), array("<i8", ROWS, &whole)).unwrap();
    for labels in ["double.npy", "whole.npy"] {
        let (said, images) = decoded("all.csv", &format!("by-{labels}"), &["--average-by", labels]);
        assert!(said.contains("4 images of 8 responses") && images.dim().0 == 4, "{said}");
    }
    let items = std::fs::read_to_string(desk().path("by-double.npy/items.csv")).unwrap();
    assert!(items.contains("0001.png,1518878.010043,2"), "{items}");
}

#[test]
fn labels_are_a_column_of_a_table_and_a_line_of_names_moves_none() {
    let rows: Vec<String> = (0..ROWS).map(|row| format!("{row},{}", ["a", "b"][row % 2])).collect();
    desk().write("table.csv", &format!("trial,stimulus\n{}\n", rows.join("\n")));
    refused("all.csv", &["--average-by", "table.csv"], &["trial, stimulus", "--average-column"]);
    let column = ["--average-by", "table.csv", "--average-column", "stimulus"];
    let (said, of_table) = decoded("all.csv", "by-column", &column);
    assert!(said.contains("2 images of 8 responses"), "{said}");
    desk().write("marked.txt", "\u{feff}a\r\nb\r\n\"a\"\r\nb\r\na\r\nb\r\na\r\nb\r\n");
    assert_eq!(decoded("all.csv", "by-list", &["--average-by", "marked.txt"]).1, of_table);
    for name in ["short.txt", "short.csv"] {
        desk().write(name, "stimulus\na\nb\na\nb\na\nb\na\n");
        refused("all.csv", &["--average-by", name], &["\"stimulus\"", "7 labels for 8 responses"]);
        desk().write(name, "stimulus\na\nb\na\n\na\nb\na\nb\n");
        refused("all.csv", &["--average-by", name], &["line 5"]);
    }
}

#[test]
fn responses_that_give_no_image_are_refused_and_named() {
    let mut rows = fields();
    rows[6] = vec!["3e38".to_owned(); rows[0].len()];
    write("large.csv", &rows);
    refused("large.csv", &[], &["response 5", "not finite"]);
    let said =
        printed(&desk().run(&["decode", "simulation/subject.afterimage", "--run", "run", "--out", "own", "--json"]));
    assert!(said.contains("those of the run's data set"), "{said}");
}

#[test]
fn a_device_that_is_not_there_is_refused_before_any_work() {
    let here = desk();
    let of_run: [&[&str]; 3] = [
        &["decode", "all.csv", "--run", "run", "--out", "x"],
        &["encode", "simulation/unpaired/unpaired.npy", "--run", "run", "--out", "x.npy"],
        &["view", "run"],
    ];
    let of_experiment: [&[&str]; 5] = [
        &["demo", "--out", "x"],
        &["run", "experiment.toml", "--out", "x"],
        &["train", "encoder", "experiment.toml", "--out", "x"],
        &["baseline", "mean", "experiment.toml", "--out", "x"],
        &["ablate", "experiment.toml", "--over", "unpaired", "--out", "x"],
    ];
    for command in of_run.iter().chain(&of_experiment) {
        for (device, fragments) in
            [("gpu", ["unknown device \"gpu\"", "wgpu:cpu"]), ("cuda:60000", ["cuda", "--device cpu"])]
        {
            let said = here.refusal(&[*command, &["--device", device]].concat());
            fragments.iter().for_each(|fragment| assert!(said.contains(fragment), "{command:?}: {said}"));
            assert!(!here.path("x").exists() && !here.path("x.partial").exists(), "{command:?}");
        }
    }
}

#[test]
fn voxels_of_a_prepared_data_set_are_those_of_its_source() {
    let desk = desk();
    printed(&desk.run(&["prepare", "simulation/subject.afterimage", "--roi", "HVC", "--out", "part.afterimage"]));
    let text = std::fs::read_to_string(desk.path("experiment.toml")).unwrap();
    desk.write("part.toml", &text.replace("simulation/subject.afterimage", "part.afterimage"));
    let sets = ["encoder.epochs=1", "decoder.epochs=1", "encoder.milestones=[]", "decoder.milestones=[]"];
    let sets: Vec<&str> = sets.iter().flat_map(|set| ["--set", *set]).collect();
    printed(&desk.run(&[&["train", "decoder", "part.toml", "--out", "part"], &sets[..]].concat()));
    let images_of = |responses: &str, out: &str| {
        let out = &format!("part-{out}");
        let args = ["decode", responses, "--run", "part", "--latency", "1", "--out", out];
        (printed(&desk.run(&args)), images(&desk.path(out)))
    };
    // Columns are called by their places in the source, of which the region has later ones only.
    let encode = ["encode", "simulation/external/external.npy", "--run", "part", "--units", "recorded", "--out"];
    printed(&desk.run(&[&encode[..], &["part.csv"]].concat()));
    printed(&desk.run(&[&encode[..], &["part.npy"]].concat()));
    let header = std::fs::read_to_string(desk.path("part.csv")).unwrap();
    let names: Vec<&str> = header.lines().next().unwrap().split(',').skip(2).collect();
    assert!(names[0] != "voxel_0" && names.len() < 60, "{names:?}");
    let (said, named) = images_of("part.csv", "named");
    assert!(said.contains("matched by name"), "{said}");
    assert_eq!(named, images_of("part.npy", "bare").1);
    // A table of all voxels of the source holds them, one of the first few does not.
    let table = |voxels: &[usize]| {
        let row = |value: &dyn Fn(usize) -> String| voxels.iter().map(|&v| value(v)).collect::<Vec<_>>().join(",");
        let [first, second] = [3, 7].map(|step| row(&|v| format!("{}.25", (v * step) % 11)));
        format!("{}\n{first}\n{second}\n", row(&|voxel| format!("voxel_{voxel}")))
    };
    let all: Vec<usize> = (0..60).collect();
    desk.write("whole.csv", &table(&all));
    let places: Vec<usize> = names.iter().map(|name| name["voxel_".len()..].parse().unwrap()).collect();
    desk.write("region.csv", &table(&places));
    assert_eq!(images_of("whole.csv", "whole").1, images_of("region.csv", "region").1);
    desk.write("first.csv", &table(&all[..names.len()]));
    let said = desk.refusal(&["decode", "first.csv", "--run", "part", "--out", "refused"]);
    assert!(said.contains("are missing of the") && said.contains("first.csv"), "{said}");
    // Without names, columns of all voxels cannot be told from those of the region.
    npy::write_f32(&desk.path("whole.npy"), ndarray::Array2::zeros((5, 60)).view().into_dyn()).unwrap();
    let said = desk.refusal(&["decode", "whole.npy", "--run", "part", "--out", "refused"]);
    assert!(said.contains("name the columns voxel_ID") && said.contains("same selection"), "{said}");
    // So it is with data sets.
    let (said, whole) = images_of("simulation/subject.afterimage", "of-whole");
    assert!(said.contains("matched by name"), "{said}");
    assert_eq!(whole, images_of("part.afterimage", "of-part").1);
    printed(&desk.run(&["prepare", "simulation/subject.afterimage", "--roi", "LVC", "--out", "other.afterimage"]));
    let said = desk.refusal(&["decode", "other.afterimage", "--run", "part", "--out", "refused"]);
    assert!(said.contains("are not among them"), "{said}");
}
