//! A manifest joins tables of responses that NumPy, SciPy, h5py and pandas wrote, compared with what they read back.

use crate::support::{assert_close, expected, fixture, numbers, responses};
use afterimage_data::{DataSet, Manifest, import_generic};

fn import(responses: &str) -> afterimage_data::Result<(tempfile::TempDir, DataSet)> {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "name = \"rates\"\nimage_side = 8\n[responses]\n{responses}\norientation = \"trials_by_voxels\"\n\
         [images]\nsource = \"images.npy\"\n[split]\ntest = 2\nvalidation = 1\n"
    );
    let manifest = Manifest::parse(&text, &fixture("generic/manifest.toml"))?;
    let out = folder.path().join("x.afterimage");
    import_generic(&manifest, &out, false, |_| ())?;
    Ok((folder, DataSet::open(&out)?))
}

#[test]
fn every_format_gives_the_values_that_its_own_tool_reads() {
    let expected = expected("generic");
    let named = [
        ("table.npy", ""),
        ("table.npz", "array = \"rates\""),
        ("nested.mat", "array = \"session.rates\""),
        ("table.h5", "array = \"spikes/rates\""),
        ("table.csv", ""),
        ("bare.tsv", ""),
    ];
    for (file, array) in named {
        let (_folder, data) = import(&format!("file = \"{file}\"\n{array}")).unwrap_or_else(|error| panic!("{error}"));
        assert_close(&responses(&data), &numbers(&expected[file]));
        let images: Vec<f32> =
            data.images(&[0, 1, 2, 3, 4, 5]).unwrap().iter().map(|&value| f32::from(value)).collect();
        assert_eq!(images, numbers(&expected["images"]));
    }
}

#[test]
fn array_that_must_be_named_is_asked_for() {
    for file in ["table.npz", "table.h5"] {
        let said = import(&format!("file = \"{file}\"")).unwrap_err().to_string();
        assert!(said.contains(file) && said.contains("rates") && said.contains("responses.array"), "{said}");
    }
}
