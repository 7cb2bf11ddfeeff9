//! Standalone figures: self-contained vector files, each with its numbers as a table.

mod accuracy;
mod fields;
mod hierarchy;
mod recovery;
mod retinotopy;
mod sizes;

use afterimage_run::{
    Artefact, RunFolder, atomic,
    biology::{Biology, Voxel},
    table,
    voxels::Voxels,
};
use afterimage_statistics::RecordedUnit;
use maud::Markup;

use crate::Result;

/// Colours and type of a figure outside the report, whose style sheet the report itself has. No variables: drawing
/// programs know none.
const STYLE: &str =
    "text{font-family:system-ui,'Segoe UI',Helvetica,Arial,sans-serif}.plot text{font-size:11px;fill:#333}";

/// A figure.
pub(crate) struct Figure {
    /// Base name of its files.
    pub(crate) name: &'static str,
    /// Caption.
    pub(crate) caption: String,
    pub(crate) svg: Markup,
    /// Its numbers, header first.
    pub(crate) table: Vec<Vec<String>>,
}

/// All figures for which `biology.json` has numbers, with the words of the recorded unit.
pub(crate) fn figures(found: &Biology, unit: RecordedUnit) -> Vec<Figure> {
    let all = [
        retinotopy::retinotopy(found),
        fields::fields(found, unit),
        hierarchy::hierarchy(found),
        sizes::sizes(found),
        accuracy::accuracy(found),
        recovery::centres(found),
        recovery::sizes(found),
    ];
    let named = |figure: Figure| Figure { caption: unit.in_text(&figure.caption), ..figure };
    all.into_iter().flatten().map(named).collect()
}

/// Writes every figure of `biology.json` to `figures/` of the run, as SVG and CSV.
///
/// # Errors
/// [`crate::ReportError::Run`] if the file is missing or damaged, or a figure cannot be written.
pub fn write_figures(run: &RunFolder) -> Result<()> {
    let known = Voxels::read_if_present(run)?;
    let unit = known.as_ref().map(Voxels::unit).unwrap_or_default();
    for figure in figures(&Biology::read(run)?, unit) {
        let path = |ending: &str| run.figures_dir().join(format!("{}.{ending}", figure.name));
        atomic::write(&path("svg"), standing_alone(figure.svg).as_bytes())?;
        atomic::write(&path("csv"), table::csv(&figure.table).as_bytes())?;
    }
    Ok(())
}

/// The drawing with its own style, as a file.
fn standing_alone(svg: Markup) -> String {
    let text = svg.into_string();
    let style = format!("<style>{STYLE}</style>");
    let (head, rest) = text.split_once('>').unwrap_or((&text, ""));
    let head = head.replacen("<svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"", 1);
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{head}>{style}{rest}\n")
}

/// Undefined numbers are empty.
fn cell(value: f64) -> String {
    if value.is_finite() { format!("{value:.6}") } else { String::new() }
}

fn row(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|&cell| cell.to_owned()).collect()
}

/// Voxels by the smallest region that contains them, early regions first; voxels of no region come last.
fn by_region(found: &Biology) -> Vec<(String, Vec<&Voxel>)> {
    let mut groups: Vec<(String, Vec<&Voxel>)> = found
        .own_regions()
        .into_iter()
        .map(|region| {
            let inside = found.voxels.iter().filter(|v| v.regions.first() == Some(&region)).collect();
            (region, inside)
        })
        .collect();
    let rest: Vec<&Voxel> = found.voxels.iter().filter(|v| v.regions.is_empty()).collect();
    if !rest.is_empty() {
        groups.push(("no region".into(), rest));
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use maud::html;

    #[test]
    fn a_file_has_its_name_space_and_style() {
        let text = standing_alone(html! { svg.plot viewBox="0 0 1 1" { text { "a < b" } } });
        assert!(text.starts_with("<?xml") && text.contains("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"plot\""));
        assert!(text.contains("<style>text{") && text.contains("a &lt; b") && !text.contains("var("));
    }
}
