//! What each kind of source asks for.

use std::path::PathBuf;

use afterimage_data::RunChoice;

use super::{Choice, Order, Out, Side};

#[derive(Debug, clap::Args)]
pub(crate) struct Generic {
    /// The manifest, TOML: which responses, which images, in which order.
    pub(crate) manifest: PathBuf,
    #[command(flatten)]
    pub(crate) out: Out,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Miyawaki {
    /// The MAT file with fmriTrn, stimTrn, labelTrn and their Test counterparts.
    pub(crate) file: PathBuf,
    /// Figures held out for the test, drawn by the seed.
    #[arg(long, default_value_t = 5)]
    pub(crate) test: usize,
    /// The figures to hold out by number, such as 0,5,10,15, instead of drawn ones.
    #[arg(long, value_delimiter = ',', conflicts_with = "test")]
    pub(crate) test_figures: Option<Vec<usize>>,
    /// Figures held out for early stopping.
    #[arg(long, default_value_t = 2)]
    pub(crate) validation: usize,
    /// Seed of the draw.
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    #[command(flatten)]
    pub(crate) side: Side,
    #[command(flatten)]
    pub(crate) out: Out,
}

#[derive(Debug, clap::Args)]
pub(crate) struct God {
    /// Responses as bdpy writes them, HDF5 or MAT.
    pub(crate) file: PathBuf,
    /// The test samples, where they are in a file of their own, as in Deeprecon.
    #[arg(long, value_name = "FILE")]
    pub(crate) test_file: Option<PathBuf>,
    /// Folder or archive with the pictures, called like n01518878_10042.JPEG.
    #[arg(long)]
    pub(crate) images: PathBuf,
    /// Lists of labels and file names (imageID_training.csv, imageID_test.csv), where pictures have other names.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub(crate) image_lists: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) choice: Choice,
    #[command(flatten)]
    pub(crate) side: Side,
    #[command(flatten)]
    pub(crate) out: Out,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Ssr {
    /// The responses, sbj_X.npz.
    pub(crate) file: PathBuf,
    /// The pictures, images_112.npz.
    #[arg(long)]
    pub(crate) images: PathBuf,
    #[command(flatten)]
    pub(crate) choice: Choice,
    #[command(flatten)]
    pub(crate) side: Side,
    #[command(flatten)]
    pub(crate) out: Out,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Nsd {
    /// The subject.
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=8))]
    pub(crate) subject: u8,
    /// Folder with betas_sessionNN.hdf5 or .nii.gz, all of which are imported; or MindEye's
    /// betas_all_subj0X_fp32_renorm.hdf5, which needs no mask.
    #[arg(long, value_name = "PATH")]
    pub(crate) betas: PathBuf,
    /// Volume of the voxels to keep, such as nsdgeneral.nii.gz: those above zero.
    #[arg(long, value_name = "FILE")]
    pub(crate) mask: Option<PathBuf>,
    /// Volumes with regions, such as prf-visualrois.nii.gz, their label tables (.ctab) beside them.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub(crate) regions: Vec<PathBuf>,
    /// The value from which a voxel is in the region, for volumes with fractions, such as 0.5.
    #[arg(long, value_name = "VALUE", requires = "regions")]
    pub(crate) region_threshold: Option<f32>,
    /// The value from which a voxel is kept, for masks with fractions, such as 0.5.
    #[arg(long, value_name = "VALUE", requires = "mask")]
    pub(crate) mask_threshold: Option<f32>,
    /// The volume ncsnr.nii.gz, kept as a column of the voxels.
    #[arg(long, value_name = "FILE")]
    pub(crate) ncsnr: Option<PathBuf>,
    /// The experiment's design, nsd_expdesign.mat.
    #[arg(long, value_name = "FILE")]
    pub(crate) design: PathBuf,
    /// The pictures, nsd_stimuli.hdf5.
    #[arg(long, value_name = "FILE")]
    pub(crate) stimuli: PathBuf,
    #[command(flatten)]
    pub(crate) choice: Choice,
    #[command(flatten)]
    pub(crate) side: Side,
    #[command(flatten)]
    pub(crate) out: Out,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Nifti {
    /// The series, one for each run or one with all runs; a trial or a time point is a volume.
    #[arg(required = true)]
    pub(crate) series: Vec<PathBuf>,
    /// A table for each series; without any, X_events.tsv beside X_bold.nii.gz.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub(crate) tables: Vec<PathBuf>,
    /// Volume of the voxels to keep: those above zero.
    #[arg(long)]
    pub(crate) mask: Option<PathBuf>,
    /// Volumes with regions.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub(crate) regions: Vec<PathBuf>,
    /// The value from which a voxel is in the region, for volumes with fractions, such as 0.5.
    #[arg(long, value_name = "VALUE", requires = "regions")]
    pub(crate) region_threshold: Option<f32>,
    /// The value from which a voxel is kept, for masks with fractions, such as 0.5.
    #[arg(long, value_name = "VALUE", requires = "mask")]
    pub(crate) mask_threshold: Option<f32>,
    /// The pictures that the tables name: a folder, archive or array. Without it, stimuli are conditions.
    #[arg(long)]
    pub(crate) images: Option<PathBuf>,
    /// Runs held out for the test, where stimuli are conditions: by number, as in run-10 or the table (10), in one session
    /// (ses-02:run-01), or by the name of the series' file. Without numbers, series count from 1.
    #[arg(long, value_name = "RUNS", value_delimiter = ',', conflicts_with = "images")]
    pub(crate) test_runs: Vec<RunChoice>,
    /// Runs held out for early stopping, where stimuli are conditions.
    #[arg(long, value_name = "RUNS", value_delimiter = ',', conflicts_with = "images")]
    pub(crate) validation_runs: Vec<RunChoice>,
    /// Pictures held out for the test, drawn by the seed.
    #[arg(long, value_name = "PICTURES", default_value_t = 0, requires = "images")]
    pub(crate) test: usize,
    /// Seconds from a stimulus to its response.
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0)]
    pub(crate) delay: f64,
    /// Seconds from volume to volume, instead of those of the JSON file beside the series or of its header.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) tr: Option<f64>,
    /// Conditions that are no stimulus.
    #[arg(long, value_delimiter = ',', default_value = "rest")]
    pub(crate) rest: Vec<String>,
    /// Take a straight line out of each voxel, run by run.
    #[arg(long)]
    pub(crate) detrend: bool,
    /// Standardise each voxel, run by run.
    #[arg(long)]
    pub(crate) zscore: bool,
    #[command(flatten)]
    pub(crate) choice: Choice,
    #[command(flatten)]
    pub(crate) side: Side,
    #[command(flatten)]
    pub(crate) out: Out,
}

#[derive(Debug, clap::Args)]
pub(crate) struct BrainDiffuser {
    /// Training responses, pictures by voxels.
    pub(crate) train: PathBuf,
    /// Test responses.
    pub(crate) test: PathBuf,
    /// Pictures of the training in the order of the rows: an .npy, or a folder in the order of its names.
    #[arg(long)]
    pub(crate) train_images: PathBuf,
    /// Pictures of the test, likewise.
    #[arg(long)]
    pub(crate) test_images: PathBuf,
    /// Order of a folder's names, where numbers in them are not padded; 0.png, 1.png, ... need none.
    #[arg(long, value_enum)]
    pub(crate) order: Option<Order>,
    /// Training pictures held out for early stopping, drawn by the seed.
    #[arg(long, value_name = "PICTURES", default_value_t = 0)]
    pub(crate) validation: usize,
    /// Seed of the draw.
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    #[command(flatten)]
    pub(crate) side: Side,
    #[command(flatten)]
    pub(crate) out: Out,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Algonauts2023 {
    /// A subject's folder, with training_split and roi_masks.
    pub(crate) folder: PathBuf,
    /// Pictures held out for the test, drawn by the seed: the challenge keeps the responses of its own.
    #[arg(long, value_name = "PICTURES")]
    pub(crate) test: usize,
    /// Order of the pictures' names, where numbers in them are not padded.
    #[arg(long, value_enum)]
    pub(crate) order: Option<Order>,
    #[command(flatten)]
    pub(crate) choice: Choice,
    #[command(flatten)]
    pub(crate) side: Side,
    #[command(flatten)]
    pub(crate) out: Out,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Bold5000 {
    /// One .h5 of release 1, the .npy files of release 2, or an .npz with betas and imgnames.
    #[arg(required = true)]
    pub(crate) responses: Vec<PathBuf>,
    /// Presentation lists in the order of the trials, or their folder.
    #[arg(long, num_args = 1.., value_name = "PATH")]
    pub(crate) lists: Vec<PathBuf>,
    /// Order of the lists' names, where numbers in them are not padded.
    #[arg(long, value_enum)]
    pub(crate) order: Option<Order>,
    /// The list of repeated pictures, which are the test; without it, those called rep_ or shown more than once.
    #[arg(long, value_name = "FILE")]
    pub(crate) repeated: Option<PathBuf>,
    /// Folder or archive of the pictures.
    #[arg(long)]
    pub(crate) images: Option<PathBuf>,
    /// Pictures held out for the test where none was repeated, drawn by the seed.
    #[arg(long, value_name = "PICTURES", default_value_t = 0)]
    pub(crate) test: usize,
    #[command(flatten)]
    pub(crate) choice: Choice,
    #[command(flatten)]
    pub(crate) side: Side,
    #[command(flatten)]
    pub(crate) out: Out,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Things {
    /// The responses, sub-XX_ResponseData.h5.
    pub(crate) responses: PathBuf,
    /// The table of voxels, sub-XX_VoxelMetadata.csv.
    #[arg(long, value_name = "FILE")]
    pub(crate) voxels: PathBuf,
    /// The table of trials, sub-XX_StimulusMetadata.csv.
    #[arg(long, value_name = "FILE")]
    pub(crate) stimuli: PathBuf,
    /// Folder or archive of the pictures.
    #[arg(long)]
    pub(crate) images: PathBuf,
    #[command(flatten)]
    pub(crate) choice: Choice,
    #[command(flatten)]
    pub(crate) side: Side,
    #[command(flatten)]
    pub(crate) out: Out,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Vim1 {
    /// EstimatedResponses.mat
    pub(crate) responses: PathBuf,
    /// Stimuli.mat
    #[arg(long, value_name = "FILE")]
    pub(crate) stimuli: PathBuf,
    /// The subject.
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=2))]
    pub(crate) subject: u8,
    #[command(flatten)]
    pub(crate) choice: Choice,
    #[command(flatten)]
    pub(crate) side: Side,
    #[command(flatten)]
    pub(crate) out: Out,
}
