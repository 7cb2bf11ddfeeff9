//! All figures of a run, drawn and written.

use std::path::{Path, PathBuf};

use afterimage_run::{RunError, RunFolder, atomic, layout::Phase, table};

use super::{Figure, Grid, ONE_COLUMN_MM, TWO_COLUMNS_MM, biology, convert::Drawing, file};
use super::{grid::grid, identification::identification, scores::scores as scores_figure, training::training};
use crate::{Result, number::of, source::Source};

/// A file format of figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FigureFormat {
    /// Scalable, text stays text, set in the reader's Arial, Helvetica or a font of the same widths.
    Svg,
    /// One page of the figure's size, text stays text, the font is embedded.
    Pdf,
    /// Pixels on white.
    Png,
}

impl FigureFormat {
    /// The ending of its files.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Pdf => "pdf",
            Self::Png => "png",
        }
    }
}

/// How figures are drawn and written.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureOptions {
    /// Width in millimetres of all figures but `fields`, whose maps have a size of their own; each figure's own, one or two
    /// columns, if it is not given.
    pub width_mm: Option<f64>,
    /// The formats to write.
    pub formats: Vec<FigureFormat>,
    /// Dots per inch of PNG.
    pub dpi: f64,
    /// The images of the grid.
    pub grid: Grid,
}

impl Default for FigureOptions {
    fn default() -> Self {
        let formats = vec![FigureFormat::Svg, FigureFormat::Pdf, FigureFormat::Png];
        Self { width_mm: None, formats, dpi: 300.0, grid: Grid::default() }
    }
}

/// The file of captions next to the figures.
const CAPTIONS: &str = "captions.md";

/// A figure that was written.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct FigureFile {
    /// Base name of its files.
    pub name: String,
    /// Caption.
    pub caption: String,
    /// Width and height, mm.
    pub size_mm: [f64; 2],
    /// Its files, the table last.
    pub files: Vec<PathBuf>,
}

/// Writes all figures of a run to its `figures/`, as SVG and CSV.
///
/// # Errors
/// See [`export_figures`].
pub fn write_figures(run: &RunFolder) -> Result<()> {
    let options = FigureOptions { formats: vec![FigureFormat::Svg], ..FigureOptions::default() };
    export_figures(run, &run.figures_dir(), &options).map(|_| ())
}

/// Writes all figures of a run into a folder, in the formats asked for and each with its numbers as CSV, and `captions.md` with
/// a caption for each. A part that the run lacks has no figure.
///
/// # Errors
/// [`crate::ReportError::Run`] if a file is damaged or a figure cannot be written;
/// [`crate::ReportError::NoSuchScore`] for the score of the grid; [`crate::ReportError::Figure`].
pub fn export_figures(run: &RunFolder, folder: &Path, options: &FigureOptions) -> Result<Vec<FigureFile>> {
    let figures = drawn(&Source::read(run)?, options)?;
    let written = figures.iter().map(|figure| write(figure, folder, options)).collect::<Result<Vec<_>>>()?;
    if !written.is_empty() {
        atomic::write(&folder.join(CAPTIONS), captions(&run.name(), &figures, options).as_bytes())?;
    }
    Ok(written)
}

/// The captions of a folder of figures, one paragraph each.
fn captions(run: &str, figures: &[Figure], options: &FigureOptions) -> String {
    let mut text = format!("# Figures of {run}\n");
    for figure in figures {
        let files: Vec<_> =
            options.formats.iter().map(|format| format!("`{}.{}`", figure.name, format.ending())).collect();
        let files = if files.is_empty() { String::new() } else { format!(" ({})", files.join(", ")) };
        let columns = figure.table.first().map(|names| names.join(", ")).unwrap_or_default();
        text += &format!(
            "\n**{name}**{files}. {caption} Numbers: `{name}.csv`, {rows} of {columns}.\n",
            name = figure.name,
            caption = figure.caption,
            rows = of(figure.table.len().saturating_sub(1), "row", "rows"),
        );
    }
    text
}

fn drawn(source: &Source, options: &FigureOptions) -> Result<Vec<Figure>> {
    let width = |wide: bool| file::units(options.width_mm.unwrap_or(if wide { TWO_COLUMNS_MM } else { ONE_COLUMN_MM }));
    let mut figures: Vec<Figure> = [
        grid(source, &options.grid, width(true))?,
        identification(source, width(true)),
        scores_figure(source, width(true)),
        training(source, Phase::Encoder, width(true)),
        training(source, Phase::Decoder, width(true)),
    ]
    .into_iter()
    .flatten()
    .collect();
    if let Some(found) = &source.biology {
        figures.extend(biology::figures(found, source.unit(), &width));
    }
    Ok(figures)
}

fn write(figure: &Figure, folder: &Path, options: &FigureOptions) -> Result<FigureFile> {
    let svg = file::document(figure);
    let mut drawing = None;
    let mut files = Vec::new();
    for format in &options.formats {
        let bytes = match format {
            FigureFormat::Svg => svg.clone().into_bytes(),
            FigureFormat::Pdf => Drawing::once(&mut drawing, &figure.name, &svg)?.pdf()?,
            FigureFormat::Png => Drawing::once(&mut drawing, &figure.name, &svg)?.png(options.dpi)?,
        };
        files.push(save(folder, &figure.name, format.ending(), &bytes)?);
    }
    files.push(save(folder, &figure.name, "csv", table::csv(&figure.table).as_bytes())?);
    let size_mm = [figure.size.0, figure.size.1].map(|units| (units * super::UNIT_MM * 100.0).round() / 100.0);
    Ok(FigureFile { name: figure.name.clone(), caption: figure.caption.clone(), size_mm, files })
}

fn save(folder: &Path, name: &str, ending: &str, bytes: &[u8]) -> std::result::Result<PathBuf, RunError> {
    let path = folder.join(format!("{name}.{ending}"));
    atomic::write(&path, bytes)?;
    Ok(path)
}
