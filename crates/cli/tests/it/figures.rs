//! The figures of a run as files.

use crate::common::{Desk, printed};
use serde_json::Value;

#[test]
fn figures_of_a_run_are_files_of_the_width_that_was_asked_for() {
    let desk = Desk::with_scores();
    let json = printed(&desk.run(&["figures", "run", "--out", "paper", "--width", "one", "--dpi", "100", "--json"]));
    let written: Value = serde_json::from_str(&json).unwrap();
    let figures = written.as_array().unwrap();
    let names: Vec<&str> = figures.iter().map(|f| f["name"].as_str().unwrap()).collect();
    assert_eq!(names[..3], ["reconstructions", "identification", "scores"], "{names:?}");
    assert!(names.contains(&"training-encoder") && names.contains(&"training-decoder"), "{names:?}");
    for figure in figures {
        let name = figure["name"].as_str().unwrap();
        let read = |ending: &str| std::fs::read(desk.path(&format!("paper/{name}.{ending}"))).unwrap();
        assert!(figure["size_mm"][0].as_f64().unwrap() <= 89.0, "{figure}");
        let svg = String::from_utf8(read("svg")).unwrap();
        assert!(svg.contains("mm\" height=\"") && svg.contains("<text"), "{name}");
        assert!(read("pdf").starts_with(b"%PDF") && read("png").starts_with(b"\x89PNG") && !read("csv").is_empty());
    }
    // 89 mm at 100 dots per inch.
    let grid = image::open(desk.path("paper/reconstructions.png")).unwrap();
    assert_eq!(grid.width(), 350);

    let said =
        printed(&desk.run(&["figures", "run", "--out", "few", "--format", "svg", "--images", "4", "--columns", "2"]));
    assert!(said.contains("reconstructions: 183 x") && said.contains("svg, csv") && !said.contains("png"), "{said}");
    let table = std::fs::read_to_string(desk.path("few/reconstructions.csv")).unwrap();
    assert_eq!(table.lines().count(), 5, "{table}");
    let said = desk.refusal(&["figures", "run", "--out", "x", "--by", "image.none"]);
    assert!(said.contains("image.none") && said.contains("\n  image.{pixcorr, "), "{said}");
    let said = desk.refusal(&["figures", "run", "--width", "three"]);
    assert!(said.contains("one, two, or 40 to 1000 mm"), "{said}");
}
