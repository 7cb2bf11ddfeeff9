//! Arguments of `figures`.

use std::path::PathBuf;

use afterimage_report::{FigureFormat, ONE_COLUMN_MM, TWO_COLUMNS_MM};

#[derive(Debug, clap::Args)]
pub(crate) struct Figures {
    /// Experiment folder.
    pub(crate) run: PathBuf,
    /// Output folder. Default: figures/ of the run.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Width of the figures: one column (89 mm), two columns (183 mm), or millimetres. Default: two columns for figures of
    /// several charts, one for the others. `fields` keeps its size.
    #[arg(long, value_name = "one|two|MM", value_parser = width)]
    pub(crate) width: Option<f64>,
    /// File formats, comma-separated. The numbers are always written as CSV.
    #[arg(long, value_enum, value_name = "FORMATS", value_delimiter = ',', default_value = "svg,pdf,png")]
    pub(crate) format: Vec<Format>,
    /// Resolution of PNG.
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(72..=2400))]
    pub(crate) dpi: u32,
    /// Score by whose ranks the images of the grid are chosen, evenly from the best to the worst.
    #[arg(long, value_name = "SCORE", default_value = "image.pixcorr")]
    pub(crate) by: String,
    /// Number of images in the grid. Default: one row.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) images: Option<u32>,
    /// Images per row of the grid. Default: as many as the width allows.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=50))]
    pub(crate) columns: Option<u32>,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Scalable; text stays text.
    Svg,
    /// Scalable, with its font embedded.
    Pdf,
    /// Pixels.
    Png,
}

impl From<Format> for FigureFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Svg => Self::Svg,
            Format::Pdf => Self::Pdf,
            Format::Png => Self::Png,
        }
    }
}

/// Parses a width, in millimetres.
fn width(text: &str) -> Result<f64, String> {
    match text.trim_end_matches("mm").trim() {
        "one" => Ok(ONE_COLUMN_MM),
        "two" => Ok(TWO_COLUMNS_MM),
        number => number
            .parse()
            .ok()
            .filter(|mm| (40.0..=1000.0).contains(mm))
            .ok_or_else(|| "expected one, two, or 40 to 1000 mm".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::width;

    #[test]
    fn a_width_is_one_or_two_columns_or_millimetres() {
        assert_eq!(["one", "two", "120", "85.5mm"].map(|text| width(text).unwrap()), [89.0, 183.0, 120.0, 85.5]);
        assert!(["three", "39", "nan", "-89", ""].iter().all(|text| width(text).is_err()));
    }
}
