//! Rows that say themselves that they are out of order, and lists whose first line is a name: refused, or read whole.

use std::fs;
use std::path::Path;

use afterimage_data::{DataSet, Manifest, Split, import_generic};
use afterimage_formats::picture;
use ndarray::Array3;

/// Twelve images, `000.png` to `011.png`, a table of responses and the files that the manifest names.
fn import(
    table: &str,
    files: &[(&str, &str)],
    responses: &str,
    images: &str,
    split: &str,
) -> afterimage_data::Result<DataSet> {
    let folder = tempfile::tempdir().unwrap().keep();
    fs::create_dir(folder.join("images")).unwrap();
    for at in 0..12 {
        let grey = Array3::from_elem((8, 8, 3), at * 10);
        picture::write_png(&folder.join(format!("images/{at:03}.png")), grey.view()).unwrap();
    }
    fs::write(folder.join("t.csv"), table).unwrap();
    files.iter().for_each(|(name, text)| fs::write(folder.join(name), text).unwrap());
    let text = format!(
        "name = \"t\"\nimage_side = 8\n[responses]\nfile = \"t.csv\"\norientation = \"trials_by_voxels\"\n{responses}\n\
         [images]\nsource = \"images\"\n{images}\n[split]\nvalidation = 1\n{split}\n"
    );
    let out = folder.join("x.afterimage");
    let made = import_generic(&Manifest::parse(&text, &folder.join("m.toml"))?, &out, false, |_| ());
    let data = made.and_then(|_| DataSet::open(&out));
    fs::remove_dir_all(Path::new(&folder).join("images")).unwrap();
    data
}

/// Twelve rows of two responses, in an order, after what `say` writes of each.
fn rows(first: &str, order: impl Iterator<Item = usize>, say: impl Fn(usize) -> String) -> String {
    let row = |at: usize| format!("{}{}.25,-{}.75\n", say(at), at * 11 % 12, at * 7 % 12);
    format!("{first}a,b\n{}", order.map(row).collect::<String>())
}

const TEST: &str = "test = 2\n";

#[test]
fn rows_out_of_order_are_paired_with_no_list_and_no_order_of_names() {
    let shuffled = || (0..12).map(|at| at * 5 % 12);
    let list: String = (0..12).map(|at| format!("{at:03}.png\n")).collect();
    let list = [("list.txt", list.as_str())];
    for (table, said) in [
        (rows(",", shuffled(), |at| format!("{at},")), "the column without a name has 10 in row 3 and then 3"),
        (rows("trial,", shuffled(), |at| format!("{at},")), "the column \"trial\" has 10 in row 3 and then 3"),
        (rows("run,", (6..12).chain(0..6), |at| format!("{},", 1 + at / 6)), "\"run\" has 2 in row 6 and then 1"),
        (rows("onset,", shuffled(), |at| format!("{},", 4.5 * at as f64)), "\"onset\" has 45 in row 3 and then 13.5"),
        (
            rows("run,trial,", (0..6).rev().chain(6..12), |at| format!("{},{},", 1 + at / 6, at % 6)),
            "\"trial\" has 5 in row 1 and then 4",
        ),
    ] {
        for order in ["order = \"list.txt\"", "order = \"natural\""] {
            let message = import(&table, &list, "", order, TEST).unwrap_err().to_string();
            assert!(message.contains(said) && message.contains("responses.ignore"), "{order}: {message}");
        }
    }
    // The user says that the list has the order of the rows.
    let table = rows("trial,", shuffled(), |at| format!("{at},"));
    let data = import(&table, &list, "ignore = [\"trial\"]", "order = \"list.txt\"", TEST).unwrap();
    assert_eq!(data.responses(1, 1).unwrap(), ndarray::array![[7.25, -11.75]]);
    // A column of the images pairs the rows, whatever their order.
    let table = rows("trial,image,", shuffled(), |at| format!("{at},{at:03}.png,"));
    let data = import(&table, &[], "", "", TEST).unwrap();
    let shown = &data.header().stimuli[data.header().trials[1].stimulus as usize];
    assert!(shown.name.ends_with("005.png"), "{}", shown.name);
    // Runs whose trials begin again are in order.
    let table = rows("run,trial,", 0..12, |at| format!("{},{},", 1 + at / 6, at % 6));
    import(&table, &list, "", "order = \"list.txt\"", TEST).unwrap();
}

#[test]
fn list_of_the_order_that_says_it_is_shuffled_is_refused() {
    let table = rows("", 0..12, |_| String::new());
    let list: String = (0..12).map(|at| at * 5 % 12).map(|at| format!("{at},{at:03}.png\n")).collect();
    let keys = "order = \"list.csv\"\ncolumn = \"image\"";
    let files = |first: &str| format!("{first},image\n{list}");
    let message = import(&table, &[("list.csv", &files("trial"))], "", keys, TEST).unwrap_err().to_string();
    assert!(message.contains("list.csv") && message.contains("\"trial\" has 10 in row 3 and then 3"), "{message}");
    import(&table, &[("list.csv", &files("rating"))], "", keys, TEST).unwrap();
}

#[test]
fn first_line_of_a_list_that_names_an_image_is_one_of_the_list() {
    let table = rows("", 0..12, |_| String::new());
    let test = |text: &str| {
        let data = import(&table, &[("test.csv", text)], "", "", "test_list = \"test.csv\"\n")?;
        let of_test = data.header().stimuli.iter().filter(|stimulus| stimulus.split == Split::Test);
        Ok::<_, afterimage_data::Error>(of_test.map(|stimulus| stimulus.name.clone()).collect::<Vec<_>>())
    };
    for text in [
        "003\n007\n009\n",
        "image\n003.png\n007.png\n009.png\n",
        "003.png\n007.png\n009.png\n",
        "0\n003.png\n007.png\n009.png\n",
    ] {
        let found = test(text).unwrap();
        assert_eq!(found.len(), 3, "{text}: {found:?}");
        assert!(found.iter().any(|name| name.ends_with("003.png")), "{found:?}");
    }
}

#[test]
fn thousands_and_decimals_that_cannot_be_told_apart_are_refused() {
    let table = |mark: &str, first: &str| {
        let row = |at: usize| format!("1{mark}{:03};-{}\n", at * 83 % 1000, 100 + at);
        format!("a;b\n{first}{}", (1..12).map(row).collect::<String>())
    };
    for mark in [",", "."] {
        let message = import(&table(mark, "448;-97\n"), &[], "", "", TEST).unwrap_err().to_string();
        assert!(message.contains("thousands") && message.contains("t.csv"), "{message}");
    }
    let data = import(&table(",", "0,5;-97\n"), &[], "columns = \"*\"", "", TEST).unwrap();
    assert_eq!(data.responses(0, 2).unwrap(), ndarray::array![[0.5, -97.0], [1.083, -101.0]]);
}

#[test]
fn ids_and_times_beside_counts_are_no_responses() {
    let counts = |first: &str, of: &dyn Fn(usize) -> String| {
        let row = |at: usize| format!("{},{},{}\n", of(at), at * 5 % 7, at * at % 4);
        format!("{first},a,b\n{}", (0..12).map(row).collect::<String>())
    };
    for (name, of) in [
        ("cocoId", &(|at: usize| (at * 5077 % 997).to_string()) as &dyn Fn(usize) -> String),
        ("response_time", &|at: usize| format!("{}.25", at * 7 % 5)),
        ("stimulus_duration", &|at: usize| format!("{}.5", at % 3)),
    ] {
        let data = import(&counts(name, of), &[], "", "", TEST).unwrap();
        assert_eq!(data.header().voxels.count, 2, "{name}");
        let left_out: Vec<String> = data.header().provenance.left_out.iter().map(ToString::to_string).collect();
        assert!(left_out.iter().any(|said| said.contains(name)), "{left_out:?}");
    }
    // A run's time numbers no run.
    let data = import(&counts("run_time", &|at| format!("{}.5", at * 3)), &[], "", "", TEST).unwrap();
    assert!(data.header().trials.iter().all(|trial| trial.run == data.header().trials[0].run));
}

#[test]
fn columns_of_one_name_take_the_places_of_their_numbers() {
    let names = "V1,V10,V11,V2";
    let row = |at: usize| format!("{0}.01,{0}.10,{0}.11,{0}.02\n", at * 5 % 12);
    let table = format!("{names}\n{}", (0..12).map(row).collect::<String>());
    let data = import(&table, &[], "", "", TEST).unwrap();
    assert_eq!(data.responses(3, 1).unwrap(), ndarray::array![[3.01, 3.02, 3.1, 3.11]]);
    assert_eq!(data.header().voxels.columns["voxel_number"].values, [1.0, 2.0, 10.0, 11.0]);
}
