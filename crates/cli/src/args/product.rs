//! Arguments of `encode`, `decode` and `export`.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, clap::Args)]
pub(crate) struct Encode {
    /// Images: folders (with subfolders), .zip archives, .npy arrays, single files, .txt lists of files, or data sets.
    #[arg(required = true, value_name = "IMAGES")]
    pub(crate) images: Vec<PathBuf>,
    /// Experiment folder with a trained encoder. With several (other seeds) the mean prediction is written.
    #[arg(long, required = true, value_name = "RUN")]
    pub(crate) run: Vec<PathBuf>,
    /// File to write: .npy or .npz [images, voxels]; .csv, one row per image; .nii or .nii.gz, one volume per image; or
    /// .func.gii, written as lh.NAME and rh.NAME.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Unit of the predicted responses.
    #[arg(long, value_enum, default_value_t = Units::Recorded)]
    pub(crate) units: Units,
    /// Number of dropout masks per image. Writes the standard deviation over them to NAME.sd.EXTENSION.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..))]
    pub(crate) samples: Option<u32>,
    /// Seed of the dropout masks.
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    /// Device. Default: the run's.
    #[arg(long)]
    pub(crate) device: Option<String>,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Unit of responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Units {
    /// The unit of the recording, as in the run's data set.
    Recorded,
    /// Standard deviations of the training responses, as the networks use them.
    #[value(alias = "standardized")]
    Standardised,
}

impl From<Units> for afterimage_experiment::Units {
    fn from(units: Units) -> Self {
        match units {
            Units::Standardised => Self::Standardised,
            Units::Recorded => Self::Recorded,
        }
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct Decode {
    /// Responses: a table [responses, voxels] (.npy, .npz, .mat, .h5, .csv, .tsv), a NIfTI or MGH series, or a data
    /// set.
    pub(crate) responses: PathBuf,
    /// Experiment folder with a trained decoder.
    #[arg(long, value_name = "RUN")]
    pub(crate) run: PathBuf,
    /// Folder to create for PNG images, reconstructions.npy and items.csv.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: PathBuf,
    /// Replace the decoded images in the folder.
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Average responses with the same label: a column of the table, a file with one label per line (.txt, .csv, .npy),
    /// or, for a data set, stimulus, class, session or run.
    #[arg(long, value_name = "LABELS")]
    pub(crate) average_by: Option<String>,
    /// Column with the labels, if the file of --average-by is a .csv or .tsv with several columns.
    #[arg(long, value_name = "NAME", requires = "average_by")]
    pub(crate) average_column: Option<String>,
    /// Unit of the responses. Default: what the file or its FILE.json states, otherwise recorded. Recorded responses
    /// are standardised by the run's training responses.
    #[arg(long, value_enum)]
    pub(crate) units: Option<Units>,
    /// Take responses whose values cannot be in this unit.
    #[arg(long)]
    pub(crate) force_units: bool,
    /// Name of the array, if the file contains several.
    #[arg(long, value_name = "NAME")]
    pub(crate) array: Option<String>,
    /// The table has voxels as rows and responses as columns.
    #[arg(long)]
    pub(crate) voxels_first: bool,
    /// Volume whose voxels above zero are used, for a run that does not store voxel positions.
    #[arg(long, value_name = "FILE")]
    pub(crate) mask: Option<PathBuf>,
    /// Part of a data set to decode.
    #[arg(long, value_enum, default_value_t = Part::Test)]
    pub(crate) part: Part,
    /// Minimum number of single responses to time.
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) latency: usize,
    /// Device. Default: the run's.
    #[arg(long)]
    pub(crate) device: Option<String>,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Part of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// Training responses.
    Train,
    /// Validation responses, used for early stopping.
    Validation,
    /// Held-out test responses.
    Test,
    /// All responses.
    All,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Export {
    /// Write scores of single voxels as tables, NIfTI and GIFTI
    #[command(
        after_help = "Examples:\n  afterimage export maps runs/mine --out maps\n  afterimage export maps runs/mine --table fields.csv --out maps"
    )]
    Maps(Maps),
    /// Write a data set as plain files: responses, images, tables and a manifest
    #[command(
        after_help = "Example: afterimage export data runs/demo/simulation/subject.afterimage --out raw\n\n`afterimage import generic raw/manifest.toml` makes the data set again."
    )]
    Data(Data),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Data {
    /// Data set.
    pub(crate) dataset: PathBuf,
    /// Folder to create.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Maps {
    /// Evaluated experiment folder.
    pub(crate) run: PathBuf,
    /// Output folder.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: PathBuf,
    /// A .csv with more values per voxel, matched by its column "voxel", otherwise in the run's order. Repeatable.
    #[arg(long, value_name = "FILE")]
    pub(crate) table: Vec<PathBuf>,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
