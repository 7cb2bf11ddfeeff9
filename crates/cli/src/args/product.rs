//! Arguments of `encode`, `decode` and `export`.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, clap::Args)]
pub(crate) struct Encode {
    /// Folders (with subfolders), .zip archives, .npy arrays, single pictures, .txt lists of pictures, or data sets.
    #[arg(required = true, value_name = "IMAGES")]
    pub(crate) images: Vec<PathBuf>,
    /// The run whose encoder predicts; of several runs (other seeds) the mean is written.
    #[arg(long, required = true, value_name = "RUN")]
    pub(crate) run: Vec<PathBuf>,
    /// The file to write: .npy [images, voxels]; .csv, a row for each image; .nii or .nii.gz, a volume for each image; or
    /// .func.gii, written as lh.NAME and rh.NAME.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Unit of the responses.
    #[arg(long, value_enum, default_value_t = Units::Standardised)]
    pub(crate) units: Units,
    /// Draw so many dropout masks for each image and write the standard deviation over them to NAME.sd.ENDING.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..))]
    pub(crate) samples: Option<u32>,
    /// Seed of the masks.
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    /// Device, instead of the run's.
    #[arg(long)]
    pub(crate) device: Option<String>,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Unit of predicted responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Units {
    /// Standard deviations of the training responses, as the networks have them.
    Standardised,
    /// The recording's own unit: the standardisation of training is undone.
    Recorded,
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
    /// A table of responses [responses, voxels] (.npy, .npz, .mat, .h5, .csv, .tsv), a NIfTI or MGH series, or a data set.
    pub(crate) responses: PathBuf,
    /// The run whose decoder is used.
    #[arg(long, value_name = "RUN")]
    pub(crate) run: PathBuf,
    /// The folder to make: pictures as PNG, reconstructions.npy, items.csv.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: PathBuf,
    /// Average the responses that share a label: a column of the table, a file with one label a line (.txt, .csv, .npy), or,
    /// of a data set, stimulus, class, session or run.
    #[arg(long, value_name = "LABELS")]
    pub(crate) average_by: Option<String>,
    /// The column of --average-by's file that holds the labels, of a .csv or .tsv with several.
    #[arg(long, value_name = "NAME", requires = "average_by")]
    pub(crate) average_column: Option<String>,
    /// The responses are standardised already; otherwise mean and standard deviation of the run's training responses are
    /// taken off.
    #[arg(long)]
    pub(crate) standardised: bool,
    /// Which array, where the file holds several.
    #[arg(long, value_name = "NAME")]
    pub(crate) array: Option<String>,
    /// The table has voxels as rows and responses as columns.
    #[arg(long)]
    pub(crate) voxels_first: bool,
    /// Take the voxels above zero of this volume, where the run does not know where its voxels lie.
    #[arg(long, value_name = "FILE")]
    pub(crate) mask: Option<PathBuf>,
    /// Part of a data set to decode.
    #[arg(long, value_enum, default_value_t = Part::Test)]
    pub(crate) part: Part,
    /// Time at least so many single responses.
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) latency: usize,
    /// Device, instead of the run's.
    #[arg(long)]
    pub(crate) device: Option<String>,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Part of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// Responses that the networks were trained on.
    Train,
    /// Those that training was stopped by.
    Validation,
    /// Those held out for scores.
    Test,
    /// Every response.
    All,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Export {
    /// Scores of single voxels as table and, where it is known where they lie, as NIfTI or GIFTI
    #[command(
        after_help = "Examples:\n  afterimage export maps runs/mine --out maps\n  afterimage export maps runs/mine --table fields.csv --out maps"
    )]
    Maps(Maps),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Maps {
    /// A run that has been evaluated.
    pub(crate) run: PathBuf,
    /// The folder to write into.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: PathBuf,
    /// A .csv with further numbers for each voxel, told by its column "voxel" or in the run's order; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) table: Vec<PathBuf>,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
